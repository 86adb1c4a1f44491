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
	"slices"
	"time"

	"quanxi/access"
	"quanxi/events"
	"quanxi/feed"
	"quanxi/grid"
	"quanxi/world"
)

// cityFlags say of which store the figures of a city are taken.
type cityFlags struct {
	CityData     string `name:"data" help:"In city: folder of an embedded store; default: a town that is generated." type:"existingdir" placeholder:"DIR"`
	CityDatabase string `name:"database" help:"In city: PostgreSQL with PostGIS." placeholder:"URL"`
	CityProfiles string `name:"profiles" help:"In city: folder for pprof's profiles of the heap after the start, and of the time and the heap while changes come in." type:"existingdir" placeholder:"DIR"`
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
	log, err := newAhead(ctx, s)
	if err != nil {
		return err
	}
	b := cityBench{store: log, folder: path, file: filepath.Join(path, "world.image"), tell: tell, doubt: &doubts{Handler: slog.DiscardHandler}, profiles: profiles(f.CityProfiles)}
	if err := b.fromRows(ctx); err != nil {
		return err
	}
	c, err := b.start(ctx, "image")
	if err != nil {
		return err
	}
	weigh("city", c.world.Snapshot(), tell)
	return errors.Join(b.profiles.heap("heap_started.pprof"), served(ctx, c.world, tell), b.waits(ctx, c), c.stop())
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
	store  *ahead
	folder string // for the image and sockets
	file   string // of the image
	tell   func(figure)
	doubt  *doubts
	profiles
}

// fromRows starts a node from the rows, writes its image and drops it.
func (b *cityBench) fromRows(ctx context.Context) error {
	c, err := b.start(ctx, "rows")
	if err != nil {
		return err
	}
	began, used := time.Now(), cpu()
	_, err = c.images.write(ctx)
	if err = errors.Join(err, c.stop()); err != nil {
		return err
	}
	info, err := os.Stat(b.file)
	if err != nil {
		return err
	}
	on := records(c.world.Snapshot())
	b.tell(figure{"city_image_written", (cpu() - used).Seconds(), "s CPU", fmt.Sprintf("%s, %.1f s wall", on, time.Since(began).Seconds())})
	b.tell(figure{"city_image", float64(info.Size()) / 1e6, "MB", on})
	return nil
}

// A cityNode is a node on the store of the bench.
type cityNode struct {
	world  *world.World
	hub    *feed.Hub
	sets   *feed.Sets
	images *images
	stop   func() error
}

// start runs a node until it is ready, and tells how long that took and what it holds.
func (b *cityBench) start(ctx context.Context, from string) (*cityNode, error) {
	before := heap()
	c := &cityNode{world: world.New(world.Options{Now: time.Now}), sets: feed.NewSets(access.LayerNames())}
	c.hub = feed.NewHub(c.sets, feed.HubOptions{})
	c.images = &images{path: b.file, key: []byte("bench"), world: c.world, log: b.store, told: slog.New(b.doubt)}
	n := feed.NewNode(feed.Sources{Log: b.store, Loads: b.store, Transport: arrival{b.store}, Audience: c.hub, Images: c.images,
		Applier: applier{c.world, access.NewDirectory(), time.Now, c.images, nil}}, feed.NodeOptions{Logger: slog.New(b.doubt)})
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	c.stop = func() error {
		cancel()
		return errors.Join(<-ended, b.doubt.first)
	}
	began, used := time.Now(), cpu()
	go func() { ended <- n.Run(ctx) }()
	for !n.Status().Ready && ctx.Err() == nil {
		pause(ctx, time.Millisecond)
	}
	wall, busy := time.Since(began), cpu()-used
	if b.doubt.first != nil {
		return nil, c.stop()
	}
	on := records(c.world.Snapshot())
	b.tell(figure{"city_ready_from_" + from, wall.Seconds(), "s wall", on})
	b.tell(figure{"city_ready_from_" + from + "_cpu", busy.Seconds(), "s CPU", on})
	b.tell(figure{"city_heap_from_" + from, (heap() - before) / 1e6, "MB", on + ", after a garbage collection"})
	b.tell(figure{"city_scanned_from_" + from, runtimeNow().scanned() / 1e6, "MB", "of all of the process that the collector looks through"})
	return c, nil
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

// records says how much is in a state.
func records(s *world.Snapshot) string {
	all := 0
	for _, kind := range events.Kinds() {
		all += s.Len(kind)
	}
	return fmt.Sprintf("%d records, %d people", all, s.Len(grid.People))
}

// weigh tells what a record of each kind takes.
func weigh(what string, s *world.Snapshot, tell func(figure)) {
	bytes := s.Bytes()
	for _, kind := range slices.Sorted(maps.Keys(bytes)) {
		if n := s.Len(kind); n > 0 {
			tell(figure{what + "_bytes_" + string(kind), float64(bytes[kind]) / float64(n), "B each", fmt.Sprintf("%d, besides geometry, words and trees", n)})
		}
	}
}
