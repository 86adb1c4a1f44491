package main

import (
	"quanxi/feed"
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
func (a applier) Apply(at feed.Position, steps []feed.Step) (feed.Effects, error) {
	own := make([]world.Step, len(steps))
	for i, s := range steps {
		own[i] = world.Step(s)
	}
	effects, err := a.world.Apply(positionOf(at), own)
	return effectsOf(effects), err
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
	for _, t := range e.Touched {
		if feed.Told(t.Kind) {
			out.Moved = append(out.Moved, feed.Moved{
				Kind: t.Kind, ID: t.ID, Revision: t.Revision, Before: sightOf(t.Before), After: sightOf(t.After),
			})
		}
	}
	for _, r := range e.Redrawn {
		out.Touches = append(out.Touches, feed.Touch(r))
	}
	return out
}
