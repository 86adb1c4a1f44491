package generate

import (
	"fmt"

	"quanxi/grid"
	"quanxi/grid/generate/build"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/people"
)

// flats numbers the homes of a building by unit, floor and room: “5-2” is the
// second home of the fifth floor; floors below the street are negative.
func (w *writer) flats(i int, rnd *chance.Stream) {
	b := w.d.ground.Buildings[i]
	each, left := b.Each, b.Homes
	if each == 0 {
		each = 1
	}
	for unit := 1; unit <= b.Units; unit++ {
		for floor := -b.Below; floor <= b.Floors && left > 0; floor++ {
			if floor == 0 || floor > 0 && floor <= b.Shops {
				continue
			}
			for room := 1; room <= each && left > 0; room++ {
				left--
				w.home(i, unit, floor, fmt.Sprintf("%d-%d", floor, room), areaOf(b, rnd), w.town, "", rnd)
			}
		}
	}
}

// farmHomes numbers the one to three homes of a farmhouse.
func (w *writer) farmHomes(i int, rnd *chance.Stream) {
	b := w.d.ground.Buildings[i]
	for n := 1; n <= b.Homes; n++ {
		w.home(i, n, 1, fmt.Sprintf("1-%d", n), rnd.Range(9000, 22000), w.village, w.clanOf(b), rnd)
	}
}

// areaOf draws the floor space of a flat in 0.01 m².
func areaOf(b build.Building, rnd *chance.Stream) int {
	switch b.Kind {
	case build.Old:
		return rnd.Range(3200, 8000)
	case build.Slab:
		return rnd.Range(5500, 9500)
	case build.Tower:
		return rnd.Range(6500, 13000)
	}
	return rnd.Range(7500, 12500)
}

// home writes one dwelling and its household.
func (w *writer) home(i, unit, floor int, room string, area int, census *people.Census, clan string, rnd *chance.Stream) {
	h := w.maker.Household(census, clan, rnd)
	dwelling := &grid.Dwelling{
		Head: grid.Head{ID: id(w.d.num, len(w.out.Dwellings)+1)}, Building: id(w.d.num, i+1),
		Unit: int32(unit), Floor: int32(floor), Room: room, Use: "housing", State: stateOf(h, rnd), AreaDM2: int32(area),
	}
	w.out.Dwellings = append(w.out.Dwellings, dwelling)
	if len(h.People) == 0 {
		return
	}
	household := &grid.Household{
		Head: grid.Head{ID: id(w.d.num, len(w.out.Households)+1)}, Dwelling: dwelling.ID, Type: h.Type,
		Number: fmt.Sprintf("%s%06d", w.d.plan.Code, len(w.out.Households)+1),
	}
	w.out.Households = append(w.out.Households, household)
	for _, p := range h.People {
		w.person(p, household, rnd)
	}
}

func stateOf(h people.Household, rnd *chance.Stream) grid.DwellingState {
	switch {
	case h.Vacant:
		return grid.Vacant
	case h.Migrant && rnd.Happens(0.72), h.Type == "collective":
		return grid.Rented
	}
	return grid.OwnerOccupied
}

// person writes one person and the identity beside.
func (w *writer) person(p people.Person, h *grid.Household, rnd *chance.Stream) {
	born := p.Born
	number, ok := w.numbers.ID(born, p.Male)
	for !ok { // too many were born that day
		born = earlier(born)
		number, ok = w.numbers.ID(born, p.Male)
	}
	sex := grid.Sex("f")
	if p.Male {
		sex = "m"
	}
	who := Identity{Name: p.Name, IDNumber: number}
	if p.Age >= 12 && p.Age < 80 || rnd.Happens(0.4) {
		who.Phone = w.numbers.Phone()
	}
	w.out.People = append(w.out.People, &grid.Person{
		Head: grid.Head{ID: id(w.d.num, len(w.out.People)+1)}, Sex: sex, Born: born, Household: h.ID, Dwelling: h.Dwelling,
		Residence: p.Residence, Since: max(p.Since, born), Care: p.Care,
		Verified: grid.DateOf(w.d.gen.opt.Reference.AddDate(0, 0, -rnd.Int(300))),
	})
	w.out.PeopleIdentity = append(w.out.PeopleIdentity, who)
}

// earlier returns a day before d that the calendar has.
func earlier(d grid.Date) grid.Date {
	if d%100 > 1 {
		return d - 1
	}
	return d + 27 // the same month's 28th
}
