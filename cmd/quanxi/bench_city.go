package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime/metrics"
	"slices"
	"sync"
	"time"

	"quanxi/access"
	"quanxi/events"
	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// cityFlags say of which store the figures of a city are taken.
type cityFlags struct {
	CityData     string `name:"data" help:"In city: folder of an embedded store; default: a town that is generated." type:"existingdir" placeholder:"DIR"`
	CityDatabase string `name:"database" help:"In city: PostgreSQL with PostGIS." placeholder:"URL"`
}

// benchCity starts a node from the rows of a store, keeps the image and starts another
// from that; then it asks while changes come in. The store is only read.
func (f cityFlags) benchCity(ctx context.Context, tell func(figure)) (err error) {
	path, remove, err := folder()
	if err != nil {
		return err
	}
	defer remove()
	s, err := f.openCity(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	b := cityBench{store: s, file: filepath.Join(path, "world.image"), tell: tell, doubt: &doubts{Handler: slog.DiscardHandler}}
	if err := b.fromRows(ctx); err != nil {
		return err
	}
	if b.world, err = b.start(ctx, "image"); err != nil {
		return err
	}
	b.weigh()
	if err := served(ctx, b.world, tell); err != nil {
		return err
	}
	return b.pauses(ctx)
}

// openCity opens the store that is named, or fills one with a town in a folder.
func (f cityFlags) openCity(ctx context.Context, path string) (store, error) {
	if f.CityData != "" || f.CityDatabase != "" {
		return storeFlags{Data: f.CityData, Database: f.CityDatabase}.openExisting(ctx)
	}
	s, err := storeFlags{Data: path}.open(ctx)
	if err != nil {
		return nil, err
	}
	town := townFlags{Towns: 1, Seed: 1}
	maker, err := town.plan()
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	if err := town.fill(ctx, s, maker, access.NewVault(access.MasterKey{1}), "", io.Discard, io.Discard); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// A cityBench measures one store.
type cityBench struct {
	store store
	file  string // of the image
	world *world.World
	tell  func(figure)
	doubt *doubts
}

// fromRows starts a node from the rows, writes its image and drops it.
func (b *cityBench) fromRows(ctx context.Context) error {
	w, err := b.start(ctx, "rows")
	if err != nil {
		return err
	}
	m := b.images(w)
	began, used := time.Now(), cpu()
	if _, err := m.write(ctx); err != nil {
		return err
	}
	info, err := os.Stat(b.file)
	if err != nil {
		return err
	}
	on := records(w.Snapshot())
	b.tell(figure{"city_image_written", (cpu() - used).Seconds(), "s CPU", fmt.Sprintf("%s, %.1f s wall", on, time.Since(began).Seconds())})
	b.tell(figure{"city_image", float64(info.Size()) / 1e6, "MB", on})
	return nil
}

func (b *cityBench) images(w *world.World) *images {
	return &images{path: b.file, key: []byte("bench"), world: w, log: b.store, told: slog.New(b.doubt)}
}

// start runs a node until it is ready, and returns its World.
func (b *cityBench) start(ctx context.Context, from string) (*world.World, error) {
	before := heap()
	w := world.New(world.Options{Now: time.Now})
	m := b.images(w)
	n := feed.NewNode(feed.Sources{Log: b.store, Loads: b.store, Transport: silence{}, Applier: applier{w, access.NewDirectory(), time.Now, m},
		Audience: feed.NewHub(feed.NewSets(access.LayerNames()), feed.HubOptions{}), Images: m}, feed.NodeOptions{Logger: slog.New(b.doubt)})
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	began, used := time.Now(), cpu()
	go func() { ended <- n.Run(ctx) }()
	for !n.Status().Ready && ctx.Err() == nil {
		pause(ctx, time.Millisecond)
	}
	wall, busy := time.Since(began), cpu()-used
	cancel()
	if err := errors.Join(<-ended, b.doubt.first); err != nil {
		return nil, err
	}
	on := records(w.Snapshot())
	b.tell(figure{"city_ready_from_" + from, wall.Seconds(), "s wall", on})
	b.tell(figure{"city_ready_from_" + from + "_cpu", busy.Seconds(), "s CPU", on})
	b.tell(figure{"city_heap_from_" + from, (heap() - before) / 1e6, "MB", on + ", after a garbage collection"})
	return w, nil
}

// doubts keeps the first warning: a bench that fell back to the rows would tell the wrong
// figure.
type doubts struct {
	slog.Handler
	first error
}

// Enabled implements slog.Handler.
func (d *doubts) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler. What ends because the bench is over is no doubt.
func (d *doubts) Handle(_ context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn && d.first == nil {
		r.Attrs(func(a slog.Attr) bool {
			d.first = fmt.Errorf("%s: %v", r.Message, a.Value)
			return false
		})
	}
	return nil
}

// silence is a feed.Transport on which nothing is ever heard.
type silence struct{}

// Publish implements feed.Transport.
func (silence) Publish(context.Context, feed.Batch) error { return nil }

// Subscribe implements feed.Transport.
func (silence) Subscribe(func(feed.Batch)) (func(), error) { return func() {}, nil }

// records says how much is in a state.
func records(s *world.Snapshot) string {
	all := 0
	for _, kind := range events.Kinds() {
		all += s.Len(kind)
	}
	return fmt.Sprintf("%d records, %d people", all, s.Len(grid.People))
}

// weigh tells what a record of each kind takes.
func (b *cityBench) weigh() {
	s := b.world.Snapshot()
	bytes := s.Bytes()
	for _, kind := range slices.Sorted(maps.Keys(bytes)) {
		if n := s.Len(kind); n > 0 {
			b.tell(figure{"city_bytes_" + string(kind), float64(bytes[kind]) / float64(n), "B each", fmt.Sprintf("%d, besides geometry, words and trees", n)})
		}
	}
}

const (
	askedFor       = 10 * time.Second
	changedEvery   = 50 * time.Millisecond
	changedAtATime = 25 // 500 a second
)

// pauses tells the longest time between two answers of a reader, alone and while
// changes come in.
func (b *cityBench) pauses(ctx context.Context) error {
	places := placesIn(b.world.Snapshot(), 4096)
	alone := questions(ctx, b.world, places)
	todo, err := b.sample(ctx)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	var changing sync.WaitGroup
	var applied int
	var failed error
	changing.Go(func() { applied, failed = b.change(ctx, todo) })
	before := stops()
	busy := questions(ctx, b.world, places)
	stopped := longest(before, stops())
	cancel()
	changing.Wait()
	on := fmt.Sprintf("between two answers within %v, %d changes meanwhile; alone %.3f", askedFor, applied, milliseconds(alone))
	b.tell(figure{"city_pause_longest", milliseconds(busy), "ms wall", on})
	b.tell(figure{"city_stop_longest", stopped * 1e3, "ms wall", "all readers stopped by the garbage collector, at most, in the same time"})
	return failed
}

// stops returns how often the runtime has stopped all goroutines, by for how long.
func stops() *metrics.Float64Histogram {
	sample := []metrics.Sample{{Name: "/sched/pauses/total/gc:seconds"}}
	metrics.Read(sample)
	return sample[0].Value.Float64Histogram()
}

// longest returns the upper end, in seconds, of the highest bucket that was added to; 0
// if none was.
func longest(before, after *metrics.Float64Histogram) float64 {
	for i := len(after.Counts) - 1; i >= 0; i-- {
		if after.Counts[i] > before.Counts[i] {
			return after.Buckets[i+1]
		}
	}
	return 0
}

// questions asks for the areas of places, one after another, and returns the longest time
// from one answer to the next.
func questions(ctx context.Context, w *world.World, places []geo.Point) (most time.Duration) {
	began := time.Now()
	for last, i := began, 0; last.Sub(began) < askedFor && ctx.Err() == nil; i++ {
		s := w.Snapshot()
		s.Counters(s.AreaAt(places[i%len(places)]))
		now := time.Now()
		most, last = max(most, now.Sub(last)), now
	}
	return most
}

// sample returns entities from all over the store to be changed.
func (b *cityBench) sample(ctx context.Context) ([]grid.Entity, error) {
	var all []grid.Entity
	for _, kind := range []grid.Kind{grid.People, grid.Buildings, grid.Dwellings} {
		for e, err := range b.store.Entities(ctx, kind, grid.Query{Limit: 2000}) {
			if err != nil {
				return nil, err
			}
			all = append(all, e)
		}
	}
	return all, nil
}

// change applies new revisions of entities until ctx ends, and returns how many.
func (b *cityBench) change(ctx context.Context, of []grid.Entity) (n int, err error) {
	tick := time.NewTicker(changedEvery)
	defer tick.Stop()
	at := b.world.Snapshot().Position()
	for ctx.Err() == nil && err == nil {
		var steps []world.Step
		for range changedAtATime {
			e := of[n*7919%len(of)]
			e.Entity().Revision++
			steps, n = append(steps, world.Step{Entity: e}), n+1
		}
		at.Pos += changedAtATime
		_, err = b.world.Apply(at, steps)
		select {
		case <-ctx.Done():
		case <-tick.C:
		}
	}
	return n, err
}
