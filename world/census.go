package world

import "quanxi/grid"

// Whoever may count but knows nobody is shown the numbers of people and homes as they
// were at the beginning of the day, in steps of five (RULES C1): neither does a live
// number tell when somebody moved, nor a small one who lives there. The number of an area
// is the sum of what is shown of its parts, so that a whole less its other parts is never
// closer than the part itself.

// A census is what is shown so of an area.
type census struct {
	Homes
	Devices int32 // most of them are bound to a home
}

// censusStep is what the numbers of a census are multiples of.
const censusStep = 5

// manyTaken is from how many steps on an application is no work of a day but a load, after
// which everybody is counted anew.
const manyTaken = 1000

func censusOf(c *Counters) census {
	return census{Homes{c.Dwellings, c.Vacant, c.Rented, c.Households, c.People, c.Living, c.Aged60, int32(c.Care)}, c.Devices}
}

// withoutCensus returns the numbers that are no census.
func (c *Counters) withoutCensus() Counters {
	rest, exact := *c, censusOf(c).counters()
	rest.plus(&exact, -1)
	return rest
}

func (c census) counters() Counters {
	out := c.Homes.counters()
	out.Devices = c.Devices
	return out
}

// plus adds d, times sign.
func (c *census) plus(d census, sign int32) {
	c.Homes.plus(d.Homes, sign)
	c.Devices += sign * d.Devices
}

// rounded returns the nearest steps.
func (c census) rounded() census {
	for _, n := range []*int32{&c.Dwellings, &c.Vacant, &c.Rented, &c.Households, &c.People, &c.Living, &c.Aged60, &c.Care, &c.Devices} {
		*n = (*n + censusStep/2) / censusStep * censusStep
	}
	return c
}

// recount takes the census of another day, or after a load.
func (d *draft) recount() {
	if d.counted == d.today && d.taken < manyTaken {
		return
	}
	d.counted, d.countedAt = d.today, uint32(d.now)
	before := d.census
	d.census = d.takeCensus()
	for area, now := range d.census {
		if area >= len(before) || before[area] != now {
			d.move(uint32(area), peopleNumbers|censusNumbers)
		}
	}
}

// takeCensus counts all areas, the finest first: each passes on to its manager what is
// shown of it, and the manager adds what lies in none of its parts.
func (d *draft) takeCensus() []census {
	shown := make([]census, d.areas.rows.n)
	own := make([]census, len(shown))
	for area := range d.areas.rows.n {
		all := censusOf(&d.counters.at(area).Counters)
		own[area].plus(all, 1)
		if parent := d.areas.rows.at(area).parent; parent != none {
			own[parent].plus(all, -1)
		}
	}
	for level := int(grid.MicroGridLevel); level >= 0; level-- {
		for area := range d.areas.rows.n {
			node := d.areas.rows.at(area)
			if int(node.level) != level {
				continue
			}
			shown[area].plus(own[area].rounded(), 1)
			if node.parent != none {
				shown[node.parent].plus(shown[area], 1)
			}
		}
	}
	return shown
}

// coarse returns the numbers of an area as whoever only counts is shown them.
func (s *state) coarse(area uint32) Counters {
	c := s.counters.at(area).withoutCensus()
	if int(area) < len(s.census) {
		shown := s.census[area].counters()
		c.plus(&shown, 1)
	}
	c.Step, c.CountedAt = censusStep, s.countedAt
	return c
}

// keepCensus takes over a census of the same day, of the areas that are still there: a
// state of the same history that is loaded anew counts nobody again.
func (d *draft) keepCensus(from *state) {
	if from.counted != d.today || from.counted == 0 {
		return
	}
	d.counted, d.countedAt, d.taken, d.census = from.counted, from.countedAt, 0, make([]census, d.areas.rows.n)
	for area := range d.areas.rows.n {
		if was, ok := from.areas.find(d.areas.id(area)); ok && int(was) < len(from.census) {
			d.census[area] = from.census[was]
		}
	}
}

// A DayCensus is the census of a day as it outlives the process: what is shown of small areas
// moves at most daily (RULES C1), also across a start. It holds what is shown to who only counts,
// and nothing else.
type DayCensus struct {
	Epoch string // of the log
	Own   grid.Code
	Day   grid.Date
	At    int64 // Unix seconds
	Areas map[grid.Code]census
}

// CensusAt returns when the census was taken that is shown, in Unix seconds; zero before the first.
func (s *Snapshot) CensusAt() int64 { return int64(s.countedAt) }

// DayCensus returns the census that is shown.
func (s *Snapshot) DayCensus() DayCensus {
	c := DayCensus{Epoch: s.at.Epoch, Own: s.own, Day: s.counted, At: int64(s.countedAt), Areas: make(map[grid.Code]census, len(s.census))}
	for area := range s.census {
		c.Areas[s.code(uint32(area))] = s.census[area]
	}
	return c
}

// KeepCensus has Publish show a census of before this process, if it is of the day, the history
// and the area of what is loaded.
func (l *Loader) KeepCensus(c DayCensus) { l.kept = c }

// resume takes over a census of before this process.
func (d *draft) resume(c DayCensus, epoch string) {
	if c.Epoch != epoch || c.Own != d.own || c.Day != d.today || c.At == 0 {
		return
	}
	d.counted, d.countedAt, d.taken, d.census = c.Day, uint32(c.At), 0, make([]census, d.areas.rows.n)
	for area := range d.areas.rows.n {
		d.census[area] = c.Areas[d.code(area)]
	}
}
