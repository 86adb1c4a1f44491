package world_test

import (
	"bytes"
	"cmp"
	"errors"
	"iter"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// answers yields what a store that holds a model answers to a want, in the order of ids.
func (m model) answers(want world.Want) iter.Seq[grid.Entity] {
	var found []grid.Entity
	for _, e := range m {
		if e.Kind() == want.Kind && selects(want.Query, e) {
			found = append(found, e)
		}
	}
	slices.SortFunc(found, func(a, b grid.Entity) int { return cmp.Compare(a.Entity().ID, b.Entity().ID) })
	return slices.Values(found)
}

func selects(q grid.Query, e grid.Entity) bool {
	if q.IDs != nil && !slices.Contains(q.IDs, e.Entity().ID) || q.Column != "" && !hasValue(q, e) {
		return false
	}
	if q.Meets == nil {
		return true
	}
	env, there := geo.Envelope{}, false
	if p, ok := e.(*grid.Person); ok {
		env, there = p.Place.Envelope()
	} else if e.Geometry() != nil {
		env, there = e.Geometry().Envelope()
	}
	return there && env.Meets(*q.Meets)
}

func hasValue(q grid.Query, e grid.Entity) bool {
	value := ""
	for _, c := range e.Columns() {
		switch v := c.Value.(type) {
		case *string:
			if c.Name == q.Column {
				value = *v
			}
		case *int64:
			if c.Name == q.Column {
				value = strconv.FormatInt(*v, 10)
			}
		}
	}
	if q.Codes == nil {
		return slices.Contains(q.Values, value)
	}
	return grid.NewScope(q.Codes...).Holds(grid.Code(value))
}

// asking yields steps, and then what a store answers to all that a World wants besides.
func asking(steps []world.Step, wants func() []world.Want, store model) iter.Seq2[world.Step, error] {
	return func(yield func(world.Step, error) bool) {
		for _, s := range steps {
			if !yield(s, nil) {
				return
			}
		}
		for {
			all := wants()
			if len(all) == 0 {
				return
			}
			for _, want := range all {
				for e := range store.answers(want) {
					if !yield(world.Step{Entity: e, Present: true}, nil) {
						return
					}
				}
			}
		}
	}
}

// loadOwn loads the World of one area from what a store holds.
func loadOwn(t *rapid.T, now func() time.Time, own grid.Code, store model) *world.World {
	w := world.New(world.Options{Now: now, Own: own})
	l := w.Begin()
	for s := range asking(nil, l.Wants, store) {
		if err := l.Add(s.Entity); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Publish(world.Position{Epoch: "e"}); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestAWorldOfOneAreaIsThatPartOfTheWhole loads, follows, breaks off and takes up from an
// image the World of one area, while random entities are put, changed and removed, and the
// store is ahead of what the log tells. It must hold just what the World of everything has
// there, and know as much of it.
func TestAWorldOfOneAreaIsThatPartOfTheWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clock := monday
		now := func() time.Time { return clock }
		own := rapid.SampledFrom([]grid.Code{"500101", "500102", "500101001", "500101001001"}).Draw(t, "own")
		steps := drawLog(t)
		store, told := make(model), 0
		rows := func(upTo int) { // lets the store go ahead
			for ; told < upTo; told++ {
				store.take(steps[told])
			}
		}
		from := rapid.IntRange(0, len(steps)).Draw(t, "loaded after")
		rows(from)
		w := loadOwn(t, now, own, store)
		log := slices.Concat(steps[:from], shuffled(t, steps[from:]))
		for pos := from; pos < len(log); {
			batch := log[pos:][:rapid.IntRange(1, len(log)-pos).Draw(t, "batch")]
			pos += len(batch)
			// What is told is stored, also if the step before it is told later.
			rows(len(steps) - rapid.IntRange(0, max(0, len(log)-pos-1)).Draw(t, "behind"))
			at := world.Position{Epoch: "e", Pos: int64(pos)}
			if rapid.IntRange(0, 3).Draw(t, "break off") == 0 {
				breakOff(t, w, at, asking(batch, w.Wants, store))
			}
			if _, err := w.ApplyEach(at, asking(batch, w.Wants, store)); err != nil {
				t.Fatal(err)
			}
			if rapid.IntRange(0, 3).Draw(t, "restart") == 0 {
				w = again(t, now, own, w, log[:pos], store)
			}
		}
		rows(len(steps))
		if rapid.Bool().Draw(t, "tomorrow") {
			clock = monday.Add(26 * time.Hour)
		}
		// Whoever follows the clock asks as well.
		if _, err := w.ApplyEach(world.Position{Epoch: "e", Pos: 1 << 20}, asking(nil, w.Wants, store)); err != nil {
			t.Fatal(err)
		}
		part{own, store, store.areas(grid.DateOf(clock)), load(t, now, store).Snapshot()}.agree(t, w.Snapshot())
	})
}

// drawLog draws a history in the order of the commits. What others name may be gone in it,
// as nowhere in a store.
func drawLog(t *rapid.T) []world.Step {
	steps, _ := drawHistory(t)
	return steps
}

// take has a store hold what a step says.
func (m model) take(s world.Step) {
	if s.Entity == nil {
		delete(m, grid.Ref{Kind: s.Remove.Kind, ID: s.Remove.ID})
		return
	}
	m[grid.Ref{Kind: s.Entity.Kind(), ID: s.Entity.Entity().ID}] = s.Entity
}

// shuffled exchanges some steps with their neighbours, as positions of transactions side by
// side are not those of their commits.
func shuffled(t *rapid.T, steps []world.Step) []world.Step {
	out := slices.Clone(steps)
	for i := 0; i+1 < len(out); i++ {
		if rapid.IntRange(0, 4).Draw(t, "exchange") == 0 {
			out[i], out[i+1] = out[i+1], out[i]
		}
	}
	return out
}

// breakOff has the steps of an application end with an error somewhere.
func breakOff(t *rapid.T, w *world.World, at world.Position, steps iter.Seq2[world.Step, error]) {
	n := rapid.IntRange(0, 12).Draw(t, "after")
	_, err := w.ApplyEach(at, func(yield func(world.Step, error) bool) {
		for s := range steps {
			if n--; n < 0 {
				yield(world.Step{}, errAway)
				return
			}
			if !yield(s, nil) {
				return
			}
		}
		yield(world.Step{}, errAway)
	})
	if !errors.Is(err, errAway) {
		t.Fatal(err)
	}
}

// again writes the image of a World and takes it up in another, which is told again what the
// log told last.
func again(t *rapid.T, now func() time.Time, own grid.Code, w *world.World, told []world.Step, store model) *world.World {
	var image bytes.Buffer
	if err := w.Snapshot().WriteImage(&image); err != nil {
		t.Fatal(err)
	}
	next := world.New(world.Options{Now: now, Own: own})
	l := next.Begin()
	if err := l.Restore(&image, int64(image.Len())); err != nil {
		t.Fatal(err)
	}
	for s := range asking(told, l.Wants, store) {
		if err := l.Add(added(s)); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Publish(w.Snapshot().Position()); err != nil {
		t.Fatal(err)
	}
	return next
}

// added returns what a Loader takes for a step.
func added(s world.Step) grid.Entity {
	if s.Entity != nil {
		return s.Entity
	}
	e, err := events.New(s.Remove.Kind)
	if err != nil {
		panic(err)
	}
	*e.Entity() = grid.Head{ID: s.Remove.ID, Revision: -s.Remove.Revision}
	return e
}

// A part is what of a model a World of one area has to hold.
type part struct {
	own   grid.Code
	truth model
	areas map[grid.Code]*grid.Division
	whole *world.Snapshot // of all of the model
}

// isOwn reports whether a division is the own one or managed by it.
func (p part) isOwn(code grid.Code) bool {
	for code != p.own {
		d := p.areas[code]
		if d == nil || d.Parent.Level() >= d.Level {
			return false
		}
		code = d.Parent
	}
	return true
}

// extent returns the box around all divisions that are own.
func (p part) extent() (env geo.Envelope, ok bool) {
	for code, d := range p.areas {
		if box, drawn := d.Boundary.Envelope(); drawn && p.isOwn(code) {
			if !ok {
				env, ok = box, true
			}
			env = env.Union(box)
		}
	}
	return env, ok
}

// holds reports whether an entity belongs into the World.
func (p part) holds(kind grid.Kind, id int64) bool {
	e := p.truth[grid.Ref{Kind: kind, ID: id}]
	if e == nil {
		return false
	}
	isOwn := p.isOwn(p.whole.AreaOf(kind, id))
	switch e := e.(type) {
	case *grid.Device:
		return isOwn || p.isOwn(p.whole.AreaAt(e.Place))
	case *grid.LandUse, *grid.Water, *grid.Green, *grid.Road:
		extent, ok := p.extent()
		env, _ := e.Geometry().Envelope()
		return ok && extent.Meets(env)
	}
	return isOwn
}

// agree compares the World of one area with what it has to hold.
func (p part) agree(t *rapid.T, s *world.Snapshot) {
	for _, kind := range events.Kinds() {
		for id := range int64(6) {
			has, want := s.Has(kind, id), p.holds(kind, id)
			if has != want && !(has && (kind == grid.Workers || kind == grid.Divisions)) {
				t.Fatalf("%s %d: held %v, want %v (it lies in %q)", kind, id, has, want, p.whole.AreaOf(kind, id))
			}
		}
	}
	for _, c := range codes {
		if p.isOwn(c) != s.Holds(c) {
			t.Fatalf("%s is own: %v, want %v", c, s.Holds(c), p.isOwn(c))
		}
		if !p.isOwn(c) {
			continue
		}
		if a, b := s.Counters(c), p.whole.Counters(c); a != b {
			t.Fatalf("%s: counts %+v, want %+v", c, a, b)
		}
		if a, b := s.ScopeOf(c), p.whole.ScopeOf(c); !slices.Equal(a.Ranges(), b.Ranges()) {
			t.Fatalf("%s: scope %v, want %v", c, a, b)
		}
	}
	for x := 0; x <= ground; x += 7 {
		for y := 0; y <= ground; y += 7 {
			p.sameAt(t, at(x, y), s)
		}
	}
}

// sameAt asks both Worlds what lies at a place and near it.
func (p part) sameAt(t *rapid.T, place geo.Point, s *world.Snapshot) {
	area := p.whole.AreaAt(place)
	if got := s.AreaAt(place); p.isOwn(area) != s.Holds(got) || p.isOwn(area) && got != area {
		t.Fatalf("at %v: %q, want %q", place, got, area)
	}
	scope := p.whole.ScopeOf(p.own)
	if !p.isOwn(area) || scope.IsEmpty() {
		return
	}
	a, b := s.Identify(place, of(scope)), p.whole.Identify(place, of(scope))
	if b.Found && !p.isOwn(b.Building.Area()) {
		return // it stands on the border, and is the neighbour's
	}
	if len(a.Chain) != len(b.Chain) || a.Found != b.Found || len(a.Workers) != len(b.Workers) {
		t.Fatalf("at %v: %d in the chain, building %v, %d workers; want %d, %v, %d", place,
			len(a.Chain), a.Found, len(a.Workers), len(b.Chain), b.Found, len(b.Workers))
	}
	if a.Found && (a.Building.ID() != b.Building.ID() || a.Building.Homes() != b.Building.Homes()) {
		t.Fatalf("at %v: building %d with %+v, want %d with %+v", place, a.Building.ID(), a.Building.Homes(), b.Building.ID(), b.Building.Homes())
	}
}
