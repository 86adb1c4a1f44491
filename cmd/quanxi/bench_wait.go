package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"quanxi/access"
	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

// cityScreens is how many screens are open meanwhile, all of them of the whole city's staff.
const cityScreens = 200

// waits tells how long it takes to get answers while nothing changes, and while changes
// come in. Beside the readers one answers without a look at anything: what is waited for
// that is the machine's and the scheduler's.
func (b *cityBench) waits(ctx context.Context, c *cityNode) error {
	places := placesIn(c.world.Snapshot(), 4096)
	closeScreens, err := openScreens(c, places)
	defer closeScreens()
	if err != nil {
		return err
	}
	readers := b.readers(ctx, c)
	before := runtimeNow()
	alone, err := askAll(ctx, b.folder, readers, places)
	if err != nil {
		return err
	}
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
	busy, err := askAll(ctx, b.folder, readers, places)
	cancel()
	work.Wait()
	failed = errors.Join(failed, err, b.level(ctx, c), endProfile(), b.profiles.heap("heap_changed.pprof"))
	b.tellWaits("changing", fmt.Sprintf("%d changes in as many applications", came), before, busy)
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

// readers returns one that identifies places, one that draws tiles as a screen is served
// them, and one that does nothing.
func (b *cityBench) readers(ctx context.Context, c *cityNode) []reader {
	views := access.NewViews(access.Sources{Store: b.store, Vault: access.NewVault(access.MasterKey{1}), Master: access.MasterKey{1}, Clock: time.Now, World: c.world})
	view, all := views.For(access.Local(), ""), world.AllOf(grid.Everywhere())
	screen := c.hub.Subscribe(access.Local(), nil)
	layers := []string{"base", "divisions", "buildings"}
	set, unknown := c.sets.Number("base,divisions,buildings")
	return []reader{
		{name: "nothing", answer: func(geo.Point) error { return nil }},
		{name: "identify", answer: func(p geo.Point) error {
			c.world.Snapshot().Identify(p, &all)
			return nil
		}},
		{name: "tile", answer: func(p geo.Point) error {
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

// tellWaits tells what readers waited, and what the runtime did meanwhile.
func (b *cityBench) tellWaits(when, what string, before runtimeFigures, all []waited) {
	during := runtimeNow().since(before)
	for _, w := range all {
		on := fmt.Sprintf("%s, %d answers; half %.3f, 99.9 of 100 %.3f", what, len(w.spans), milliseconds(percentile(w.spans, 0.5)), milliseconds(percentile(w.spans, 0.999)))
		b.tell(figure{"city_wait_" + when + "_" + w.name, milliseconds(percentile(w.spans, 1)), "ms wall", on})
	}
	b.tell(figure{"city_stop_" + when, during.stop * 1e3, "ms wall", fmt.Sprintf("everybody stopped by the collector at most; %d collections", during.collections)})
	b.tell(figure{"city_assist_" + when, during.assist, "s CPU", fmt.Sprintf("that goroutines paid to the collector, of %.1f that it took", during.collecting)})
	b.tell(figure{"city_runnable_" + when, during.runnable * 1e3, "ms wall", "that a goroutine which could run waited for a processor at most"})
	b.tell(figure{"city_allocated_" + when, during.allocated / 1e6, "MB", what})
}
