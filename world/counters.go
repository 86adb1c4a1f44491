package world

import (
	"quanxi/events"
	"quanxi/grid"
)

// Counters are the live numbers of an area and all that it manages. People are
// records of registers: somebody registered in one home and living in another
// counts in both as People, and once as Living.
type Counters struct {
	Buildings     int32 `json:"buildings"`
	Dwellings     int32 `json:"dwellings"`
	Vacant        int32 `json:"vacant"`
	Rented        int32 `json:"rented"`
	Households    int32 `json:"households"`
	People        int32 `json:"people"`
	Living        int32 `json:"living"`
	Aged60        int32 `json:"aged60"` // of those living
	Care          Cared `json:"care,omitzero" doc:"absent for whoever has no duty of care there, and is not told steps"`
	Organisations int32 `json:"organisations"`
	Components    int32 `json:"components"`
	Devices       int32 `json:"devices" doc:"those in homes among them only for whoever has the duty of care there, or is told steps"`
	Cameras       int32 `json:"cameras"`
	Service       int32 `json:"service"`
	Workers       int32 `json:"workers"`
	Open          int32 `json:"open"`    // events that are not closed
	Urgent        int32 `json:"urgent"`  // of the open ones
	Overdue       int32 `json:"overdue"` // of the open ones
	Closed        int32 `json:"closed"`
	Divisions     int32 `json:"divisions,omitempty"` // in force, the area itself included
	Communities   int32 `json:"communities,omitempty"`
	Grids         int32 `json:"grids,omitempty"`
	// Step tells that the numbers of homes, people and devices are those of CountedAt, in
	// seconds since 1970, and in steps of so many; 0 if they are exact and of this moment.
	Step      int32  `json:"step,omitempty" doc:"homes, people and devices are those of counted_at, in steps of so many; absent if they are exact and live"`
	CountedAt uint32 `json:"counted_at,omitempty" doc:"beside step, in seconds since 1970: the beginning of the day, or when this node loaded the map or a large import"`
}

// Cared is how many of those living have any tag of care, or Untold.
type Cared int32

// Untold is the number of those whom the asker may not know of. It is left out of replies.
const Untold Cared = -1

// IsZero reports whether there is nothing to say; that nobody is cared for is something.
func (c Cared) IsZero() bool { return c == Untold }

// plus adds d, times sign. Both are told all of it.
func (c *Counters) plus(d *Counters, sign int32) {
	c.Buildings += sign * d.Buildings
	c.Dwellings += sign * d.Dwellings
	c.Vacant += sign * d.Vacant
	c.Rented += sign * d.Rented
	c.Households += sign * d.Households
	c.People += sign * d.People
	c.Living += sign * d.Living
	c.Aged60 += sign * d.Aged60
	c.Care += Cared(sign) * d.Care
	c.Organisations += sign * d.Organisations
	c.Components += sign * d.Components
	c.Devices += sign * d.Devices
	c.Cameras += sign * d.Cameras
	c.Service += sign * d.Service
	c.Workers += sign * d.Workers
	c.Open += sign * d.Open
	c.Urgent += sign * d.Urgent
	c.Overdue += sign * d.Overdue
	c.Closed += sign * d.Closed
	c.Divisions += sign * d.Divisions
	c.Communities += sign * d.Communities
	c.Grids += sign * d.Grids
}

// Plus returns the sum of both, which is as exact as the less exact of them.
func (c Counters) Plus(d Counters) Counters {
	told := c.Care != Untold && d.Care != Untold
	c.plus(&d, 1)
	if d.Step != 0 && (c.Step == 0 || d.CountedAt < c.CountedAt) {
		c.CountedAt = d.CountedAt
	}
	c.Step = max(c.Step, d.Step)
	if !told {
		c.Care = Untold
	}
	return c
}

// happened are the numbers of some events.
type happened struct{ Open, Urgent, Overdue, Closed int32 }

// plus adds d, times sign.
func (h *happened) plus(d happened, sign int32) {
	h.Open += sign * d.Open
	h.Urgent += sign * d.Urgent
	h.Overdue += sign * d.Overdue
	h.Closed += sign * d.Closed
}

func (h happened) counters() Counters {
	return Counters{Open: h.Open, Urgent: h.Urgent, Overdue: h.Overdue, Closed: h.Closed}
}

// A tally is what is counted of an area: what whoever counts there is told, and apart from
// it the events of which not all of them may know.
type tally struct {
	Counters
	bound   int32                          // devices that hang in homes, which most tell of who is cared for
	private [events.Privacies - 1]happened // by privacy, without events.Ordinary
}

// of returns the numbers of the events of a privacy that is not events.Ordinary.
func (t *tally) of(p events.Privacy) *happened { return &t.private[p-1] }

// plus adds d, times sign.
func (t *tally) plus(d *tally, sign int32) {
	t.Counters.plus(&d.Counters, sign)
	t.bound += sign * d.bound
	for i := range t.private {
		t.private[i].plus(d.private[i], sign)
	}
}

// all returns the numbers with the private ones.
func (t *tally) all() Counters {
	sum := t.Counters
	for _, p := range t.private {
		c := p.counters()
		sum.plus(&c, 1)
	}
	return sum
}

// numbers say, as bits, which of the numbers of an area may look different: those that are
// drawn at its label, and the census of the day.
type numbers uint8

const (
	eventNumbers  numbers = 1 << iota // drawn
	peopleNumbers                     // drawn
	censusNumbers                     // told to all who count
)

// numbersOf returns which drawn numbers something moves. An event that leaves as many behind
// it may look different all the same.
func numbersOf(t *tally) numbers {
	var n numbers
	if c := t.all(); c.Open|c.Urgent|c.Overdue != 0 {
		n |= eventNumbers
	}
	if c := &t.Counters; c.People|c.Living|c.Aged60|int32(c.Care) != 0 {
		n |= peopleNumbers
	}
	return n
}

// countedOf says for whom the numbers of an area are others that moved by so much, private
// events aside; false if for nobody.
func countedOf(code grid.Code, by *tally) (c Counted, any bool) {
	homes := censusOf(&by.Counters)
	known := homes
	known.Care, known.Devices = 0, homes.Devices-by.bound
	c = Counted{Code: code, Open: by.withoutCensus() != (Counters{})}
	c.Care = !c.Open && known == (census{})
	return c, c.Open || homes != (census{}) || by.bound != 0
}

// Homes are the numbers that hang on one building.
type Homes struct{ Dwellings, Vacant, Rented, Households, People, Living, Aged60, Care int32 }

// packedHomes are Homes as a building row holds them: up to 65,535 each.
type packedHomes [8]uint16

func (p *packedHomes) homes() Homes {
	return Homes{int32(p[0]), int32(p[1]), int32(p[2]), int32(p[3]), int32(p[4]), int32(p[5]), int32(p[6]), int32(p[7])}
}

// plus adds d, times sign.
func (p *packedHomes) plus(d Homes, sign int32) {
	for i, n := range [8]int32{d.Dwellings, d.Vacant, d.Rented, d.Households, d.People, d.Living, d.Aged60, d.Care} {
		p[i] += uint16(sign * n)
	}
}

// plus adds d, times sign.
func (h *Homes) plus(d Homes, sign int32) {
	h.Dwellings += sign * d.Dwellings
	h.Vacant += sign * d.Vacant
	h.Rented += sign * d.Rented
	h.Households += sign * d.Households
	h.People += sign * d.People
	h.Living += sign * d.Living
	h.Aged60 += sign * d.Aged60
	h.Care += sign * d.Care
}

func (h Homes) counters() Counters {
	return Counters{Dwellings: h.Dwellings, Vacant: h.Vacant, Rented: h.Rented, Households: h.Households,
		People: h.People, Living: h.Living, Aged60: h.Aged60, Care: Cared(h.Care)}
}
