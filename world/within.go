package world

import (
	"context"
	"fmt"
	"slices"

	"quanxi/geo"
	"quanxi/grid"
)

// An Area is a part of the map that can be asked what lies in it, such as a
// geo.MultiPolygon or a geo.Zone.
type Area interface {
	// Envelope returns a box that holds the area, and false if that is empty.
	Envelope() (geo.Envelope, bool)
	Contains(p geo.Point) bool
}

// Within counts what lies in an area: buildings by the point that stands for
// them, homes and people by their building, everything else by its place.
// Buildings, components, organisations and service points are counted wherever
// they are; homes, people, who of them is cared for, devices, cameras, workers and events
// only where the scopes hold them (RULES C1). To whom nobody is told as cared for, not even
// their number is. Workers are not counted: they have no fixed place. The
// error is that of a context that ends first.
func (s *Snapshot) Within(ctx context.Context, area Area, scopes *Scopes) (Counters, error) {
	var sum Counters
	known := s.knower(scopes)
	err := s.each(ctx, area, buildings, func(slot uint32) {
		row := s.buildings.rows.at(slot)
		sum.Buildings++
		if known.holds(OfHomes, row.area) {
			c := row.homes.homes().counters()
			if !known.holds(OfCare, row.area) {
				c.Care = 0
			}
			sum.plus(&c, 1)
		}
	})
	for _, k := range [...]sort{people, organisations, components, devices, cameras, service, happenings} {
		if err != nil {
			return Counters{}, err
		}
		err = s.each(ctx, area, k, func(slot uint32) {
			if known.sees(item{k, slot}) {
				c := s.countersOf(item{k, slot})
				sum.plus(&c, 1)
			}
		})
	}
	if scopes[OfCare].IsEmpty() {
		sum.Care = Untold
	}
	return sum, err
}

// public reports whether all staff may know of entities of a kind.
func public(k sort) bool {
	return k <= buildings || k == organisations || k == components || k == service
}

// List returns the ids of what lies in an area, in ascending order, above after,
// at most limit; of kinds that not everybody may know of, only where the scopes
// hold them. Kinds are buildings, dwellings, people and all that stand at a point. The
// error is that of a context that ends first.
func (s *Snapshot) List(ctx context.Context, kind grid.Kind, area Area, scopes *Scopes, after int64, limit int) ([]int64, error) {
	k, ok := sortOf(kind)
	if !ok || limit <= 0 {
		return nil, nil
	}
	known := s.knower(scopes)
	page := lowest{after: after, limit: limit}
	if k == dwellings || k == people {
		err := s.each(ctx, area, buildings, func(slot uint32) {
			if known.holds(OfHomes, s.buildings.rows.at(slot).area) {
				s.listHomes(k, slot, &page)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	err := s.each(ctx, area, k, func(slot uint32) {
		if known.sees(item{k, slot}) {
			page.add(s.shelfOf(k).id(slot))
		}
	})
	return page.sorted(), err
}

// listHomes adds the homes of a building, or the people in them.
func (s *Snapshot) listHomes(k sort, building uint32, page *lowest) {
	s.BuildingAt(building).Dwellings(func(d Dwelling) {
		if k == dwellings {
			page.add(d.ID())
			return
		}
		d.People(func(p Person) { page.add(p.ID()) })
	})
}

// manyLooks is after how many of them each looks whether the answer is still wanted.
const manyLooks = 1024

// each calls visit with what is indexed of a kind and stands in an area, until the
// context ends; the error is the context's.
func (s *Snapshot) each(ctx context.Context, area Area, k sort, visit func(slot uint32)) error {
	env, ok := area.Envelope()
	if !ok || k == divisions || k > divisions && k < buildings || k == dwellings || k == households || k == workers {
		return nil
	}
	plain := isBox(area, env)
	looks := 0
	for slot := range s.found[k].Search(env) {
		if looks++; looks%manyLooks == 1 && ctx.Err() != nil {
			return fmt.Errorf("within: %w", ctx.Err())
		}
		p := s.placeOf(item{k, slot})
		if env.Contains(p) && (plain && inside(env, p) || area.Contains(p)) {
			visit(slot)
		}
	}
	return nil
}

// isBox reports whether an area is just its own envelope, as a screen's is.
func isBox(a Area, env geo.Envelope) bool {
	area, ok := a.(geo.MultiPolygon)
	if !ok || len(area) != 1 || len(area[0]) != 1 || len(area[0][0]) != 5 {
		return false
	}
	for i, p := range area[0][0] {
		if (p.Lon != env.Min.Lon && p.Lon != env.Max.Lon) || (p.Lat != env.Min.Lat && p.Lat != env.Max.Lat) ||
			i > 0 && p.Lon != area[0][0][i-1].Lon && p.Lat != area[0][0][i-1].Lat {
			return false
		}
	}
	return true
}

// inside reports whether p lies inside env off its edges, where no rule about
// borders is needed.
func inside(env geo.Envelope, p geo.Point) bool {
	return env.Min.Lon < p.Lon && p.Lon < env.Max.Lon && env.Min.Lat < p.Lat && p.Lat < env.Max.Lat
}

// IDs returns the ids of all entities of a kind above after, in ascending order, at most
// limit.
func (s *Snapshot) IDs(kind grid.Kind, after int64, limit int) []int64 {
	k, ok := sortOf(kind)
	if !ok {
		return nil
	}
	page := lowest{after: after, limit: limit}
	r := s.shelfOf(k)
	for slot := range r.ids.n {
		if r.lives(slot) {
			page.add(r.id(slot))
		}
	}
	return page.sorted()
}

// lowest keeps the smallest ids above one, in bounded memory.
type lowest struct {
	after int64
	limit int
	ids   []int64
}

func (l *lowest) add(id int64) {
	if id <= l.after {
		return
	}
	if l.ids = append(l.ids, id); len(l.ids) >= 4*l.limit+1024 {
		l.cut()
	}
}

func (l *lowest) cut() {
	slices.Sort(l.ids)
	l.ids = l.ids[:min(len(l.ids), l.limit)]
}

func (l *lowest) sorted() []int64 {
	l.cut()
	return l.ids
}
