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
	"slices"
	"strconv"
	"time"

	"quanxi/grid"
)

// Errors of this package, wrapped with what they are about.
var (
	ErrUnknownCounty = errors.New("not a county of this city")
	ErrNoTowns       = errors.New("no towns to make")
	ErrUnknownTown   = errors.New("no such town in this plan")
	ErrPartOfCity    = errors.New("the whole city has 1,031 towns; fewer lie in one county")
)

// Version changes whenever the same options come to give other towns. Towns of
// different versions do not fit together: store it with what was generated.
const Version = 3

// Options say what to invent.
type Options struct {
	Seed uint64
	// Towns is how many towns to make; with real names, and of the whole city, 0
	// means all.
	Towns int
	// Names gives real borders and names; nil invents them.
	Names *Names
	// County is the code of a county of Chongqing, 6 digits; empty for the whole city.
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

// A Generator makes the towns of one plan. Its methods may run concurrently.
type Generator struct {
	opt      Options
	city     *city // nil if a county stands alone
	lists    []countyList
	counties cache
}

// A countyList names the towns of one county in code order.
type countyList struct {
	county countyFact
	towns  []Town
}

// New plans what Options ask for: a county with the ground of each town, or the
// city with the border of each county, whose towns get their ground when they are
// made. The error wraps ErrUnknownCounty, ErrNoTowns, ErrPartOfCity or ErrNames if
// the options cannot be met.
func New(opt Options) (*Generator, error) {
	if opt.Workers < 1 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	g := &Generator{opt: opt}
	plan := g.planCounty
	if opt.County == "" {
		plan = g.planCity
	}
	if err := plan(); err != nil {
		return nil, fmt.Errorf("generate: %w", err)
	}
	return g, nil
}

func (g *Generator) planCounty() error {
	c, err := newCounty(g.opt)
	if err != nil {
		return err
	}
	g.counties.make = func(string) (*county, error) { return c, nil }
	g.list(c.fact, c.towns)
	return nil
}

func (g *Generator) planCity() error {
	if g.opt.Towns != 0 && g.opt.Towns != CityTowns {
		return fmt.Errorf("%d towns: %w", g.opt.Towns, ErrPartOfCity)
	}
	var err error
	if g.city, err = newCity(g.opt); err != nil {
		return err
	}
	g.counties.make = g.city.county
	for _, f := range counties() {
		towns, _ := f.listAll(g.opt)
		g.list(f, towns)
	}
	return nil
}

func (g *Generator) list(f countyFact, towns []townPlan) {
	l := countyList{county: f}
	for _, t := range towns {
		l.towns = append(l.towns, t.Town)
	}
	g.lists = append(g.lists, l)
}

// WholeCity reports whether the plan is of the whole city.
func (g *Generator) WholeCity() bool { return g.city != nil }

// Names returns the digest of the names that the plan uses; empty if all is invented.
func (g *Generator) Names() string {
	if g.opt.Names == nil {
		return ""
	}
	return g.opt.Names.Digest
}

// Counties returns the codes of the plan's counties in order.
func (g *Generator) Counties() []grid.Code {
	var out []grid.Code
	for _, l := range g.lists {
		out = append(out, grid.Code(l.county.code))
	}
	return out
}

// Towns returns the towns of the plan in the order of their codes.
func (g *Generator) Towns() []Town {
	var out []Town
	for _, l := range g.lists {
		out = append(out, l.towns...)
	}
	return out
}

// Town makes one town, exactly as Run would.
func (g *Generator) Town(ctx context.Context, code grid.Code) (TownResult, error) {
	r, err := g.town(ctx, code)
	if err != nil {
		return TownResult{}, fmt.Errorf("generate: town %s: %w", code, err)
	}
	return r, nil
}

func (g *Generator) town(ctx context.Context, code grid.Code) (TownResult, error) {
	known := slices.ContainsFunc(g.Towns(), func(t Town) bool { return t.Code == code })
	if !known {
		return TownResult{}, ErrUnknownTown
	}
	if err := ctx.Err(); err != nil {
		return TownResult{}, err
	}
	d, err := g.draft(code)
	if err != nil {
		return TownResult{}, err
	}
	return d.write(), nil
}

// draft lays out, builds and divides a town of the plan.
func (g *Generator) draft(code grid.Code) (*draft, error) {
	d, err := g.begin(code)
	if err != nil {
		return nil, err
	}
	if err := d.survey(); err != nil {
		return nil, err
	}
	return d, d.divide()
}

// begin returns the draft of a town of which nothing is made yet.
func (g *Generator) begin(code grid.Code) (*draft, error) {
	c, err := g.counties.get(string(code[:6]))
	if err != nil {
		return nil, err
	}
	plan, ok := c.town(code)
	if !ok {
		return nil, ErrUnknownTown
	}
	num, err := strconv.ParseUint(string(code), 10, 64)
	if err != nil {
		return nil, err
	}
	return &draft{gen: g, county: c, plan: plan, num: num}, nil
}
