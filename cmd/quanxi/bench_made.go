package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"quanxi/grid"
	"quanxi/grid/generate"
	"quanxi/world"
)

// madeFlags say of how many towns the figures without a store are taken.
type madeFlags struct {
	MadeTowns int `name:"towns" help:"In made: how many towns; 1031 are the whole city." default:"2"`
}

// benchMade fills a World with what the generator makes, without a store, which would take
// as long again and far more room. It begins anew with the image, as a node does, and asks
// that World for what screens ask.
func (f madeFlags) benchMade(ctx context.Context, tell func(figure)) error {
	path, remove, err := folder()
	if err != nil {
		return err
	}
	defer remove()
	file := filepath.Join(path, "world.image")
	if err := f.imageOfMade(ctx, file, tell); err != nil {
		return err
	}
	before := heap()
	w, err := restored(file, tell)
	if err != nil {
		return err
	}
	s := w.Snapshot()
	tell(figure{"made_heap", (heap() - before) / 1e6, "MB", records(s) + ", from the image, after a garbage collection"})
	weigh("made", s, tell)
	return served(ctx, w, tell)
}

// imageOfMade writes the image of a World of made towns, and lets go of that.
func (f madeFlags) imageOfMade(ctx context.Context, file string, tell func(figure)) error {
	began, used := time.Now(), cpu()
	w, err := f.made(ctx)
	if err != nil {
		return err
	}
	on := records(w.Snapshot())
	tell(figure{"made_generated", (cpu() - used).Seconds(), "s CPU", fmt.Sprintf("%s, %.0f s wall", on, time.Since(began).Seconds())})
	to, err := os.Create(file)
	if err != nil {
		return err
	}
	used = cpu()
	err = errors.Join(w.Snapshot().WriteImage(to), to.Close())
	tell(figure{"made_image_written", (cpu() - used).Seconds(), "s CPU", on})
	return err
}

// made returns a World of towns that the generator makes.
func (f madeFlags) made(ctx context.Context) (*world.World, error) {
	maker, err := townFlags{Towns: f.MadeTowns, Seed: 1}.plan()
	if err != nil {
		return nil, err
	}
	w := world.New(world.Options{Now: time.Now})
	m := making{l: w.Begin(), maker: maker}
	m.add(maker.City())
	bar := newProgress(os.Stderr, time.Now, "records", float64(f.MadeTowns))
	defer bar.end()
	err = maker.RunTowns(ctx, maker.Towns(), func(town generate.TownResult) error {
		n, err := m.town(&town)
		bar.add(n, 1)
		return err
	}, nil)
	if err = errors.Join(err, m.failed); err != nil {
		return nil, err
	}
	return w, m.l.Publish(world.Position{Epoch: "made", Pos: 1})
}

// A making fills a World. It is for one goroutine.
type making struct {
	l      *world.Loader
	maker  *generate.Generator
	county grid.Code // of the last town
	failed error     // the first error of add
}

// town adds a town, before it its county, and says how many records that were.
func (m *making) town(town *generate.TownResult) (n int, err error) {
	if county := town.Town.County; county != m.county {
		m.county = county
		division, err := m.maker.County(county)
		if err != nil {
			return 0, err
		}
		m.add(division)
	}
	for e := range town.All() {
		m.add(e)
		n++
	}
	return n, m.failed
}

func (m *making) add(e grid.Entity) {
	e.Entity().Revision = 1
	if err := m.l.Add(e); err != nil && m.failed == nil {
		m.failed = err
	}
}

// restored begins a World with an image, and tells how long that takes.
func restored(file string, tell func(figure)) (*world.World, error) {
	from, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer from.Close()
	size, err := from.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = from.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, err
	}
	began, used := time.Now(), cpu()
	w := world.New(world.Options{Now: time.Now})
	l := w.Begin()
	if err := errors.Join(l.Restore(from, size), l.Publish(world.Position{Epoch: "made", Pos: 1})); err != nil {
		return nil, err
	}
	on := fmt.Sprintf("%s, image of %d MB, %.1f s wall", records(w.Snapshot()), size/1e6, time.Since(began).Seconds())
	tell(figure{"made_restored", (cpu() - used).Seconds(), "s CPU", on})
	return w, nil
}
