package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	ids "quanxi/store"
	"quanxi/world"
)

const (
	placesChanged = 1500
	changesASec   = 500
	changedEvery  = 2 * time.Millisecond
)

// sample returns entities from all over the store to be changed: people, homes and
// buildings that are there, and events that are new.
func (b *cityBench) sample(ctx context.Context, s *world.Snapshot, places []geo.Point) ([]grid.Entity, error) {
	found, all := livingAt(s, places), newEvents(places)
	for kind, some := range found {
		slices.Sort(some)
		for few := range slices.Chunk(slices.Compact(some), 500) {
			for e, err := range b.store.Entities(ctx, kind, grid.Query{IDs: few}) {
				if err != nil {
					return nil, err
				}
				all = append(all, e)
			}
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("nobody lives at %d places", len(places))
	}
	rand.New(rand.NewPCG(5, 6)).Shuffle(len(all), func(i, k int) { all[i], all[k] = all[k], all[i] })
	return all, nil
}

// livingAt returns a building near each place, one of its homes, and who lives there.
func livingAt(s *world.Snapshot, places []geo.Point) map[grid.Kind][]int64 {
	found := map[grid.Kind][]int64{}
	for _, p := range places[:min(placesChanged, len(places))] {
		for slot := range s.Slots(grid.Buildings, around(p)) {
			building := s.BuildingAt(slot)
			found[grid.Buildings] = append(found[grid.Buildings], building.ID())
			homes := 0
			building.Dwellings(func(home world.Dwelling) {
				if homes++; homes > 1 {
					return
				}
				found[grid.Dwellings] = append(found[grid.Dwellings], home.ID())
				home.People(func(one world.Person) { found[grid.People] = append(found[grid.People], one.ID()) })
			})
			break
		}
	}
	return found
}

func newEvents(places []geo.Point) []grid.Entity {
	var all []grid.Entity
	now := time.Now()
	first := ids.TimedID(now)
	for i, p := range places[:min(placesChanged, len(places))] {
		all = append(all, &events.Event{Head: grid.Head{ID: first + int64(i)}, Category: events.Categories()[i%8].Code, Title: "路灯不亮", Place: p,
			State: events.Reported, Urgency: events.Routine, OccurredAt: now, ReportedAt: now, DueAt: now.Add(24 * time.Hour)})
	}
	return all
}

// change has new states of entities come, each as an application of its own, until ctx
// ends, and returns how many.
func (b *cityBench) change(ctx context.Context, of []grid.Entity) (n int, err error) {
	tick := time.NewTicker(changedEvery)
	defer tick.Stop()
	began := time.Now()
	for ctx.Err() == nil && err == nil {
		for due := int(time.Since(began).Seconds() * changesASec); n < due && err == nil; n++ {
			err = b.store.put(of[n%len(of)])
		}
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	return n, err
}
