package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"quanxi/grid"
	"quanxi/grid/generate"
)

// A sower brings the towns that remain into the store. It is for one goroutine.
type sower struct {
	s     grid.Store
	maker *generate.Generator
	vault grid.Vault
	todo  remaining
	bar   *progress

	report io.Writer // of grids that miss their norm
	norms  generate.Norms

	load   grid.Load // of the county that is being brought; nil if there is none
	county grid.Code // of load
	*loader
	share float64 // of the town that is being stored, for each of its records
}

// sowShown sows and shows how far it has come.
func (w *sower) sowShown(ctx context.Context, screen io.Writer) error {
	w.bar = newProgress(screen, time.Now, "records", float64(w.todo.there+len(w.todo.towns)))
	w.bar.before = float64(w.todo.there)
	defer w.bar.end()
	return w.sow(ctx)
}

func (w *sower) sow(ctx context.Context) error {
	err := w.city(ctx)
	if err == nil {
		err = w.maker.RunTowns(ctx, w.todo.towns, func(town generate.TownResult) error { return w.bring(ctx, &town) }, nil)
	}
	if err == nil {
		return w.commit(ctx)
	}
	if w.load != nil {
		_ = w.wait() // if it failed, that is the error that we have
		err = errors.Join(err, w.load.Abort(context.WithoutCancel(ctx)))
	}
	return err
}

// city brings the city itself, if the plan is of all of it and it is not there.
func (w *sower) city(ctx context.Context) error {
	if w.todo.city == "" {
		return nil
	}
	if err := w.begin(ctx, w.todo.city); err != nil {
		return err
	}
	if err := w.add(ctx, w.maker.City(), nil); err != nil {
		return err
	}
	return w.commit(ctx)
}

// bring stores one town. The first of a county begins its load.
func (w *sower) bring(ctx context.Context, town *generate.TownResult) error {
	if county := town.Town.County; county != w.county {
		if err := w.turn(ctx, county); err != nil {
			return err
		}
	}
	w.share = 1 / float64(sizeOf(town))
	for e, identity := range town.All() {
		if err := w.add(ctx, e, identity); err != nil {
			return err
		}
	}
	return w.tell(town.Norms)
}

// tell counts the grids of a town, and names those that miss their norm.
func (w *sower) tell(n generate.Norms) error {
	w.norms.Urban, w.norms.Met = w.norms.Urban+n.Urban, w.norms.Met+n.Met
	for _, off := range n.Off {
		if _, err := fmt.Fprintf(w.report, "%s %d %s\n", off.Code, off.Homes, off.Why); err != nil {
			return err
		}
	}
	return nil
}

// turn ends the load of one county and begins that of the next with its division.
func (w *sower) turn(ctx context.Context, county grid.Code) error {
	if err := w.commit(ctx); err != nil {
		return err
	}
	if err := w.begin(ctx, w.todo.about[county]); err != nil {
		return err
	}
	w.county = county
	if !w.maker.WholeCity() {
		if err := w.add(ctx, w.maker.City(), nil); err != nil {
			return err
		}
	}
	division, err := w.maker.County(county)
	if err != nil {
		return err
	}
	return w.add(ctx, division, nil)
}

func (w *sower) begin(ctx context.Context, about string) (err error) {
	if w.load, err = w.s.BeginLoad(ctx, grid.LoadInfo{Actor: generator, About: about}); err != nil {
		return err
	}
	w.share = 0
	w.loader = &loader{load: w.load, vault: w.vault, told: func(n int) { w.bar.add(n, w.share*float64(n)) }}
	return nil
}

func (w *sower) commit(ctx context.Context) error {
	if w.load == nil {
		return nil
	}
	if err := w.flush(ctx); err != nil {
		return err
	}
	if _, err := w.load.Commit(ctx); err != nil {
		return err
	}
	w.load = nil
	return nil
}

func sizeOf(town *generate.TownResult) int {
	n := 0
	for range town.All() {
		n++
	}
	return n
}
