package generate

import (
	"iter"

	"quanxi/grid"
	"quanxi/grid/generate/people"
)

// A TownResult is everything of one town. The caller owns it.
//
// Every entity has its id: code × 2^20 + a number counted from 1 within its kind
// and town. Ids of buildings, homes and people do not depend on the division.
type TownResult struct {
	Town          Town
	Norms         Norms
	Divisions     []*grid.Division // the town, communities, grids, micro-grids; parents first
	LandUses      []*grid.LandUse
	Waters        []*grid.Water
	Greens        []*grid.Green
	Roads         []*grid.Road
	Buildings     []*grid.Building
	Dwellings     []*grid.Dwelling
	Households    []*grid.Household
	People        []*grid.Person // not yet sealed: the caller seals PeopleIdentity
	Organisations []*grid.Organisation
	Components    []*grid.Component
	Devices       []*grid.Device
	Cameras       []*grid.Camera
	ServicePoints []*grid.ServicePoint
	Workers       []*grid.Worker // not yet sealed either

	PeopleIdentity []Identity // of People, by index
	WorkerIdentity []Identity // of Workers, by index
}

// An Identity is the plain identity of an invented person. It stays out of
// entities; the caller seals it.
type Identity = grid.Identity

// All yields every entity in the order of grid.Kinds, people and workers with
// their identities and the others with nil.
func (r *TownResult) All() iter.Seq2[grid.Entity, *Identity] {
	return func(yield func(grid.Entity, *Identity) bool) {
		_ = each(r.Divisions, nil, yield) && each(r.LandUses, nil, yield) && each(r.Waters, nil, yield) &&
			each(r.Greens, nil, yield) && each(r.Roads, nil, yield) && each(r.Buildings, nil, yield) &&
			each(r.Dwellings, nil, yield) && each(r.Households, nil, yield) &&
			each(r.People, r.PeopleIdentity, yield) && each(r.Organisations, nil, yield) &&
			each(r.Components, nil, yield) && each(r.Devices, nil, yield) && each(r.Cameras, nil, yield) &&
			each(r.ServicePoints, nil, yield) && each(r.Workers, r.WorkerIdentity, yield)
	}
}

func each[E grid.Entity](list []E, identity []Identity, yield func(grid.Entity, *Identity) bool) bool {
	for i, e := range list {
		var who *Identity
		if identity != nil {
			who = &identity[i]
		}
		if !yield(e, who) {
			return false
		}
	}
	return true
}

// idsPerTown is how many entities of one kind a town has room for.
const idsPerTown = 1 << 20

// id returns the n-th id, from 1, of a division's own range.
func id(num uint64, n int) int64 { return int64(num)*idsPerTown + int64(n) }

// write turns a finished draft into entities.
func (d *draft) write() TownResult {
	w := newWriter(d)
	w.nameAreas()
	w.roads()
	w.quarters()
	w.ground()
	w.buildings()
	w.divisions()
	w.homes()
	w.staff()
	w.things()
	return w.out
}

// A writer turns a draft into entities.
type writer struct {
	d       *draft
	out     TownResult
	slot    int // of ID numbers and phones
	numbers *people.Numbers
	maker   people.Maker
	town    *people.Census // of blocks
	village *people.Census
	credits int
	stems   *stems

	roadNames map[int]string       // by road of the ground
	taken     map[int]map[int]bool // house numbers by road
	first     []int                // index in out.Dwellings of each building's first home
	groupNo   map[groupKey]int
	hosts     map[int]bool // buildings that have a service point
}

func newWriter(d *draft) *writer {
	w := &writer{d: d, slot: d.county.slot(d.plan.Code)}
	w.out.Town, w.out.Norms = d.plan.Town, d.norms()
	w.numbers = people.NewNumbers(w.slot)
	w.maker = people.Maker{Day: d.gen.opt.Reference, Book: people.NewBook()}
	w.town, w.village = people.Urban(), people.Rural()
	w.stems = newStems(d)
	w.roadNames, w.taken, w.hosts = map[int]string{}, map[int]map[int]bool{}, map[int]bool{}
	return w
}

// slot numbers the towns of the city, so that no two give out the same numbers.
func (c *county) slot(code grid.Code) int {
	county := 0
	for i, f := range counties() {
		if f.code == c.fact.code {
			county = i
		}
	}
	for i, t := range c.towns {
		if t.Code == code {
			return (county*townsPerCounty + i) % people.Slots
		}
	}
	return 0
}

// townsPerCounty is what the largest county of the city has.
const townsPerCounty = 52
