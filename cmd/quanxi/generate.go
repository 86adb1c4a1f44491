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
	maker, err := c.plan() // before a store is made for what cannot be
	if err != nil {
		return err
	}
	s, err := c.open(in.ctx)
	if err != nil {
		return err
	}
	master, err := c.unlock(in.ctx, s)
	if err == nil {
		err = c.fill(in.ctx, s, maker, access.NewVault(master), grid.Code(c.Town), in.stderr, in.stdout)
	}
	return errors.Join(err, s.Close())
}

// fill generates what was planned into the store, a load for each county: it becomes visible whole, and
// whoever begins again after a break goes on with the first that is not there. only,
// if not empty, is the one town to make. The grids that miss their norm go to report, a
// line each.
func (f townFlags) fill(ctx context.Context, s store, maker *generate.Generator, vault grid.Vault, only grid.Code, screen, report io.Writer) error {
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

// reference is the day on which the ages of invented people are counted. It is
// fixed, so that a seed gives the same towns on any day.
func reference() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }
