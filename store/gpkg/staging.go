package gpkg

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/store"
)

// load implements grid.Load.
type load struct {
	s       *Store
	id      int64
	actor   string
	ended   bool
	brought store.Brought
	release func() // of the file lock that says that this load is alive
}

// BeginLoad implements grid.Store.
func (s *Store) BeginLoad(ctx context.Context, about grid.LoadInfo) (grid.Load, error) {
	release, err := s.side.shareLoads()
	if err != nil {
		return nil, fmt.Errorf("begin load: %w", err)
	}
	l := &load{s: s, actor: about.Actor, release: release}
	err = s.writer.do(ctx, func(t tx) error {
		err := t.row("INSERT INTO loads (actor, about, state, began) VALUES (?, ?, 'open', ?) RETURNING id",
			[]any{about.Actor, about.About, time.Now().UnixMicro()}, &l.id)
		if err != nil {
			return err
		}
		_, err = t.recordLoad(grid.By{Actor: l.actor}, "loads.begin", l.id, feed.Change{})
		return err
	})
	if err != nil {
		release()
		return nil, fmt.Errorf("begin load: %w", classify(err))
	}
	return l, nil
}

// ID implements grid.Load.
func (l *load) ID() int64 { return l.id }

// Put implements grid.Load. It takes turns with other writers every few rows.
func (l *load) Put(ctx context.Context, entities []grid.Entity, keys []grid.SubjectKey) error {
	for _, e := range entities {
		if err := store.Prepare(e); err != nil {
			return err
		}
	}
	for len(entities) > 0 || len(keys) > 0 {
		var put, kept int
		var set store.Assignment
		err := l.s.writer.do(ctx, func(t tx) (err error) {
			put, kept, err = l.batch(t, entities, keys, &set)
			return err
		})
		if err != nil {
			set.Undo()
			return fmt.Errorf("load %d: %w", l.id, classify(err))
		}
		l.brought.Add(entities[:put])
		entities, keys = entities[put:], keys[kept:]
	}
	return nil
}

// batch stages as much as fits into one short transaction.
func (l *load) batch(t tx, entities []grid.Entity, keys []grid.SubjectKey, set *store.Assignment) (put, kept int, err error) {
	until := time.Now().Add(l.s.options.BatchTime)
	if err := l.mustBeOpen(t); err != nil {
		return 0, 0, err
	}
	ids, err := t.reserve(entities)
	if err != nil {
		return 0, 0, err
	}
	highest := map[grid.Kind]int64{}
	for ; put < len(entities) && time.Now().Before(until); put++ {
		if err := l.stage(t, entities[put], ids, highest, set); err != nil {
			return 0, 0, err
		}
	}
	for ; put == len(entities) && kept < len(keys) && time.Now().Before(until); kept++ {
		if err := t.stageKey(keys[kept], l.id); err != nil {
			return 0, 0, err
		}
	}
	return put, kept, t.exec("UPDATE loads SET put = put + ? WHERE id = ?", put, l.id)
}

func (l *load) mustBeOpen(t tx) error {
	var state grid.LoadState
	if err := t.row("SELECT state FROM loads WHERE id = ?", []any{l.id}, &state); err != nil {
		return notFound(err)
	}
	if state != grid.LoadOpen {
		return fmt.Errorf("is %s: %w", state, grid.ErrConflict)
	}
	return nil
}

// reserved hands out ids that were reserved for a batch.
type reserved struct{ next, end int64 }

// reserve takes ids for those of the next entities that have none. Ids that a
// batch does not use are lost, which harms nobody.
func (t tx) reserve(entities []grid.Entity) (*reserved, error) {
	n := 0
	for _, e := range entities[:min(len(entities), 4096)] {
		if e.Entity().ID == 0 {
			n++
		}
	}
	if n == 0 {
		return &reserved{}, nil
	}
	first, err := t.nextIDs(n)
	return &reserved{first, first + int64(n)}, err
}

func (r *reserved) take(t tx) (int64, error) {
	if r.next == r.end {
		return t.nextIDs(1)
	}
	r.next++
	return r.next - 1, nil
}

// stage writes one entity under the load.
func (l *load) stage(t tx, e grid.Entity, ids *reserved, highest map[grid.Kind]int64, set *store.Assignment) error {
	state, head := store.NewState(), e.Entity()
	if err := t.fetchUnlessNew(state, e, highest); err != nil {
		return err
	}
	set.Set(head, head.ID, head.Revision)
	if !store.Identify(state, e) {
		id, err := ids.take(t)
		if err != nil {
			return err
		}
		head.ID = id
	}
	plan := new(store.Plan)
	if err := plan.Stage(state, l.id, e); err != nil {
		return err
	}
	for _, over := range plan.Over {
		if err := t.exec("INSERT OR IGNORE INTO load_over (load, over) VALUES (?, ?)", l.id, over); err != nil {
			return err
		}
	}
	return t.apply(plan)
}

// fetchUnlessNew asks for nothing if e lies above every id of its kind that is not
// the store's own: imports come in the order of ids, most of them into an empty
// table.
func (t tx) fetchUnlessNew(s *store.State, e grid.Entity, highest map[grid.Kind]int64) error {
	head, kind := e.Entity(), e.Kind()
	if _, err := t.w.layout(kind); err != nil {
		return err
	}
	top, known := highest[kind]
	if !known {
		if err := t.row(fmt.Sprintf("SELECT COALESCE(max(id), 0) FROM %q WHERE id < ?", rowTable(kind)), []any{store.OwnIDs}, &top); err != nil {
			return err
		}
	}
	highest[kind] = top
	if head.ID < store.OwnIDs {
		highest[kind] = max(top, head.ID)
	}
	if head.ID > top && head.ID < store.OwnIDs && head.External == "" {
		return nil
	}
	return t.fetch(s, kind, head.ID, head.External)
}

// Commit implements grid.Load.
func (l *load) Commit(ctx context.Context) (grid.Receipt, error) {
	var receipt grid.Receipt
	if _, err := l.s.holdsAt(ctx, dialect.MayCommit(l.brought.Open()), l.id); err != nil {
		return grid.Receipt{}, fmt.Errorf("commit load %d: %w", l.id, classify(err))
	}
	err := l.s.writer.do(ctx, func(t tx) error {
		if err := l.mustBeOpen(t); err != nil {
			return err
		}
		var spoilt bool
		err := t.row(`SELECT spoilt OR EXISTS (SELECT 1 FROM load_over o JOIN loads b ON b.id = o.over WHERE o.load = l.id AND b.state <> 'live')
			FROM loads l WHERE l.id = ?`, []any{l.id}, &spoilt)
		if err != nil {
			return err
		}
		if spoilt {
			return fmt.Errorf("something it replaces was edited: %w", grid.ErrConflict)
		}
		if err := t.exec("UPDATE loads SET state = 'live' WHERE id = ?", l.id); err != nil {
			return err
		}
		receipt, err = t.recordLoad(grid.By{Actor: l.actor}, "loads.commit", l.id, feed.Change{Revision: 1, Op: feed.Live})
		return err
	})
	if err != nil {
		return grid.Receipt{}, fmt.Errorf("commit load %d: %w", l.id, classify(err))
	}
	l.end()
	l.s.committed(receipt.Mark)
	return receipt, nil
}

func (l *load) end() {
	if !l.ended {
		l.ended = true
		l.release()
	}
}

// Abort implements grid.Load.
func (l *load) Abort(ctx context.Context) error {
	if l.ended {
		return nil
	}
	err := l.s.writer.do(ctx, func(t tx) error {
		if err := t.exec("UPDATE loads SET state = 'aborted' WHERE id = ? AND state = 'open'", l.id); err != nil {
			return err
		}
		_, err := t.recordLoad(grid.By{Actor: l.actor}, "loads.abort", l.id, feed.Change{})
		return err
	})
	if err == nil {
		l.end()
		err = l.s.sweep(ctx, l.id)
	}
	if err != nil {
		return fmt.Errorf("abort load %d: %w", l.id, classify(errors.Join(err)))
	}
	return nil
}
