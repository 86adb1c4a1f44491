// Package generate invents towns that one believes: hills and a river, an
// organic net of roads, blocks of slabs and towers, villages among terraces, and
// the people who live there, divided into communities, grids and micro-grids
// that partition each town exactly.
//
// The same seed gives the same towns, bit for bit, on any number of workers, and
// any town alone. Nobody in it can be real: ID numbers carry an area that was
// never issued, phones a prefix that no mobile has.
//
// It knows nothing of stores, keys or screens: identities are handed out beside
// the people for the caller to seal.
package generate

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"quanxi/grid"
)

// Errors of this package, wrapped with what they are about.
var (
	ErrUnknownCounty = errors.New("not a county of this city")
	ErrNoTowns       = errors.New("no towns to make")
	ErrUnknownTown   = errors.New("no such town in this plan")
)

// Version changes whenever the same options come to give other towns. Towns of
// different versions do not fit together: store it with what was generated.
const Version = 1

// Options say what to invent.
type Options struct {
	Seed uint64
	// Towns is how many towns to make; with real names 0 means all of the county.
	Towns int
	// Names gives real borders and names; nil invents them.
	Names *Names
	// County is the code of a county of Chongqing, 6 digits.
	County string
	// Reference is the day on which ages are counted. It is never the clock's.
	Reference time.Time
	// Workers is how many towns are made at once; 0 means one for each processor.
	Workers int
}

// A Town names one town of the plan.
type Town struct {
	Code   grid.Code
	Kind   string // KindStreet, KindTown or KindTownship
	Name   string
	County grid.Code
}

// A Generator makes the towns of one plan. It is immutable; its methods may run
// concurrently.
type Generator struct {
	opt    Options
	county *county
}

// New plans the county: its border and the ground of each town. The error wraps
// ErrUnknownCounty or ErrNoTowns if the options cannot be met.
func New(opt Options) (*Generator, error) {
	if opt.Workers < 1 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	c, err := newCounty(opt)
	if err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	return &Generator{opt, c}, nil
}

// Towns returns the towns of the plan in the order of their codes.
func (g *Generator) Towns() []Town {
	out := make([]Town, len(g.county.towns))
	for i, t := range g.county.towns {
		out[i] = t.Town
	}
	return out
}

// Town makes one town, exactly as Run would.
func (g *Generator) Town(ctx context.Context, code grid.Code) (TownResult, error) {
	plan, ok := g.county.town(code)
	if !ok {
		return TownResult{}, fmt.Errorf("generate: town %s: %w", code, ErrUnknownTown)
	}
	if err := ctx.Err(); err != nil {
		return TownResult{}, fmt.Errorf("generate: town %s: %w", code, err)
	}
	r, err := g.make(plan)
	if err != nil {
		return TownResult{}, fmt.Errorf("generate: town %s: %w", code, err)
	}
	return r, nil
}
