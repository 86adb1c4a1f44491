package people

import (
	"quanxi/grid"
	"quanxi/grid/generate/chance"
)

// makers draw the members of each type of household, in the order of
// Census.shares.
func makers() []func(*Census, *chance.Stream) Household {
	return []func(*Census, *chance.Stream) Household{
		oldAlone, oldCouple, sharers, singleAdult, couple, family,
	}
}

func oldAlone(_ *Census, rnd *chance.Stream) Household {
	u := rnd.Float()
	return Household{Type: "single", People: []Person{{Male: rnd.Happens(0.46), Age: 62 + int(36*u*u)}}}
}

// oldCouple may have a grandchild whose parents are registered and away.
func oldCouple(c *Census, rnd *chance.Stream) Household {
	u := rnd.Float()
	age := 60 + int(30*u*u)
	out := Household{Type: "family", People: []Person{
		{Male: true, Age: age}, {Age: max(58, age+rnd.Range(-4, 2)), Name: ownName},
	}}
	if c.village && rnd.Happens(0.42) {
		child := rnd.Range(2, 15)
		parent := min(max(child+rnd.Range(22, 32), age-42), age-19)
		out.People = append(out.People,
			Person{Male: rnd.Happens(0.53), Age: child},
			Person{Male: true, Age: max(parent, child+18), Residence: grid.RegisteredOnly},
			Person{Age: max(parent-1, child+18), Residence: grid.RegisteredOnly, Name: ownName})
	}
	return out
}

func sharers(_ *Census, rnd *chance.Stream) Household {
	n := 1 + rnd.Weighted([]float64{5, 3, 2})
	out := Household{Type: "collective"}
	if n == 1 {
		out.Type = "single"
	}
	age := rnd.Range(19, 36)
	for i := range n {
		p := Person{Male: rnd.Happens(0.52), Age: max(19, age+rnd.Range(-4, 5))}
		if i > 0 {
			p.Name = ownName
		}
		out.People = append(out.People, p)
	}
	return out
}

func singleAdult(_ *Census, rnd *chance.Stream) Household {
	return Household{Type: "single", People: []Person{{Male: rnd.Happens(0.58), Age: rnd.Range(30, 59)}}}
}

func couple(_ *Census, rnd *chance.Stream) Household {
	age := rnd.Range(26, 62)
	return Household{Type: "family", People: []Person{
		{Male: true, Age: age}, {Age: max(22, age+rnd.Range(-4, 2)), Name: ownName},
	}}
}

// family is one or two parents with children, often with grandparents; in
// villages one parent is mostly away.
func family(c *Census, rnd *chance.Stream) Household {
	age := rnd.Range(25, 56)
	wife := max(23, age+rnd.Range(-3, 2))
	people := []Person{{Male: true, Age: age}, {Age: wife, Name: ownName}}
	if c.village && rnd.Happens(0.62) {
		people[rnd.Int(2)].Residence = grid.RegisteredOnly
	}
	children := 1
	if rnd.Happens(0.42) {
		children = 2
	}
	young := min(age, wife)
	first := min(max(young-rnd.Range(21, 33), 0), 30)
	for i := range children {
		child := first - i*rnd.Range(2, 6)
		if child >= 0 && (child < 24 || rnd.Happens(0.5)) {
			people = append(people, Person{Male: rnd.Happens(0.53), Age: child})
		}
	}
	if rnd.Happens(0.36) {
		people = append(people, grandparents(age, rnd)...)
	}
	return Household{Type: "family", People: people}
}

func grandparents(age int, rnd *chance.Stream) []Person {
	old := age + rnd.Range(21, 32)
	man, woman := Person{Male: true, Age: min(old, 97)}, Person{Age: min(max(old-2, age+19), 97), Name: ownName}
	switch {
	case old > 93:
		return nil
	case rnd.Happens(0.2):
		return []Person{man, woman}
	case rnd.Happens(0.42):
		return []Person{man}
	}
	return []Person{woman}
}
