package world

import (
	"cmp"
	"slices"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// Identified is what a tap on the map finds.
type Identified struct {
	Place    geo.Point
	Chain    []Division // from the city in
	Building Building   // meaningful if Found
	Found    bool       // there is a building at the place
	// Homes reports that the homes of the building may be told of.
	Homes   bool
	Workers []Worker // who answer for the place, nearest to the door first
	Near    []Near   // nearest first
}

// Near is something near a place.
type Near struct {
	Kind           grid.Kind
	ID             int64
	Name           string
	Category       string
	State          string
	Place          geo.Point
	DistanceM      float64
	BearingDegrees float64
}

const (
	nearRadiusM = 500
	nearOfKind  = 5 // of each kind
)

// NearTo returns a box around all that is near a place, as Identify takes it.
func NearTo(p geo.Point) geo.Envelope {
	env, _ := geo.Around([]geo.Point{p}, nearRadiusM).Envelope()
	return env
}

// Identify finds what is at p and near it. Who answers, cameras and events are
// told only where the scopes hold them.
func (s *Snapshot) Identify(p geo.Point, scopes *Scopes) Identified {
	out := Identified{Place: p, Chain: s.Chain(p)}
	known := s.knower(scopes)
	if slot := s.buildingAt(p); slot != none {
		out.Building, out.Found = s.BuildingAt(slot), true
		out.Homes = known.holds(OfHomes, s.buildings.rows.at(slot).area)
	}
	out.Workers = s.answering(&out, known)
	out.Near = s.near(p, known)
	return out
}

// BuildingHolding returns the building whose footprint holds p; of several the
// one with the lowest id.
func (s *Snapshot) BuildingHolding(p geo.Point) (Building, bool) {
	slot := s.buildingAt(p)
	if slot == none {
		return Building{}, false
	}
	return s.BuildingAt(slot), true
}

func (s *state) buildingAt(p geo.Point) uint32 {
	best := none
	for slot := range s.found[buildings].Search(geo.Envelope{Min: p, Max: p}) {
		if s.polygons(s.buildings.rows.at(slot).shape).Contains(p) &&
			(best == none || s.buildings.id(slot) < s.buildings.id(best)) {
			best = slot
		}
	}
	return best
}

// answering returns the building's steward and the workers of each division of
// the chain, the finest first, within a division by role.
func (s *Snapshot) answering(at *Identified, known *knower) []Worker {
	var out []Worker
	if at.Found && known.holds(OfStaff, at.Building.row.area) {
		if w, ok := s.Worker(at.Building.Steward()); ok {
			out = append(out, w)
		}
	}
	for _, d := range slices.Backward(at.Chain) {
		if !known.holds(OfStaff, d.Slot) {
			continue
		}
		from := len(out)
		d.Workers(func(w Worker) {
			if !slices.Contains(out, w) {
				out = append(out, w)
			}
		})
		slices.SortStableFunc(out[from:], func(a, b Worker) int { return cmp.Compare(a.row.role, b.row.role) })
	}
	return out
}

func (s *Snapshot) near(p geo.Point, known *knower) []Near {
	var out []Near
	for _, k := range [...]sort{service, components, cameras, happenings} {
		n := 0
		for slot, metres := range s.found[k].Nearest(p) {
			if metres > nearRadiusM || n == nearOfKind {
				break
			}
			if k == happenings && !s.events.rows.at(slot).open() || !known.sees(item{k, slot}) {
				continue
			}
			one := s.nearOne(k, slot)
			one.DistanceM, one.BearingDegrees = geo.DistanceM(p, one.Place), geo.BearingDegrees(p, one.Place)
			out, n = append(out, one), n+1
		}
	}
	slices.SortStableFunc(out, func(a, b Near) int { return cmp.Compare(a.DistanceM, b.DistanceM) })
	return out
}

func (s *Snapshot) nearOne(k sort, slot uint32) Near {
	if k == happenings {
		e := s.EventAt(slot)
		return Near{Kind: events.Events, ID: e.ID(), Name: e.Title(), Category: e.Category().Code, State: string(e.State()), Place: e.Place()}
	}
	t := s.ThingAt(kindOf(k), slot)
	return Near{Kind: t.Kind(), ID: t.ID(), Name: t.Name(), Category: t.Category(), State: t.State(), Place: t.Place()}
}
