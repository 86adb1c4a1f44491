package main

import (
	"iter"

	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// An applier is the World as a feed.Node drives it: the feed knows the World's
// contract, and the World has never heard of the feed.
type applier struct{ world *world.World }

var _ feed.Applier = applier{}

// Begin implements feed.Applier.
func (a applier) Begin() feed.Loading { return loading{a.world.Begin()} }

// Apply implements feed.Applier.
func (a applier) Apply(at feed.Position, steps iter.Seq2[feed.Step, error]) (feed.Effects, error) {
	effects, err := a.world.ApplyEach(positionOf(at), func(yield func(world.Step, error) bool) {
		for s, err := range steps {
			if !yield(world.Step(s), err) {
				return
			}
		}
	})
	return effectsOf(effects), err
}

// Advance implements feed.Applier.
func (a applier) Advance() feed.Effects { return effectsOf(a.world.Advance()) }

// Sight implements feed.Applier.
func (a applier) Sight(e grid.Entity) feed.Sight {
	place, ok := e.Geometry().(geo.Point)
	if !ok {
		return feed.Sight{}
	}
	env, there := place.Envelope()
	return feed.Sight{Area: a.world.Snapshot().AreaAt(place), Envelope: env, There: there}
}

// A loading is a world.Loader as a feed.Node drives it.
type loading struct{ loader *world.Loader }

// Add implements feed.Loading.
func (l loading) Add(e grid.Entity) error { return l.loader.Add(e) }

// Publish implements feed.Loading.
func (l loading) Publish(at feed.Position) error { return l.loader.Publish(positionOf(at)) }

func sightOf(s world.Sight) feed.Sight {
	return feed.Sight{Area: s.Area, Envelope: s.Envelope, There: s.There}
}

func positionOf(at feed.Position) world.Position {
	return world.Position{Epoch: string(at.Epoch), Pos: at.Pos}
}

// effectsOf says in the feed's words where the map may look different: where each
// thing was, and where it is.
func effectsOf(e world.Effects) feed.Effects {
	out := feed.Effects{Counters: e.Counters}
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
