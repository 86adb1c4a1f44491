package world

import (
	"quanxi/geo"
	"quanxi/grid"
)

// A shelf holds all entities of a kind.
type shelf[R any] struct {
	register
	rows pages[R]
}

// ensure returns the slot of id; a new one gets a row like empty.
func (s *shelf[R]) ensure(edition uint64, id int64, empty R) uint32 {
	slot, fresh := s.register.ensure(edition, id)
	if fresh {
		s.rows.push(edition, empty)
	}
	return slot
}

// state is everything that readers see. Copying it shares it: the copy never
// changes while the writer goes on with the original under a newer edition.
type state struct {
	texts     texts
	strokes   arena[uint16] // geometries, see shape
	entrances arena[entrance]
	places    pages[geo.Pixel] // of people without a dwelling

	divisions  shelf[divisionRow]
	areas      shelf[areaRow] // by key of the code
	counters   pages[tally]
	census     []census  // by area, shorter than counters if some came since; never written to
	counted    grid.Date // on which day the census was taken
	countedAt  uint32    // and when, in seconds since 1970
	buildings  shelf[buildingRow]
	dwellings  shelf[dwellingRow]
	households shelf[householdRow]
	people     shelf[personRow]
	features   [4]shelf[featureRow] // landuse, water, greens, roads
	things     [5]shelf[thingRow]   // organisations … service
	workers    shelf[workerRow]
	events     shelf[eventRow]

	found    [sorts]*geo.Snapshot // slots by envelope; divisions by area
	codes    []uint32             // areas with a division, in the order of codes
	webs     [2]web               // near and far
	outlooks [lastFar + 1]outlook // what of found shows far out
	words    lexicon
	tiles    drawnVersions
	now      int64 // Unix seconds of the last publication
	today    grid.Date
	own      grid.Code  // the area whose things are held; empty for everything
	fence    *geo.Fence // around the boundary of the own area; nil if it has none
}

type entrance struct {
	place geo.Pixel
	level int16
	unit  uint16
}

func (s *state) shelfOf(k sort) *register {
	switch {
	case k == divisions:
		return &s.divisions.register
	case k <= roads:
		return &s.features[k-landuse].register
	case k == buildings:
		return &s.buildings.register
	case k == dwellings:
		return &s.dwellings.register
	case k == households:
		return &s.households.register
	case k == people:
		return &s.people.register
	case k <= service:
		return &s.things[k-organisations].register
	case k == workers:
		return &s.workers.register
	}
	return &s.events.register
}

// codeKey turns a code into a number: its digits and its level.
func codeKey(c grid.Code) int64 {
	var n int64
	for i := range len(c) {
		n = n*10 + int64(c[i]-'0')
	}
	return n<<3 | int64(c.Level())
}

// codeOf turns the number back.
func codeOf(key int64) grid.Code {
	widths := [...]int{0, 4, 6, 9, 12, 15, 17, 0}
	b := make([]byte, widths[key&7])
	key >>= 3
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + key%10)
		key /= 10
	}
	return grid.Code(b)
}

// areaOf returns the area of a code, none if nothing speaks of it.
func (s *state) areaOf(c grid.Code) uint32 {
	if !c.Valid() {
		return none
	}
	slot, ok := s.areas.find(codeKey(c))
	if !ok {
		return none
	}
	return slot
}

// code returns the code of an area, empty for none.
func (s *state) code(area uint32) grid.Code {
	if area == none {
		return ""
	}
	if d := s.areas.rows.at(area).division; d != none {
		return s.divisions.rows.at(d).code
	}
	return codeOf(s.areas.id(area))
}

// division returns the division in force in an area, nil if there is none.
func (s *state) division(area uint32) *divisionRow {
	if area == none {
		return nil
	}
	d := s.areas.rows.at(area).division
	if d == none {
		return nil
	}
	return s.divisions.rows.at(d)
}

// full reports whether one of the arenas must be made anew.
func (s *state) full() bool {
	return s.texts.full() || s.strokes.full() || s.entrances.full()
}

// areaAt returns the area of the finest division that holds p. Among several of
// one level, which a sound fabric does not have, the lowest code wins.
func (s *state) areaAt(p geo.Point) uint32 {
	if p.IsZero() || s.found[divisions] == nil {
		return none
	}
	var few [32]uint32
	near := few[:0]
	for area := range s.found[divisions].Search(geo.Envelope{Min: p, Max: p}) {
		near = append(near, area)
	}
	for level := grid.MicroGridLevel; level >= grid.CityLevel; level-- {
		if area := s.holding(near, level, p); area != none {
			return area
		}
	}
	return none
}

// holding returns that of the areas of one level which holds p. From the finest
// level up, the long borders of counties are hardly ever walked.
func (s *state) holding(near []uint32, level grid.Level, p geo.Point) uint32 {
	best := none
	for _, area := range near {
		row := s.areas.rows.at(area)
		if row.level != level {
			continue
		}
		d := s.divisions.rows.at(row.division)
		if best != none && s.code(best) < d.code {
			continue
		}
		if d.envelope.Contains(p) && d.boundary.Contains(p) {
			best = area
		}
	}
	return best
}
