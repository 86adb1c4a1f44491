package world

import (
	"slices"

	"quanxi/geo"
	"quanxi/grid"
)

// Within counts what lies in an area: buildings by the point that stands for
// them, homes and people by their building, everything else by its place.
// Buildings, components, organisations and service points are counted wherever
// they are; homes, people, devices, cameras, workers and events only where the
// scope holds (RULES C1). Workers are not counted: they have no fixed place.
func (s *Snapshot) Within(area geo.MultiPolygon, scope grid.Scope) Counters {
	var sum Counters
	holds := s.holder(scope)
	s.each(area, buildings, func(slot uint32) {
		row := s.buildings.rows.at(slot)
		sum.Buildings++
		if holds(row.area) {
			c := row.homes.homes().counters()
			sum.plus(&c, 1)
		}
	})
	for _, k := range [...]sort{people, organisations, components, devices, cameras, service, happenings} {
		open := public(k)
		s.each(area, k, func(slot uint32) {
			if open || holds(s.areaOfItem(k, slot)) {
				c := s.countersOf(item{k, slot})
				sum.plus(&c, 1)
			}
		})
	}
	return sum
}

// public reports whether all staff may know of entities of a kind.
func public(k sort) bool {
	return k <= buildings || k == organisations || k == components || k == service
}

// List returns the ids of what lies in an area, in ascending order, above after,
// at most limit; of kinds that not everybody may know of, only where the scope
// holds. Kinds are buildings, dwellings, people and all that stand at a point.
func (s *Snapshot) List(kind grid.Kind, area geo.MultiPolygon, scope grid.Scope, after int64, limit int) []int64 {
	k, ok := sortOf(kind)
	if !ok || limit <= 0 {
		return nil
	}
	holds := s.holder(scope)
	page := lowest{after: after, limit: limit}
	if k == dwellings || k == people {
		s.each(area, buildings, func(slot uint32) {
			if holds(s.buildings.rows.at(slot).area) {
				s.listHomes(k, slot, &page)
			}
		})
	}
	s.each(area, k, func(slot uint32) {
		if public(k) || holds(s.areaOfItem(k, slot)) {
			page.add(s.shelfOf(k).id(slot))
		}
	})
	return page.sorted()
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

// each calls visit with what is indexed of a kind and stands in an area.
func (s *Snapshot) each(area geo.MultiPolygon, k sort, visit func(slot uint32)) {
	env, ok := area.Envelope()
	if !ok || k == divisions || k > divisions && k < buildings || k == dwellings || k == households || k == workers {
		return
	}
	plain := isBox(area, env)
	for slot := range s.found[k].Search(env) {
		p := s.placeOf(item{k, slot})
		if env.Contains(p) && (plain && inside(env, p) || area.Contains(p)) {
			visit(slot)
		}
	}
}

// isBox reports whether an area is just its own envelope, as a screen's is.
func isBox(area geo.MultiPolygon, env geo.Envelope) bool {
	if len(area) != 1 || len(area[0]) != 1 || len(area[0][0]) != 5 {
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

// holder returns a test whether the scope holds an area. It remembers its
// answers, since neighbours lie in the same few areas.
func (s *state) holder(scope grid.Scope) func(area uint32) bool {
	if scope.IsEverywhere() {
		return func(uint32) bool { return true }
	}
	known := make(map[uint32]bool)
	return func(area uint32) bool {
		held, ok := known[area]
		if !ok {
			held = scope.Holds(s.code(area))
			known[area] = held
		}
		return held
	}
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
