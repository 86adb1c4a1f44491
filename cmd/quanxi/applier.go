package main

import (
	"iter"
	"slices"
	"time"

	"quanxi/access"
	"quanxi/events"
	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/world"
)

// An applier is the World and the Directory as a feed.Node drives them: the feed knows
// their contract, and they have never heard of the feed.
type applier struct {
	world     *world.World
	directory *access.Directory
	now       func() time.Time
	images    *images     // that must forget whoever is removed; nil for none
	census    *censusFile // that is shown again after a start; nil for none
}

var _ feed.Applier = applier{}

// Begin implements feed.Applier.
func (a applier) Begin() feed.Loading { return a.begin() }

func (a applier) begin() *loading {
	l := &loading{world: a.world.Begin(), staff: a.directory.Begin(a.now()), of: a}
	if a.census != nil {
		l.world.KeepCensus(a.census.read())
	}
	return l
}

// Apply implements feed.Applier.
func (a applier) Apply(at feed.Position, steps iter.Seq2[feed.Step, error]) (feed.Effects, error) {
	var ofStaff []access.Step
	redivided, gone, taken := false, false, 0
	effects, err := a.world.ApplyEach(positionOf(at), func(yield func(world.Step, error) bool) {
		for s, err := range steps {
			if err == nil && staff.Is(kindOf(s)) {
				ofStaff = append(ofStaff, access.Step{Entity: s.Entity, Remove: s.Remove})
				continue
			}
			redivided = redivided || err == nil && kindOf(s) == grid.Divisions
			gone, taken = gone || isGone(s) && a.world.Snapshot().Knows(grid.People, s.Remove.ID), taken+1
			if !yield(world.Step(s), err) {
				return
			}
		}
		// Before the World shows anything of them: nobody sees what is new by a right that
		// was withdrawn with it (RULES A15). If the World fails they come again, and do nothing.
		a.directory.Apply(ofStaff)
	})
	if err == nil && redivided {
		a.directory.Recheck()
	}
	if err == nil && a.images != nil {
		a.images.changed(taken, gone)
	}
	return effectsOf(effects), err
}

// isGone reports whether a step removes somebody.
func isGone(s feed.Step) bool { return s.Entity == nil && s.Remove.Kind == grid.People }

func kindOf(s feed.Step) grid.Kind {
	if s.Entity != nil {
		return s.Entity.Kind()
	}
	return s.Remove.Kind
}

// Advance implements feed.Applier.
func (a applier) Advance() feed.Effects {
	effects := effectsOf(a.world.Advance())
	// A division may have come into force by its date.
	if slices.ContainsFunc(effects.Touches, func(t feed.Touch) bool { return t.Layer == divisionsLayer }) {
		a.directory.Recheck()
	}
	return effects
}

// divisionsLayer is the layer in which boundaries are drawn.
const divisionsLayer = "divisions"

// Sight implements feed.Applier.
func (a applier) Sight(e grid.Entity) feed.Sight {
	place, ok := e.Geometry().(geo.Point)
	if !ok {
		return feed.Sight{}
	}
	seen := a.world.Snapshot()
	area := seen.AreaAt(place)
	if !seen.Holds(area) {
		return feed.Sight{}
	}
	env, there := place.Envelope()
	at := feed.Sight{Area: area, Envelope: env, There: there}
	if event, ok := e.(*events.Event); ok {
		at.Privacy = event.Privacy()
	}
	return at
}

// A partApplier is the applier of a World of one area.
type partApplier struct{ applier }

var _ feed.PartApplier = partApplier{}

// Begin implements feed.Applier.
func (a partApplier) Begin() feed.Loading { return partLoading{a.begin()} }

// Wants implements feed.PartApplier.
func (a partApplier) Wants() []feed.Want { return wanted(a.world.Wants()) }

// Lacks implements feed.PartApplier.
func (a partApplier) Lacks() bool { return a.world.Lacks() }

// A partLoading is the loading of a World of one area.
type partLoading struct{ *loading }

// Wants implements feed.PartLoading.
func (l partLoading) Wants() []feed.Want { return wanted(l.world.Wants()) }

func wanted(all []world.Want) []feed.Want {
	out := make([]feed.Want, len(all))
	for i, w := range all {
		out[i] = feed.Want(w)
	}
	return out
}

// A loading takes a whole state of World and Directory as a feed.Node drives it.
type loading struct {
	world *world.Loader
	staff *access.DirectoryLoad
	of    applier
	gone  bool // somebody was removed since the image was written
}

func (l *loading) loader() *world.Loader { return l.world }

// Add implements feed.Loading.
func (l *loading) Add(e grid.Entity) error {
	if staff.Is(e.Kind()) {
		l.staff.Add(e)
		return nil
	}
	l.gone = l.gone || e.Entity().Revision < 0 && e.Kind() == grid.People && l.world.Knows(grid.People, e.Entity().ID)
	return l.world.Add(e)
}

// Publish implements feed.Loading.
func (l *loading) Publish(at feed.Position) error {
	// Rights first: nobody sees the new state by rights of the old one.
	l.staff.Publish()
	if err := l.world.Publish(positionOf(at)); err != nil {
		return err
	}
	l.of.directory.Recheck() // who manages what may have changed
	if l.of.images != nil {
		l.of.images.changed(0, l.gone)
	}
	return nil
}

func sightOf(s world.Sight) feed.Sight {
	return feed.Sight{Area: s.Area, Envelope: s.Envelope, There: s.There, Privacy: s.Privacy}
}

func positionOf(at feed.Position) world.Position {
	return world.Position{Epoch: string(at.Epoch), Pos: at.Pos}
}

// effectsOf says in the feed's words where the map may look different: where each
// thing was, and where it is.
func effectsOf(e world.Effects) feed.Effects {
	var out feed.Effects
	for _, c := range e.Counters {
		out.Counters = append(out.Counters, feed.Counted(c))
	}
	for t := range e.Touched() {
		if feed.Told(t.Kind) {
			out.Moved = append(out.Moved, feed.Moved{
				Kind: t.Kind, ID: t.ID, Revision: t.Revision, Before: sightOf(t.Before), After: sightOf(t.After),
			})
		}
	}
	for r := range e.Redrawn() {
		out.Touch(feed.Touch(r))
	}
	return out
}
