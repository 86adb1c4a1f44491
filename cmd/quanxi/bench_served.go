package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"quanxi/access"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

// A servedBench asks a World of a city, as whoever sees all of it, for what screens ask.
// Each span is the shorter of two in a row: the other one is the machine's.
type servedBench struct {
	s    *world.Snapshot
	all  world.Scopes
	on   string
	tell func(figure)
}

// served tells how long a World takes to answer, and how large tiles are at each zoom.
func served(ctx context.Context, w *world.World, tell func(figure)) error {
	s := w.Snapshot()
	b := servedBench{s, world.AllOf(grid.Everywhere()), records(s), tell}
	places := placesIn(s, 4096)
	if err := b.tiles(ctx, places); err != nil {
		return err
	}
	b.spans("identify", len(places), func(i int) { s.Identify(places[i], &b.all) })
	var failed error
	b.spans("within", 256, func(i int) {
		if _, err := s.Within(ctx, drawn(places[i]), &b.all); err != nil {
			failed = err
		}
	})
	questions := b.questions(places)
	b.spans("search", len(questions), func(i int) { s.Search(questions[i], 20, &b.all) })
	return failed
}

// tiles draws, uncached and with all layers, every tile down to zoom 10 and those at the
// places below it.
func (b *servedBench) tiles(ctx context.Context, places []geo.Point) error {
	e, layers := tiles.NewEncoder(), access.LayerNames()
	for zoom := uint8(0); zoom <= 20; zoom++ {
		var largest int
		var at tiles.ID
		ids := b.addresses(zoom, places)
		spans := b.measure(len(ids), func(i int) {
			if size := len(b.s.DrawTile(e, ids[i], &b.all, layers...)); size > largest {
				largest, at = size, ids[i]
			}
		})
		on := fmt.Sprintf("%d tiles of all layers, %s", len(ids), b.on)
		b.tell(figure{fmt.Sprintf("served_z%d_slowest", zoom), milliseconds(percentile(spans, 1)), "ms wall", on + fmt.Sprintf("; half %.3f", milliseconds(percentile(spans, 0.5)))})
		b.tell(figure{fmt.Sprintf("served_z%d_largest", zoom), float64(largest) / 1000, "kB", on + ", at " + at.String()})
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// addresses returns the tiles of a zoom that meet the World, of deep zooms those at places.
func (b *servedBench) addresses(zoom uint8, places []geo.Point) []tiles.ID {
	found := map[tiles.ID]bool{}
	if env, ok := b.s.Extent(); ok && zoom <= 10 {
		first, last := tiles.Holding(geo.Project(geo.Point{Lon: env.Min.Lon, Lat: env.Max.Lat}), zoom), tiles.Holding(geo.Project(geo.Point{Lon: env.Max.Lon, Lat: env.Min.Lat}), zoom)
		for x := first.X; x <= last.X; x++ {
			for y := first.Y; y <= last.Y; y++ {
				found[tiles.ID{Z: zoom, X: x, Y: y}] = true
			}
		}
	} else {
		for _, p := range places[:1024] {
			found[tiles.Holding(geo.Project(p), zoom)] = true
		}
	}
	ids := make([]tiles.ID, 0, len(found))
	for id := range found {
		ids = append(ids, id)
	}
	return ids
}

// drawn is the rectangle of some 2 km that somebody draws around a place.
func drawn(p geo.Point) geo.MultiPolygon {
	return geo.MultiPolygon{{boxAround(p, geo.PerDegree/100).Ring()}}
}

func boxAround(p geo.Point, reach int32) geo.Envelope {
	return geo.Envelope{Min: geo.Point{Lon: p.Lon - reach, Lat: p.Lat - reach}, Max: geo.Point{Lon: p.Lon + reach, Lat: p.Lat + reach}}
}

// questions are what is typed to find the buildings at places: the address, its first
// half and its last, and the building's code.
func (b *servedBench) questions(places []geo.Point) []string {
	rnd := rand.New(rand.NewPCG(5, 6))
	var list []string
	for _, p := range places {
		for slot := range b.s.Slots(grid.Buildings, boxAround(p, 20_000)) {
			house := b.s.BuildingAt(slot)
			address := []rune(house.Address())
			half := len(address) / 2
			asked := []string{string(address), string(address[:half]), string(address[half:]), house.Code()}
			if q := asked[rnd.IntN(len(asked))]; strings.TrimSpace(q) != "" {
				list = append(list, q)
			}
			break
		}
	}
	return list
}

// measure calls ask for each of n, twice, and returns the shorter spans in order.
func (b *servedBench) measure(n int, ask func(i int)) []time.Duration {
	spans := make([]time.Duration, n)
	for i := range spans {
		began := time.Now()
		ask(i)
		once := time.Now()
		ask(i)
		spans[i] = min(once.Sub(began), time.Since(once))
	}
	slices.Sort(spans)
	return spans
}

// spans tells the middle and the slow end of n answers.
func (b *servedBench) spans(name string, n int, ask func(i int)) {
	spans := b.measure(n, ask)
	if n == 0 {
		return
	}
	on := fmt.Sprintf("%d answers, %s", n, b.on)
	b.tell(figure{"served_" + name + "_p50", milliseconds(percentile(spans, 0.5)), "ms wall", on})
	b.tell(figure{"served_" + name + "_p99", milliseconds(percentile(spans, 0.99)), "ms wall", on})
}
