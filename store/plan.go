package store

import (
	"fmt"

	"quanxi/grid"
)

// An Act is what happens to one row.
type Act int

// The acts. Within a plan their order matters.
const (
	Insert  Act = iota // a new row of Entity
	Replace            // Entity in place of the row's fields
	Move               // another ReplacedBy and Revision, fields untouched
)

// A Row is one row to write. The stored row is found by Kind, ID and From.
type Row struct {
	Act      Act
	Kind     grid.Kind
	ID       int64
	From     int64 // ReplacedBy as stored; unused by Insert
	To       int64 // ReplacedBy from now on
	Load     int64 // of Insert
	Revision int64
	Removed  bool
	Entity   grid.Entity // of Insert and Replace
	External string      // of Insert and Replace
}

// A Plan is what one transaction does to rows and loads.
type Plan struct {
	Rows []*Row
	// Edited are live loads of which a row is edited: from now on they cannot be
	// undone. The transaction must fail with ErrConflict if one is not live.
	Edited []int64
	// Spoilt are open loads that would replace a row edited here: they cannot
	// commit. The transaction must fail with ErrConflict if one is not open.
	Spoilt []int64
	// Over are live loads of which a row is to be replaced by the staging load.
	Over []int64
	// Named are live loads of which a row is named here. They must stay live until the
	// transaction has ended, which must fail with ErrConflict if one is not.
	Named []int64
}

// name plans that something is named; grid.ErrNotFound if it is not there.
func (p *Plan) name(s *State, r grid.Reference) error {
	v := s.shown(r.Kind, r.ID)
	if v == nil || v.Removed {
		return grid.ErrNotFound
	}
	if v.Load != 0 {
		p.Named = appendOnce(p.Named, v.Load)
	}
	return nil
}

// Put plans an ordinary write of e. The error wraps grid.ErrConflict or
// grid.ErrInvalid. e.ID is set; the new revision is returned.
func (p *Plan) Put(s *State, e grid.Entity) (int64, error) {
	head, kind := e.Entity(), e.Kind()
	if err := p.take(s, kind, head.ID, head.External, 0); err != nil {
		return 0, err
	}
	base := s.shown(kind, head.ID)
	switch {
	case base != nil && !base.Removed:
		return p.edit(s, base, e, false, head.Revision)
	case head.Revision != 0:
		return 0, fmt.Errorf("%s %d is not stored: %w", kind, head.ID, grid.ErrConflict)
	case base != nil:
		return p.edit(s, base, e, false, base.Effective())
	}
	if err := p.retire(s, kind, head.ID); err != nil {
		return 0, err
	}
	revision := s.top(kind, head.ID) + 1
	p.insert(s, &Row{Kind: kind, ID: head.ID, Revision: revision, Entity: e, External: head.External})
	return revision, nil
}

// Remove plans the removal of what ref names; blank is an empty entity of the
// kind, which takes the place of its fields.
func (p *Plan) Remove(s *State, ref grid.Ref, blank grid.Entity) (int64, error) {
	base := s.shown(ref.Kind, ref.ID)
	if base == nil || base.Removed {
		return 0, fmt.Errorf("%s %d: %w", ref.Kind, ref.ID, grid.ErrNotFound)
	}
	blank.Entity().ID = ref.ID
	return p.edit(s, base, blank, true, ref.Revision)
}

// edit replaces the fields of the row that readers see, or puts a new row in place
// of one that a load brought.
func (p *Plan) edit(s *State, base *Version, e grid.Entity, removed bool, expected int64) (int64, error) {
	kind, head := e.Kind(), e.Entity()
	if base.Effective() != expected {
		return 0, fmt.Errorf("%s %d is at another revision: %w", kind, base.ID, grid.ErrConflict)
	}
	from, to := base.ReplacedBy, int64(0)
	switch {
	case from == 0:
	case base.By.dead():
		if err := p.retire(s, kind, base.ID); err != nil {
			return 0, err
		}
	case head.External != base.External && !removed:
		return 0, fmt.Errorf("%s %d: a load is replacing it, its external id stays: %w", kind, base.ID, grid.ErrConflict)
	default:
		to = from
		p.spoil(base)
	}
	p.markEdited(base)
	revision := max(base.Effective(), s.top(kind, base.ID)) + 1
	s.release(kind, base)
	if base.Load != 0 {
		// The load's change carries no bodies: its rows are the history.
		p.move(kind, base, -base.Load, base.Revision)
		p.insert(s, &Row{Kind: kind, ID: base.ID, To: to, Revision: revision, Removed: removed, Entity: e, External: head.External})
		return revision, nil
	}
	base.Revision, base.Removed, base.External, base.ReplacedBy = revision, removed, head.External, to
	if to == 0 {
		base.By = LoadMark{}
	}
	s.hold(kind, base)
	if row := s.pending[base]; row != nil {
		row.Entity, row.External, row.Revision, row.Removed = e, head.External, revision, removed
		return revision, nil
	}
	p.Rows = append(p.Rows, &Row{Act: Replace, Kind: kind, ID: base.ID, From: from, To: to,
		Revision: revision, Removed: removed, Entity: e, External: head.External})
	return revision, nil
}

func (p *Plan) spoil(base *Version) {
	if !base.By.Marked {
		base.By.Marked = true
		p.Spoilt = appendOnce(p.Spoilt, base.ReplacedBy)
	}
}

func (p *Plan) markEdited(base *Version) {
	if base.Load != 0 && !base.Own.Marked {
		base.Own.Marked = true
		p.Edited = appendOnce(p.Edited, base.Load)
	}
}

// retire takes the current row of an entity out of use if its load is dead, so
// that another may become current. It refuses if a load is staging the entity.
func (p *Plan) retire(s *State, kind grid.Kind, id int64) error {
	v := s.current(kind, id)
	switch {
	case v == nil:
		return nil
	case !v.Own.dead():
		return fmt.Errorf("%s %d: a load is bringing it: %w", kind, id, grid.ErrConflict)
	}
	s.release(kind, v)
	p.move(kind, v, -v.Load, v.Revision)
	return nil
}

func (p *Plan) move(kind grid.Kind, v *Version, to, revision int64) {
	p.Rows = append(p.Rows, &Row{Act: Move, Kind: kind, ID: v.ID, From: v.ReplacedBy, To: to, Revision: revision})
	v.ReplacedBy, v.Revision, v.By = to, revision, LoadMark{}
}

// insert plans a new row. A row with To takes the place of one that the load To is
// about to replace.
func (p *Plan) insert(s *State, row *Row) {
	p.Rows = append(p.Rows, row)
	v := &Version{ID: row.ID, Revision: row.Revision, External: row.External, Removed: row.Removed, Load: row.Load, ReplacedBy: row.To}
	if row.Load != 0 {
		v.Own.State = grid.LoadOpen
	}
	if row.To != 0 {
		v.By.State = grid.LoadOpen
	}
	k := key{row.Kind, row.ID}
	s.rows[k] = append(s.rows[k], v)
	s.pending[v] = row
	s.hold(row.Kind, v)
}

func appendOnce(list []int64, id int64) []int64 {
	for _, v := range list {
		if v == id {
			return list
		}
	}
	return append(list, id)
}
