package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/grid/generate"
)

// townFlags say what to invent.
type townFlags struct {
	Towns  int    `help:"How many towns to invent, streets and villages side by side; 1031 are the whole city." default:"2" env:"QUANXI_TOWNS"`
	Seed   uint64 `help:"The same seed gives the same towns." default:"1" env:"QUANXI_SEED"`
	County string `help:"County of Chongqing that the towns are of; 500106 unless they are all of the city's." env:"QUANXI_COUNTY" placeholder:"CODE"`
	Names  string `help:"Folder with the real counties, towns and communities." env:"QUANXI_NAMES" type:"existingdir" placeholder:"DIR"`
}

type generateCommand struct {
	storeFlags
	townFlags
	Town string `help:"Only this one of the towns: it is the same alone." placeholder:"CODE"`
}

// Run invents towns into the store. Every screen that is open sees those of a county
// at once, when its load goes live.
func (c *generateCommand) Run(in *invocation) error {
	if c.Towns < 1 && c.Names == "" {
		return errors.New("--towns must be at least 1")
	}
	s, err := c.open(in.ctx)
	if err != nil {
		return err
	}
	master, err := c.unlock(in.ctx, s)
	if err == nil {
		err = c.fill(in.ctx, s, access.NewVault(master), grid.Code(c.Town), in.stderr, in.stdout)
	}
	return errors.Join(err, s.Close())
}

// fill generates into the store, a load for each county: it becomes visible whole, and
// whoever begins again after a break goes on with the first that is not there. only,
// if not empty, is the one town to make. The grids that miss their norm go to report, a
// line each.
func (f townFlags) fill(ctx context.Context, s store, vault grid.Vault, only grid.Code, screen, report io.Writer) error {
	maker, err := f.plan()
	if err != nil {
		return err
	}
	todo, err := f.remaining(ctx, s, maker, only)
	if err != nil {
		return err
	}
	if todo.there > 0 {
		fmt.Fprintf(screen, "%d of %d town(s) are there already\n", todo.there, todo.there+len(todo.towns))
	}
	if len(todo.towns) == 0 {
		return s.Sweep(ctx) // the indexes may not have been made
	}
	index, err := f.unindexed(ctx, s, todo)
	if err != nil {
		return err
	}
	if err := s.Sweep(ctx); err != nil { // what a load that was broken off left behind
		return err
	}
	w := &sower{s: s, maker: maker, vault: vault, todo: todo, report: report}
	if err := w.sowShown(ctx, screen); err != nil {
		return err
	}
	fmt.Fprintf(screen, "%d of %d urban grids have 300 to 500 households\n", w.norms.Met, w.norms.Urban)
	return index(ctx)
}

// manyTowns is more than any county has.
const manyTowns = 60

// unindexed has many towns come in without indexes, which the func makes at the end;
// for fewer, in a store that may be in use, they stay.
func (f townFlags) unindexed(ctx context.Context, s store, todo remaining) (index func(context.Context) error, err error) {
	if len(todo.towns) < manyTowns {
		return func(context.Context) error { return nil }, nil
	}
	return s.Unindexed(ctx)
}

// plan reads the flags.
func (f townFlags) plan() (*generate.Generator, error) {
	options := generate.Options{Seed: f.Seed, Towns: f.Towns, County: f.county(), Reference: reference()}
	if f.Names != "" {
		names, err := generate.ReadNames(os.DirFS(f.Names))
		if err != nil {
			return nil, err
		}
		options.Names = names
	}
	return generate.New(options)
}

// county is the county that stands alone; empty for the whole city.
func (f townFlags) county() string {
	switch {
	case f.County != "":
		return f.County
	case f.Towns == generate.CityTowns:
		return ""
	}
	return "500106"
}

// generator is the account of what is invented.
const generator = "generate"

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

// reference is the day on which the ages of invented people are counted. It is
// fixed, so that a seed gives the same towns on any day.
func reference() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
