package feedtest

import (
	"errors"
	"iter"
	"maps"
	"sync"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/grid"
)

// A World is a feed.Applier that keeps stored bodies. It is safe for concurrent use.
type World struct {
	mu      sync.Mutex
	state   map[grid.Ref]row
	aside   *application // that was broken off; nil if none was
	at      feed.Position
	begun   int
	refuses bool
}

// An application is a state that nobody sees yet, and how it differs.
type application struct {
	state   map[grid.Ref]row
	effects feed.Effects
}

// NewWorld returns an empty World.
func NewWorld() *World { return &World{state: make(map[grid.Ref]row)} }

// RefuseNext makes the next Apply fail.
func (w *World) RefuseNext() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuses = true
}

// State returns the bodies of everything visible.
func (w *World) State() map[grid.Ref]string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make(map[grid.Ref]string)
	for key, r := range w.state {
		if r.body != nil {
			out[key] = string(r.body)
		}
	}
	return out
}

// Begun returns how often a state was begun from nothing.
func (w *World) Begun() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.begun
}

// Begin implements feed.Applier.
func (w *World) Begin() feed.Loading {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.begun++
	return &loading{w, make(map[grid.Ref]row)}
}

type loading struct {
	world *World
	state map[grid.Ref]row
}

func (l *loading) Add(e grid.Entity) error {
	step := feed.Step{Entity: e}
	if head := e.Entity(); head.Revision < 0 {
		step = feed.Step{Remove: grid.Ref{Kind: e.Kind(), ID: head.ID, Revision: -head.Revision}}
	}
	_, err := apply(l.state, step)
	return err
}

func (l *loading) Publish(at feed.Position) error {
	l.world.mu.Lock()
	defer l.world.mu.Unlock()
	l.world.state, l.world.at, l.world.aside = l.state, at, nil
	return nil
}

// Apply implements feed.Applier. Every entity touches a layer with the name of
// its kind, and events move the counters of their area.
func (w *World) Apply(at feed.Position, steps iter.Seq2[feed.Step, error]) (feed.Effects, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.refuses {
		w.refuses = false
		return feed.Effects{}, errors.New("refused")
	}
	if at.Pos <= w.at.Pos {
		return feed.Effects{}, errors.New("applied twice")
	}
	next := w.aside
	if next == nil {
		next = &application{state: maps.Clone(w.state)}
	}
	w.aside = next
	for s, err := range steps {
		if err == nil {
			err = next.take(s)
		}
		if err != nil {
			return feed.Effects{}, err
		}
	}
	w.state, w.at, w.aside = next.state, at, nil
	return next.effects, nil
}

func (a *application) take(s feed.Step) error {
	effects, err := apply(a.state, s)
	a.effects.Touches = append(a.effects.Touches, effects.Touches...)
	a.effects.Counters = append(a.effects.Counters, effects.Counters...)
	a.effects.Moved = append(a.effects.Moved, effects.Moved...)
	return err
}

func apply(state map[grid.Ref]row, s feed.Step) (feed.Effects, error) {
	key, next := s.Remove, row{revision: s.Remove.Revision}
	if s.Entity != nil {
		body, err := grid.EncodeJSON(s.Entity)
		if err != nil {
			return feed.Effects{}, err
		}
		head := s.Entity.Entity()
		key, next = grid.Ref{Kind: s.Entity.Kind(), ID: head.ID}, row{head.Revision, body}
	}
	key.Revision = 0
	before := state[key]
	if next.revision <= before.revision {
		return feed.Effects{}, nil
	}
	state[key] = next
	var out feed.Effects
	moved := feed.Moved{Kind: key.Kind, ID: key.ID, Revision: before.revision}
	for r, sight := range map[*row]*feed.Sight{&before: &moved.Before, &next: &moved.After} {
		at, err := sightOf(key, *r)
		if err != nil {
			return out, err
		}
		if *sight = at; at.There {
			out.Touches = append(out.Touches, feed.Touch{Layer: string(key.Kind), Envelope: at.Envelope})
		}
		if at.Area != "" {
			out.Counters = append(out.Counters, counted(at))
		}
	}
	if feed.Told(key.Kind) {
		out.Moved = append(out.Moved, moved)
	}
	return out, nil
}

// counted says for whom the counters of the area of something move.
func counted(at feed.Sight) feed.Counted {
	if at.Privacy != events.Ordinary {
		return feed.Counted{Code: at.Area, Privacy: at.Privacy, In: at.Area}
	}
	return feed.Counted{Code: at.Area, Open: true}
}

// Advance implements feed.Applier. Nothing here changes by time.
func (w *World) Advance() feed.Effects { return feed.Effects{} }

// Sight implements feed.Applier. There are no divisions here: an event is where its
// body says.
func (w *World) Sight(e grid.Entity) feed.Sight { return sight(e) }

func sight(e grid.Entity) feed.Sight {
	var at feed.Sight
	if g := e.Geometry(); g != nil {
		at.Envelope, at.There = g.Envelope()
	}
	if event, ok := e.(*events.Event); ok {
		at.Area, at.Privacy = event.Area, event.Privacy()
	}
	return at
}

// sightOf returns where a row is.
func sightOf(key grid.Ref, r row) (feed.Sight, error) {
	if r.body == nil {
		return feed.Sight{}, nil
	}
	e, err := decode(key, r)
	if err != nil {
		return feed.Sight{}, err
	}
	return sight(e), nil
}
