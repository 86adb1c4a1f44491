package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/grid/generate"
)

// townFlags say what to invent.
type townFlags struct {
	Towns  int    `help:"How many towns to invent, streets and villages side by side." default:"2" env:"QUANXI_TOWNS"`
	Seed   uint64 `help:"The same seed gives the same towns." default:"1" env:"QUANXI_SEED"`
	County string `help:"County of Chongqing whose name the towns carry." default:"500106" env:"QUANXI_COUNTY" placeholder:"CODE"`
	Names  string `help:"Folder with the real counties, towns and communities." env:"QUANXI_NAMES" type:"existingdir" placeholder:"DIR"`
}

type generateCommand struct {
	storeFlags
	townFlags
}

// Run invents towns into the store. Every screen that is open sees them at once,
// when the load goes live.
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
		err = c.fill(in.ctx, s, access.NewVault(master), in.stderr)
	}
	return errors.Join(err, s.Close())
}

// fill generates into the store, as one load that becomes visible whole.
func (f townFlags) fill(ctx context.Context, s grid.Store, vault grid.Vault, screen io.Writer) error {
	options := generate.Options{Seed: f.Seed, Towns: f.Towns, County: f.County, Reference: reference()}
	if f.Names != "" {
		names, err := generate.ReadNames(os.DirFS(f.Names))
		if err != nil {
			return err
		}
		options.Names = names
	}
	maker, err := generate.New(options)
	if err != nil {
		return err
	}
	if err := f.alone(ctx, s); err != nil {
		return err
	}
	about := fmt.Sprintf("generate %d towns of %s", f.Towns, f.sown())
	load, err := s.BeginLoad(ctx, grid.LoadInfo{Actor: generator, About: about})
	if err != nil {
		return err
	}
	if err := stage(ctx, maker, load, vault, screen); err != nil {
		return errors.Join(err, load.Abort(context.WithoutCancel(ctx)))
	}
	_, err = load.Commit(ctx)
	return err
}

// sown names the county and the seed, at the end of what is said about a load.
func (f townFlags) sown() string { return fmt.Sprintf("%s, seed %d", f.County, f.Seed) }

// alone refuses a second seed in a county: towns have the same ids under every seed,
// and those of both would be mixed into one that nobody invented.
func (f townFlags) alone(ctx context.Context, s grid.Store) error {
	loads, err := s.Loads(ctx)
	if err != nil {
		return err
	}
	for _, l := range loads {
		_, sown, _ := strings.Cut(l.About, " towns of ")
		if l.Actor == generator && l.State == grid.LoadLive && strings.HasPrefix(sown, f.County+",") && sown != f.sown() {
			return fmt.Errorf("load %d is “%s”, and another seed would mix two towns into one: take another --data, or quanxi import --undo %d", l.ID, l.About, l.ID)
		}
	}
	return nil
}

// generator is the account of what is invented.
const generator = "generate"

// stage runs the generator and puts what it makes into the load.
func stage(ctx context.Context, maker *generate.Generator, load grid.Load, vault grid.Vault, screen io.Writer) error {
	towns := len(maker.Towns())
	bar := newProgress(screen, time.Now, "records", float64(towns))
	defer bar.end()
	share := 0.0 // of the town that is being stored, for each of its records
	l := &loader{load: load, vault: vault, told: func(n int) { bar.add(n, share*float64(n)) }}
	for _, d := range maker.Divisions() {
		if err := l.add(ctx, d, nil); err != nil {
			return err
		}
	}
	err := maker.Run(ctx, func(town generate.TownResult) error {
		share = 1 / float64(sizeOf(&town))
		for e, identity := range town.All() {
			if err := l.add(ctx, e, identity); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	if err != nil {
		return err
	}
	return l.flush(ctx)
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
