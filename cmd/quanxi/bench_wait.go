package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"time"

	"quanxi/access"
	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

const (
	askedFor    = 20 * time.Second
	askedEvery  = 2 * time.Millisecond // by each reader
	cityScreens = 200
)

// waits tells how long readers wait for answers while nothing changes, and while changes
// come in. Beside them somebody only wakes and sleeps again: what that one waits is the
// machine's and the scheduler's.
func (b *cityBench) waits(ctx context.Context, c *cityNode) error {
	places := placesIn(c.world.Snapshot(), 4096)
	closeScreens, err := openScreens(c, places)
	defer closeScreens()
	if err != nil {
		return err
	}
	readers := b.readers(ctx, c)
	before := runtimeNow()
	alone := askAll(ctx, readers, places)
	b.tellWaits("alone", "nothing changes", before, alone)

	todo, err := b.sample(ctx, c.world.Snapshot(), places)
	if err != nil {
		return err
	}
	endProfile, err := b.profiles.cpu("cpu_changing.pprof")
	if err != nil {
		return err
	}
	changing, cancel := context.WithCancel(ctx)
	var work sync.WaitGroup
	var came int
	var failed error
	before = runtimeNow()
	work.Go(func() { came, failed = b.change(changing, todo) })
	work.Go(runtime.GC) // so that there is one in this time, however large the heap is
	waited := askAll(ctx, readers, places)
	cancel()
	work.Wait()
	failed = errors.Join(failed, b.level(ctx, c), endProfile(), b.profiles.heap("heap_changed.pprof"))
	b.tellWaits("changing", fmt.Sprintf("%d changes in as many applications", came), before, waited)
	b.tell(figure{"city_heap_changed", heap() / 1e6, "MB", fmt.Sprintf("all of the process after %d changes, %d screens open", came, cityScreens)})
	return failed
}

// level waits until the node has taken all that came.
func (b *cityBench) level(ctx context.Context, c *cityNode) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	at, err := b.store.Position(ctx)
	for err == nil && c.world.Snapshot().Position().Pos != at.Pos {
		pause(ctx, time.Millisecond)
		if ctx.Err() != nil {
			err = fmt.Errorf("the World stands at %d, the log at %d", c.world.Snapshot().Position().Pos, at.Pos)
		}
	}
	return err
}

// A reader asks for something about a place.
type reader struct {
	name string
	ask  func(place geo.Point) error
}

// readers returns one who identifies places, one who gets tiles as a screen is served
// them, and one who asks for nothing.
func (b *cityBench) readers(ctx context.Context, c *cityNode) []reader {
	views := access.NewViews(access.Sources{Store: b.store, Vault: access.NewVault(access.MasterKey{1}), Master: access.MasterKey{1}, Clock: time.Now, World: c.world})
	view, all := views.For(access.Local()), world.AllOf(grid.Everywhere())
	screen := c.hub.Subscribe(access.Local(), nil)
	layers := []string{"base", "divisions", "buildings"}
	set, unknown := c.sets.Number("base,divisions,buildings")
	return []reader{
		{"nothing", func(geo.Point) error { return nil }},
		{"identify", func(p geo.Point) error {
			c.world.Snapshot().Identify(p, &all)
			return nil
		}},
		{"tile", func(p geo.Point) error {
			id := tiles.Holding(geo.Project(p), 16)
			at := feed.Tile{Set: set, Z: id.Z, X: id.X, Y: id.Y}
			screen.Hold(at, 0)
			_, err := view.Tile(ctx, layers, id, "gzip")
			screen.Hold(at, 1)
			return errors.Join(unknown, err)
		}},
	}
}

// openScreens opens screens that look at places all over, and reads what they are told
// until they are closed.
func openScreens(c *cityNode, places []geo.Point) (closeAll func(), err error) {
	var open []*feed.Subscription
	var reading sync.WaitGroup
	ended := make(chan struct{})
	for i := range cityScreens {
		s := c.hub.Subscribe(access.Local(), nil)
		open = append(open, s)
		err = errors.Join(err, s.View(feed.View{Envelope: around(places[i]), Zoom: 14, Layers: []string{"buildings", "events"}, Topics: feed.Topics()}))
		reading.Go(func() {
			for {
				select {
				case <-s.Ready():
					s.Take()
				case <-ended:
					return
				}
			}
		})
	}
	return func() {
		close(ended)
		reading.Wait()
		for _, s := range open {
			s.Close()
		}
	}, err
}

// around returns the box of 6 km around a place.
func around(p geo.Point) geo.Envelope {
	const reach = 3 * geo.PerDegree / 100
	return geo.Envelope{Min: geo.Point{Lon: p.Lon - reach, Lat: p.Lat - reach}, Max: geo.Point{Lon: p.Lon + reach, Lat: p.Lat + reach}}
}

// waited is how long a reader waited for each answer, from the moment at which it was due
// to be asked for, the longest last.
type waited struct {
	name  string
	spans []time.Duration
	err   error
}

// askAll has all readers ask side by side for a while.
func askAll(ctx context.Context, readers []reader, places []geo.Point) []waited {
	out := make([]waited, len(readers))
	var work sync.WaitGroup
	for i, r := range readers {
		work.Go(func() { out[i] = r.askInTime(ctx, places) })
	}
	work.Wait()
	return out
}

// askInTime asks at fixed moments: who waits long for one answer is late for the next.
func (r reader) askInTime(ctx context.Context, places []geo.Point) waited {
	w := waited{name: r.name}
	rnd := rand.New(rand.NewPCG(3, 4))
	began := time.Now()
	for due := time.Duration(0); due < askedFor && ctx.Err() == nil && w.err == nil; due += askedEvery {
		pause(ctx, due-time.Since(began))
		w.err = r.ask(places[rnd.IntN(len(places))])
		w.spans = append(w.spans, time.Since(began)-due)
	}
	slices.Sort(w.spans)
	return w
}

// tellWaits tells what readers waited, and what the runtime did meanwhile.
func (b *cityBench) tellWaits(when, what string, before runtimeFigures, all []waited) {
	during := runtimeNow().since(before)
	for _, w := range all {
		on := fmt.Sprintf("%s, %d answers; half %.3f, 99.9 of 100 %.3f", what, len(w.spans), milliseconds(percentile(w.spans, 0.5)), milliseconds(percentile(w.spans, 0.999)))
		if w.err != nil {
			on = w.err.Error()
		}
		b.tell(figure{"city_wait_" + when + "_" + w.name, milliseconds(percentile(w.spans, 1)), "ms wall", on})
	}
	b.tell(figure{"city_stop_" + when, during.stop * 1e3, "ms wall", fmt.Sprintf("everybody stopped by the collector at most; %d collections", during.collections)})
	b.tell(figure{"city_assist_" + when, during.assist, "s CPU", fmt.Sprintf("that goroutines paid to the collector, of %.1f that it took", during.collecting)})
	b.tell(figure{"city_runnable_" + when, during.runnable * 1e3, "ms wall", "that a goroutine which could run waited for a processor at most"})
	b.tell(figure{"city_allocated_" + when, during.allocated / 1e6, "MB", what})
}
