package storetest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"quanxi/grid"
)

// model is the simplest description of what writes and loads do to buildings:
// what readers see of each, and what every load has put in whose place.
type model struct {
	shown map[int64]*version
	loads []*modelLoad
}

// A version is one state of a building; a load or an ordinary write brought it.
type version struct {
	name    string
	removed bool
	owner   *modelLoad // nil: an ordinary write
}

type modelLoad struct {
	grid.Load
	state  grid.LoadState
	staged map[int64]*version
	before map[int64]*version // what it replaced, once live
	under  map[*modelLoad]bool
	edited bool // something in it was, since it went live
	spoilt bool // something it replaces was, while it was open
}

// modelled runs random sequences of operations against store and model at once.
func modelled(t *testing.T, place Place) {
	s := open(t, place)
	for seed := range uint64(8) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, 2))
			run := &modelRun{T: t, store: s, model: model{shown: map[int64]*version{}}, first: int64(seed)*100 + 1, seen: map[int64]sighting{}, random: random}
			for range 50 {
				run.step()
				run.check()
			}
			run.checkLoads()
			run.abortAll()
		})
	}
}

type modelRun struct {
	*testing.T
	store  Store
	model  model
	first  int64 // of the ids of this run
	seen   map[int64]sighting
	random *rand.Rand
	names  int
	trace  []string
}

// A sighting is the newest state of a building that readers have seen.
type sighting struct {
	revision int64
	name     string
}

func (r *modelRun) step() {
	id := r.first + r.random.Int64N(4)
	r.names++
	name := fmt.Sprint("v", r.names)
	load := r.anyLoad()
	switch r.random.IntN(9) {
	case 0, 1:
		r.did("put %d", r.put(id, name), id)
	case 2:
		r.did("remove %d", r.remove(id), id)
	case 3:
		r.begin()
	case 4, 5:
		if load != nil {
			r.did("stage %d", r.stage(load, id, name), id)
		}
	case 6:
		if load != nil {
			r.did("commit %d", r.commit(load), load.ID())
		}
	case 7:
		if load != nil {
			r.did("undo %d", r.undo(load), load.ID())
		}
	case 8:
		if load != nil && load.state == grid.LoadOpen {
			r.did("abort %d", load.Abort(r.Context()), load.ID())
			load.state = grid.LoadAborted
		}
	}
}

// did records a step, and fails if the store disagreed with the model about it.
func (r *modelRun) did(what string, disagreement error, id int64) {
	r.Helper()
	r.trace = append(r.trace, fmt.Sprintf(what, id))
	if disagreement != nil {
		r.Fatalf("%v, after %v", disagreement, r.trace)
	}
}

// agree compares an outcome with the model's: nil, or an error to be wrapped.
func agree(got, want error) error {
	if want == nil && got == nil || want != nil && errors.Is(got, want) {
		return nil
	}
	return fmt.Errorf("the store says %v, the model %v", got, want)
}

// anyLoad returns one of the newest loads, nil if there is none.
func (r *modelRun) anyLoad() *modelLoad {
	n := len(r.model.loads)
	if n == 0 {
		return nil
	}
	return r.model.loads[n-1-r.random.IntN(min(n, 3))]
}

// staging returns the open load that stages id, or nil.
func (m *model) staging(id int64) *modelLoad {
	for _, l := range m.loads {
		if l.state == grid.LoadOpen && l.staged[id] != nil {
			return l
		}
	}
	return nil
}

func (r *modelRun) put(id int64, name string) error {
	m, now := &r.model, r.model.shown[id]
	b := numbered(id, name)
	b.Revision = r.revision(id)
	_, err := r.store.Write(r.Context(), putting(b))
	if now == nil && m.staging(id) != nil {
		return agree(err, grid.ErrConflict)
	}
	if now == nil {
		m.shown[id] = &version{name: name}
	} else {
		m.edit(id, name, false)
	}
	return agree(err, nil)
}

func (r *modelRun) remove(id int64) error {
	now := r.model.shown[id]
	_, err := r.store.Write(r.Context(), grid.Write{Actor: "tester", Remove: []grid.Ref{{Kind: grid.Buildings, ID: id, Revision: r.revision(id)}}})
	if now == nil || now.removed {
		return agree(err, grid.ErrNotFound)
	}
	r.model.edit(id, "", true)
	return agree(err, nil)
}

func (m *model) edit(id int64, name string, removed bool) {
	now := m.shown[id]
	now.name, now.removed = name, removed
	if now.owner != nil {
		now.owner.edited = true
	}
	if l := m.staging(id); l != nil {
		l.spoilt = true
	}
}

// revision returns that of the live building, zero if there is none.
func (r *modelRun) revision(id int64) int64 {
	e, err := r.store.Entity(r.Context(), grid.Buildings, id)
	if err != nil {
		return 0
	}
	return e.Entity().Revision
}

func (r *modelRun) begin() {
	l, err := r.store.BeginLoad(r.Context(), grid.LoadInfo{Actor: "tester"})
	if err != nil {
		r.Fatal(err)
	}
	r.model.loads = append(r.model.loads, &modelLoad{Load: l, state: grid.LoadOpen, staged: map[int64]*version{},
		before: map[int64]*version{}, under: map[*modelLoad]bool{}})
	r.trace = append(r.trace, fmt.Sprint("begin ", l.ID()))
}

func (r *modelRun) stage(l *modelLoad, id int64, name string) error {
	if l.state != grid.LoadOpen {
		return nil
	}
	err := l.Put(r.Context(), []grid.Entity{numbered(id, name)}, nil)
	if other := r.model.staging(id); other != nil && other != l {
		return agree(err, grid.ErrConflict)
	}
	if now := r.model.shown[id]; now != nil && now.owner != nil && l.staged[id] == nil {
		l.under[now.owner] = true
	}
	l.staged[id] = &version{name: name, owner: l}
	return agree(err, nil)
}

func (r *modelRun) commit(l *modelLoad) error {
	if l.state != grid.LoadOpen {
		return nil
	}
	_, err := l.Commit(r.Context())
	refused := l.spoilt
	for below := range l.under {
		refused = refused || below.state != grid.LoadLive
	}
	if refused {
		return agree(err, grid.ErrConflict)
	}
	l.state = grid.LoadLive
	for id, v := range l.staged {
		l.before[id], r.model.shown[id] = r.model.shown[id], v
	}
	return agree(err, nil)
}

func (r *modelRun) undo(l *modelLoad) error {
	_, err := r.store.UndoLoad(r.Context(), grid.By{Actor: "tester"}, l.ID())
	refused := l.state != grid.LoadLive || l.edited
	for _, above := range r.model.loads {
		refused = refused || above.state == grid.LoadLive && above.under[l]
	}
	if refused {
		return agree(err, grid.ErrConflict)
	}
	l.state = grid.LoadUndone
	for id, v := range l.before {
		r.model.shown[id] = v
	}
	return agree(err, nil)
}

// check compares what readers see, and that revisions only ever grow.
func (r *modelRun) check() {
	r.Helper()
	for id := r.first; id < r.first+4; id++ {
		e, err := r.store.Entity(r.Context(), grid.Buildings, id)
		if err != nil && !errors.Is(err, grid.ErrNotFound) {
			r.Fatal(err)
		}
		got := ""
		if err == nil {
			got = e.(*grid.Building).Name
			r.grows(id, sighting{e.Entity().Revision, got})
		}
		if want := r.model.name(id); got != want {
			r.Fatalf("%d is %q, want %q, after %v", id, got, want, r.trace)
		}
	}
}

// checkLoads compares what loads say of entities that are gone.
func (r *modelRun) checkLoads() {
	r.Helper()
	for _, l := range r.model.loads {
		for id, revision := range heads(r.T, r.store, l.ID()) {
			if l.state == grid.LoadUndone && r.model.name(id) == "" && -revision <= r.seen[id].revision {
				r.Fatalf("%d is gone at %d, was seen at %d, after %v", id, revision, r.seen[id].revision, r.trace)
			}
		}
	}
}

// name returns that of a live building, which is never empty.
func (m *model) name(id int64) string {
	if v := m.shown[id]; v != nil && !v.removed {
		return v.name
	}
	return ""
}

// grows notes a sighting; another state must have a higher revision than any before.
func (r *modelRun) grows(id int64, now sighting) {
	r.Helper()
	last := r.seen[id]
	if now != last && now.revision <= last.revision {
		r.Fatalf("%d is %+v, was seen as %+v, after %v", id, now, last, r.trace)
	}
	r.seen[id] = now
}

func (r *modelRun) abortAll() {
	for _, l := range r.model.loads {
		if l.state == grid.LoadOpen {
			r.did("abort %d", l.Abort(r.Context()), l.ID())
		}
	}
}
