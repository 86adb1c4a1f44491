package people

import (
	"quanxi/grid"
	"quanxi/grid/generate/chance"
)

// tag gives the tags of care that follow from age and household, and those that
// fall by chance. They serve help only.
func tag(h *Household, c *Census, rnd *chance.Stream) {
	living, elders, adults, absent := 0, 0, 0, 0
	for _, p := range h.People {
		switch {
		case p.Residence == grid.RegisteredOnly:
			absent++
			continue
		case p.Age >= 60:
			elders++
		case p.Age >= 18:
			adults++
		}
		living++
	}
	poor := rnd.Happens(c.poor)
	for i := range h.People {
		p := &h.People[i]
		if p.Residence == grid.RegisteredOnly {
			continue
		}
		add := func(when bool, what string) {
			if when {
				p.Care = append(p.Care, what)
			}
		}
		add(p.Age >= 60 && living == 1, "living-alone")
		add(p.Age >= 60 && living == elders && elders == 2, "empty-nest")
		add(p.Age >= 80, "aged-80")
		add(p.Age < 16 && adults == 0 && absent > 0, "left-behind-child")
		add(p.Age >= 60 && adults == 0 && absent > 0, "left-behind-elder")
		add(rnd.Happens(disability(p.Age)), "disabled")
		add(poor, "low-income")
		bedridden := p.Age >= 80 && rnd.Happens(0.06) || p.Age >= 60 && rnd.Happens(0.01)
		add(bedridden, "bedridden")
		add(!bedridden && p.Age >= 75 && rnd.Happens(0.07), "half-disabled")
		add(p.Age >= 40 && rnd.Happens(0.006), "severe-illness")
		add(p.Age >= 60 && living == 1 && poor && rnd.Happens(0.15), "destitute")
		add(p.Age >= 55 && rnd.Happens(0.008), "veteran-family")
	}
}

// disability is its share at an age: about 4.5 % over all.
func disability(age int) float64 { return 0.012 + 0.0011*float64(max(age-20, 0)) }
