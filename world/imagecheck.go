package world

import (
	"encoding/binary"
	"fmt"

	"quanxi/events"
	"quanxi/grid"
)

// A checker looks whether what the rows of a draft refer to is there. It keeps the
// first thing that is not.
type checker struct {
	*draft
	err error
}

func (c *checker) check() {
	c.checkTexts()
	c.checkPlaces()
	c.checkRefs()
	c.checkTree()
	c.checkChains()
}

func (c *checker) want(ok bool, what string) {
	if !ok && c.err == nil {
		c.err = fmt.Errorf("%s leads nowhere: %w", what, errImage)
	}
}

// ref wants a slot below n, or none.
func (c *checker) ref(slot, n uint32, what string) { c.want(slot == none || slot < n, what) }

func (c *checker) checkTexts() {
	text := func(ref uint32) {
		if ref == 0 {
			return
		}
		if ref >= c.texts.next {
			c.want(false, "a text")
			return
		}
		b := c.texts.from(ref)
		n, width := binary.Uvarint(b)
		c.want(width > 0 && n <= uint64(c.texts.next) && uint64(ref)+uint64(width)+n <= uint64(c.texts.next), "a text")
	}
	c.eachText(func(ref *uint32) { text(*ref) })
	for i := range c.words.stems.n {
		text(c.words.stems.at(i).text)
	}
}

// checkPlaces looks at shapes and entrances.
func (c *checker) checkPlaces() {
	for i := range c.features {
		eachLive(&c.features[i], func(r *featureRow) { c.shape(r.shape) })
	}
	eachLive(&c.buildings, func(r *buildingRow) {
		c.shape(r.shape)
		c.want(uint64(r.entrances)+uint64(r.doors) <= uint64(c.entrances.next) || r.doors == 0, "an entrance")
	})
}

func (c *checker) shape(sh shape) {
	if sh == 0 {
		return
	}
	if uint32(sh) >= c.strokes.next {
		c.want(false, "a shape")
		return
	}
	pen := c.stylus(sh)
	pen.words = pen.words[:min(len(pen.words), int(c.strokes.next-uint32(sh)))]
	c.want(pen.sound(), "a shape")
}

// checkRefs looks at what rows refer to by slot, and by place in a list.
func (c *checker) checkRefs() {
	areas := c.areas.rows.n
	eachRow(&c.buildings.rows, func(r *buildingRow) {
		c.ref(r.area, areas, "the area of a building")
		c.ref(r.steward, c.workers.rows.n, "a steward")
		c.want(int(r.use) < len(grid.Uses()), "a use")
	})
	eachRow(&c.dwellings.rows, func(r *dwellingRow) {
		c.ref(r.building, c.buildings.rows.n, "the building of a dwelling")
		c.want(int(r.state) < len(grid.DwellingStates()), "the state of a dwelling")
	})
	eachRow(&c.households.rows, func(r *householdRow) { c.ref(r.dwelling, c.dwellings.rows.n, "the dwelling of a household") })
	eachRow(&c.people.rows, func(r *personRow) {
		c.want(int(r.flags&residenceBits) < len(grid.Residences()), "a residence")
		if r.flags&roams != 0 {
			c.want(r.dwelling < c.places.n, "a place")
			c.ref(r.next, areas, "the area of a person")
			return
		}
		c.ref(r.dwelling, c.dwellings.rows.n, "the dwelling of a person")
	})
	eachLive(&c.people, func(r *personRow) { c.want(r.dwelling != none, "the dwelling of a person") })
	for i := range c.things {
		states := len(grid.DeviceStates())
		if organisations+sort(i) == components {
			states = len(grid.ComponentStates())
		}
		eachRow(&c.things[i].rows, func(r *thingRow) { c.thing(r, states) })
	}
	eachRow(&c.workers.rows, func(r *workerRow) {
		c.ref(r.area, areas, "the area of a worker")
		c.want(int(r.role) < len(grid.WorkerRoles()), "a role")
	})
	eachRow(&c.events.rows, func(r *eventRow) {
		c.ref(r.area, areas, "the area of an event")
		c.ref(r.building, c.buildings.rows.n, "the building of an event")
		c.want(int(r.category) < len(events.Categories()) && int(r.state) < len(events.States()) && r.late <= overdue && r.privacy < events.Privacies, "an event")
	})
}

func (c *checker) thing(r *thingRow, states int) {
	c.ref(r.area, c.areas.rows.n, "the area of a thing")
	c.ref(r.building, c.buildings.rows.n, "the building of a thing")
	c.ref(r.dwelling, c.dwellings.rows.n, "the dwelling of a thing")
	c.want(int(r.state) < states, "the state of a thing")
}

func eachRow[T any](p *pages[T], visit func(row *T)) {
	for i := range p.n {
		visit(p.at(i))
	}
}

// checkTree looks at areas and divisions: managers stand above whom they manage.
func (c *checker) checkTree() {
	n := c.areas.rows.n
	c.want(c.counters.n == n, "a counter")
	for area := range n {
		row := c.areas.rows.at(area)
		c.ref(row.division, c.divisions.rows.n, "the division of an area")
		c.ref(row.parent, n, "the manager of an area")
		c.want(row.level <= grid.MicroGridLevel && grid.Level(c.areas.id(area)&7) == row.level, "the level of an area")
		if c.err == nil && row.parent != none {
			c.want(c.areas.rows.at(row.parent).level < row.level, "the manager of an area")
		}
		if c.err == nil && row.division != none {
			c.want(c.divisions.rows.at(row.division).area == area, "the division of an area")
		}
	}
	for slot := range c.divisions.rows.n {
		row := c.divisions.rows.at(slot)
		c.ref(row.area, n, "the area of a division")
		for _, polygon := range row.boundary {
			c.want(len(polygon) > 0, "a boundary")
			for _, ring := range polygon {
				c.want(len(ring) > 3 && ring[0] == ring[len(ring)-1], "a boundary")
			}
		}
	}
}

// checkChains looks at what hangs together by next: nothing hangs in two places, so no
// chain comes back to itself.
func (c *checker) checkChains() {
	people, dwellings, workers := c.chain(c.people.rows.n), c.chain(c.dwellings.rows.n), c.chain(c.workers.rows.n)
	claims, children, entries := c.chain(c.divisions.rows.n), c.chain(c.areas.rows.n), c.chain(c.words.entries.n)
	eachRow(&c.dwellings.rows, func(r *dwellingRow) { people(r.people); dwellings(r.next) })
	eachRow(&c.people.rows, func(r *personRow) {
		if r.flags&roams == 0 {
			people(r.next)
		}
	})
	eachRow(&c.buildings.rows, func(r *buildingRow) { dwellings(r.dwellings) })
	eachRow(&c.areas.rows, func(r *areaRow) { workers(r.workers); claims(r.claims); children(r.children); children(r.next) })
	eachRow(&c.workers.rows, func(r *workerRow) { workers(r.next) })
	for slot := range c.divisions.rows.n {
		claims(c.divisions.rows.at(slot).next)
	}
	if c.err == nil {
		c.checkEntries(entries)
	}
}

// checkEntries follows what is found under each stem, and what is free.
func (c *checker) checkEntries(once func(slot uint32)) {
	follow := func(at, end uint32, of func(who uint32) bool) {
		for at != end {
			c.want(at != 0 && at != none, "an entry")
			if once(at); c.err != nil {
				return
			}
			row := c.words.entries.at(at)
			c.want(of(row.who), "what is found under a stem")
			at = row.next
		}
	}
	eachRow(&c.words.stems, func(r *stemRow) {
		for _, first := range r.first {
			follow(first, none, c.has)
		}
	})
	follow(c.words.free, 0, func(uint32) bool { return true })
}

// chain returns a function that wants a slot below n that it was not shown before, or
// none.
func (c *checker) chain(n uint32) func(slot uint32) {
	seen := newBitmap(n)
	return func(slot uint32) {
		if slot != none {
			c.want(slot < n && seen.add(slot), "a chain")
		}
	}
}

// has reports whether there is such a slot of such a sort.
func (c *checker) has(who uint32) bool {
	k, slot := sort(who>>slotBits), who&slotMask
	if k == divisions {
		return slot < c.areas.rows.n && c.division(slot) != nil
	}
	return k < sorts && slot < c.shelfOf(k).ids.n
}
