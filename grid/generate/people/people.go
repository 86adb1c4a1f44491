// Package people invents the households of a home and who belongs to them.
//
// Nobody in it can be real: ID numbers pass their check but carry an area that
// was never issued, phones a prefix that no mobile has. Its only tags are those
// of care; it has none that would mark a person as a risk or a suspect.
//
// It knows nothing of buildings or divisions.
package people

import (
	"time"

	"quanxi/grid"
	"quanxi/grid/generate/chance"
)

// A Role is what somebody is to the head of the household 与户主关系. It keeps ages in
// their place and is not stored.
type Role uint8

// The roles. Who lives elsewhere and is no kin that the home depends on has that of Other.
const (
	Other Role = iota
	Head
	Partner
	Child
	ChildPartner
	Grandchild
	Parent // of the head
)

// A Person is one invented human, not yet sealed.
type Person struct {
	Name      string
	Role      Role
	Male      bool
	Age       int
	Born      grid.Date
	Residence grid.Residence
	Since     grid.Date
	Care      []string
}

// A Household is the people of one home.
type Household struct {
	Type    string // grid.Household's: family, single or collective
	People  []Person
	Vacant  bool // nobody lives there; those listed are registered and away
	Migrant bool // all live there and are registered elsewhere
}

// Living returns how many of the household live at the home.
func (h Household) Living() int {
	n := 0
	for _, p := range h.People {
		if p.Residence != grid.RegisteredOnly {
			n++
		}
	}
	return n
}

// A Census says what the people of one kind of place are like.
type Census struct {
	shares  []float64 // of the household types, in the order of makers
	vacant  float64
	migrant float64   // households registered elsewhere
	branch  float64   // households with registered members who live elsewhere
	poor    float64   // on low income
	accept  []float64 // how readily an age is accepted, by band of five years
	village bool
}

// A Maker draws households for one reference day.
type Maker struct {
	Day  time.Time
	Book *Book
}

// Household draws the household of one home. About half of those in a place
// with a clan bear its surname; clan may be empty.
func (m Maker) Household(c *Census, clan string, rnd *chance.Stream) Household {
	var h Household
	surname := m.Book.Surname(rnd)
	if clan != "" && rnd.Happens(0.5) {
		surname = clan
	}
	if rnd.Happens(c.vacant) {
		h = Household{Type: "family", Vacant: true}
		if rnd.Happens(0.9) {
			h.People = m.away(surname, rnd)
		}
		return h
	}
	kind := rnd.Weighted(c.shares)
	for range 60 { // until the ages suit the pyramid
		h = makers()[kind](c, rnd)
		if rnd.Happens(c.readiness(h.People)) {
			break
		}
	}
	if !c.village && rnd.Happens(c.migrant) {
		h.Migrant = true
	}
	for i := range h.People {
		m.finish(&h.People[i], h, surname, rnd)
	}
	tag(&h, c, rnd)
	if rnd.Happens(c.branch) && !h.Migrant {
		h.People = append(h.People, m.away(surname, rnd)...)
	}
	return h
}

// readiness is the mean readiness of the ages of those who live at the home.
func (c *Census) readiness(list []Person) float64 {
	sum, n := 0.0, 0.0
	for _, p := range list {
		if p.Residence != grid.RegisteredOnly {
			sum += c.accept[Band(p.Age)]
			n++
		}
	}
	return sum / max(n, 1)
}

// bands is the number of age bands: 0–4 … 80–84 and 85 on.
const bands = 18

// Band returns the age band of five years; the last is open.
func Band(age int) int { return min(max(age, 0)/5, bands-1) }

// away draws one to three people registered at the home who live elsewhere.
func (m Maker) away(surname string, rnd *chance.Stream) []Person {
	out := make([]Person, rnd.Range(1, 3))
	for i := range out {
		out[i] = Person{Male: rnd.Happens(0.505), Age: rnd.Range(16, 59), Residence: grid.RegisteredOnly}
		m.finish(&out[i], Household{}, surname, rnd)
	}
	return out
}

// finish gives a person a birthday, a name and the day since when.
func (m Maker) finish(p *Person, h Household, surname string, rnd *chance.Stream) {
	born := m.Day.AddDate(-p.Age, 0, -rnd.Int(365))
	p.Born = grid.DateOf(born)
	if p.Residence == "" {
		p.Residence = grid.LivesRegistered
		if h.Migrant {
			p.Residence = grid.LivesOnly
		}
	}
	if p.Name == "" || p.Name == ownName {
		if p.Name == ownName {
			surname = m.Book.Surname(rnd)
		}
		p.Name = surname + m.Book.Given(p.Male, born.Year(), rnd)
	}
	stay := rnd.Int(min(p.Age, 25)*365 + 1)
	p.Since = grid.DateOf(m.Day.AddDate(0, 0, -stay))
	if p.Since < p.Born {
		p.Since = p.Born
	}
}

// ownName asks finish for a surname other than the family's.
const ownName = "*"
