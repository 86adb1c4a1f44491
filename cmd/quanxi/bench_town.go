package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate"
	"quanxi/world"
)

// townWorld makes a World of generated towns, without a store.
func townWorld(ctx context.Context, towns int) (*world.World, map[grid.Kind]int, error) {
	maker, err := generate.New(generate.Options{Seed: 1, Towns: towns, County: "500106", Reference: reference()})
	if err != nil {
		return nil, nil, err
	}
	w := world.New(world.Options{Now: time.Now})
	loader, counts := w.Begin(), map[grid.Kind]int{}
	add := func(e grid.Entity) error {
		counts[e.Kind()]++
		e.Entity().Revision = 1
		return loader.Add(e)
	}
	county, err := maker.County("500106")
	if err == nil {
		err = errors.Join(add(maker.City()), add(county))
	}
	if err != nil {
		return nil, nil, err
	}
	err = maker.Run(ctx, func(town generate.TownResult) error {
		for e := range town.All() {
			if err := add(e); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	if err != nil {
		return nil, nil, err
	}
	return w, counts, loader.Publish(world.Position{Epoch: "bench", Pos: 1})
}

// benchIdentify asks for the chain of divisions of places all over two towns.
func benchIdentify(ctx context.Context, tell func(figure)) error {
	w, _, err := townWorld(ctx, 2)
	if err != nil {
		return err
	}
	s := w.Snapshot()
	places := placesIn(s, 4096)
	took := perRun(func() {
		for _, p := range places {
			s.AreaAt(p)
		}
	}) / time.Duration(len(places))
	on := fmt.Sprintf("%d places in two towns", len(places))
	tell(figure{"identify_area", 1 / took.Seconds(), "/s a core", on})
	took = perRun(func() {
		for _, p := range places {
			s.Chain(p)
		}
	}) / time.Duration(len(places))
	tell(figure{"identify_chain", 1 / took.Seconds(), "/s a core", on})
	all := world.AllOf(grid.Everywhere())
	took = perRun(func() {
		for _, p := range places[:256] {
			s.Identify(p, &all)
		}
	}) / 256
	tell(figure{"identify_full", 1 / took.Seconds(), "/s a core", "the same with building, workers and what is near"})
	return nil
}

// placesIn draws places from the boundaries of the towns.
func placesIn(s *world.Snapshot, n int) []geo.Point {
	var envelopes []geo.Envelope
	for d := range s.Divisions() {
		if d.Level() != grid.TownLevel {
			continue
		}
		if env, ok := d.Boundary().Envelope(); ok {
			envelopes = append(envelopes, env)
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	places := make([]geo.Point, n)
	for i := range places {
		env := envelopes[i%len(envelopes)]
		places[i] = geo.Point{
			Lon: env.Min.Lon + rnd.Int32N(env.Max.Lon-env.Min.Lon),
			Lat: env.Min.Lat + rnd.Int32N(env.Max.Lat-env.Min.Lat),
		}
	}
	return places
}

// benchMemory weighs one town in the World, and each kind of record.
func benchMemory(ctx context.Context, tell func(figure)) error {
	before := heap()
	w, counts, err := townWorld(ctx, 1)
	if err != nil {
		return err
	}
	town := heap() - before
	on := fmt.Sprintf("one town: %d buildings, %d homes, %d people", counts[grid.Buildings], counts[grid.Dwellings], counts[grid.People])
	tell(figure{"memory_town", town / 1e6, "MB", on})
	bytes := w.Snapshot().Bytes()
	for _, kind := range slices.Sorted(maps.Keys(bytes)) {
		if n := counts[kind]; n > 0 {
			tell(figure{"memory_" + string(kind), float64(bytes[kind]) / float64(n), "B each", fmt.Sprintf("%d in one town, besides geometry and words", n)})
		}
	}
	return nil
}
