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
	return Household{Type: "single", People: []Person{{Role: Head, Male: rnd.Happens(0.46), Age: 62 + int(36*u*u)}}}
}

// oldCouple may have a grandchild whose parents are registered and away.
func oldCouple(c *Census, rnd *chance.Stream) Household {
	u := rnd.Float()
	age := 60 + int(30*u*u)
	wife := max(58, age+rnd.Range(-4, 2))
	out := Household{Type: "family", People: []Person{
		{Role: Head, Male: true, Age: age}, {Role: Partner, Age: wife, Name: ownName},
	}}
	if c.village && rnd.Happens(0.42) {
		child := rnd.Range(2, 15)
		// 18 to 45 years lie between parents and their children, twice over.
		parent := max(child+rnd.Range(22, 32), max(age, wife)-45)
		parent = min(parent, min(age, wife)-18, child+45)
		out.People = append(out.People,
			Person{Role: Grandchild, Male: rnd.Happens(0.53), Age: child},
			Person{Role: Child, Male: true, Age: parent, Residence: grid.RegisteredOnly},
			Person{Role: ChildPartner, Age: parent - 1, Residence: grid.RegisteredOnly, Name: ownName})
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
	return Household{Type: "single", People: []Person{{Role: Head, Male: rnd.Happens(0.58), Age: rnd.Range(30, 59)}}}
}

func couple(_ *Census, rnd *chance.Stream) Household {
	age := rnd.Range(26, 62)
	return Household{Type: "family", People: []Person{
		{Role: Head, Male: true, Age: age}, {Role: Partner, Age: max(22, age+rnd.Range(-4, 2)), Name: ownName},
	}}
}

// family is one or two parents with children, often with grandparents; in
// villages one parent is mostly away.
func family(c *Census, rnd *chance.Stream) Household {
	age := rnd.Range(25, 56)
	wife := max(23, age+rnd.Range(-3, 2))
	people := []Person{{Role: Head, Male: true, Age: age}, {Role: Partner, Age: wife, Name: ownName}}
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
			people = append(people, Person{Role: Child, Male: rnd.Happens(0.53), Age: child})
		}
	}
	if rnd.Happens(0.36) {
		people = append(people, grandparents(age, rnd)...)
	}
	return Household{Type: "family", People: people}
}

func grandparents(age int, rnd *chance.Stream) []Person {
	old := age + rnd.Range(21, 32)
	man := Person{Role: Parent, Male: true, Age: min(old, 97)}
	woman := Person{Role: Parent, Age: min(max(old-2, age+19), 97), Name: ownName}
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
