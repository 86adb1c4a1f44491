package world

import (
	"quanxi/geo"
)

// settleAll finds the areas of what came or changed, and of what lies where
// divisions changed. Until then it is counted nowhere; so the order of arrival
// within an application does not matter. It returns what came or changed.
func (d *draft) settleAll() (touched []item) {
	d.shareDivisions()
	for _, it := range d.unsettled {
		if d.stands(it) {
			d.settle(it, d.areaAt(d.placeOf(it)))
		}
	}
	touched, d.unsettled = d.unsettled, nil
	if !d.bulk || d.restored { // what is loaded from rows is all unsettled
		for _, region := range joined(d.regions) {
			d.resettle(region)
		}
	}
	d.regions = nil
	return touched
}

// shareDivisions has areaAt know the divisions as they are now.
func (d *draft) shareDivisions() {
	if d.changed[divisions] {
		d.found[divisions], d.changed[divisions] = d.indexes[divisions].Share(), false
	}
}

// stands reports whether an entity is there and has a place of its own; somebody
// may have found a home since.
func (s *state) stands(it item) bool {
	return s.shelfOf(it.sort).lives(it.slot) &&
		(it.sort != people || s.people.rows.at(it.slot).flags&roams != 0)
}

// joined returns one box around all if there are many: looking once at more is
// cheaper than many times at the same.
func joined(boxes []geo.Envelope) []geo.Envelope {
	if len(boxes) < 64 {
		return boxes
	}
	all := boxes[0]
	for _, b := range boxes[1:] {
		all = all.Union(b)
	}
	return []geo.Envelope{all}
}

// resettle looks again at everything in a box that belongs to an area.
func (d *draft) resettle(region geo.Envelope) {
	for _, k := range [...]sort{buildings, people, organisations, components, devices, cameras, service, happenings} {
		for slot := range d.indexes[k].Search(region) {
			it := item{k, slot}
			if area := d.areaAt(d.placeOf(it)); area != *d.areaField(it) {
				d.note(k, slot)
				d.settle(it, area)
			}
		}
	}
}

// settle moves a live entity, with what it counts, from its area to another.
func (d *draft) settle(it item, area uint32) {
	was := *d.areaField(it)
	if was == area {
		return
	}
	c := d.tallyOf(it)
	d.count(was, &c, -1)
	d.count(area, &c, 1)
	*d.editArea(it) = area
}

// placeOf returns the point that stands for an entity.
func (s *state) placeOf(it item) geo.Point { return geo.Unproject(s.pixelOf(it)) }

func (s *state) pixelOf(it item) geo.Pixel {
	switch {
	case it.sort == buildings:
		return s.buildings.rows.at(it.slot).place
	case it.sort == people:
		return *s.places.at(s.people.rows.at(it.slot).dwelling)
	case it.sort == happenings:
		return s.events.rows.at(it.slot).place
	}
	return s.things[it.sort-organisations].rows.at(it.slot).place
}

// areaField returns where an entity's row says in which area it is counted.
func (s *state) areaField(it item) *uint32 {
	switch {
	case it.sort == buildings:
		return &s.buildings.rows.at(it.slot).area
	case it.sort == people:
		return &s.people.rows.at(it.slot).next
	case it.sort == happenings:
		return &s.events.rows.at(it.slot).area
	}
	return &s.things[it.sort-organisations].rows.at(it.slot).area
}

// editArea is areaField for writing.
func (d *draft) editArea(it item) *uint32 {
	switch {
	case it.sort == buildings:
		return &d.buildings.rows.edit(d.edition, it.slot).area
	case it.sort == people:
		return &d.people.rows.edit(d.edition, it.slot).next
	case it.sort == happenings:
		return &d.events.rows.edit(d.edition, it.slot).area
	}
	return &d.things[it.sort-organisations].rows.edit(d.edition, it.slot).area
}

// tallyOf returns what an entity counts in its area.
func (s *state) tallyOf(it item) tally {
	if it.sort == happenings {
		return s.events.rows.at(it.slot).tally()
	}
	t := tally{Counters: s.countersOf(it)}
	if it.sort == devices && s.isBound(it.slot) {
		t.bound = 1
	}
	return t
}

// countersOf returns what an entity counts, to whoever may know of it.
func (s *state) countersOf(it item) Counters {
	switch it.sort {
	case buildings:
		c := s.buildings.rows.at(it.slot).homes.homes().counters()
		c.Buildings = 1
		return c
	case people:
		return s.people.rows.at(it.slot).homes().counters()
	case organisations:
		return Counters{Organisations: 1}
	case components:
		return Counters{Components: 1}
	case devices:
		return Counters{Devices: 1}
	case cameras:
		return Counters{Cameras: 1}
	case service:
		return Counters{Service: 1}
	}
	t := s.events.rows.at(it.slot).tally()
	return t.all()
}

// envelope returns the box under which an entity is found, and false if it has no
// place. What is bound to a building has the building's.
func (s *state) envelope(k sort, slot uint32) (geo.Envelope, bool) {
	switch {
	case k == divisions:
		d := s.division(slot)
		switch {
		case d == nil:
			return geo.Envelope{}, false
		case len(d.boundary) == 0: // its label is drawn all the same
			return d.label.Envelope()
		}
		return d.envelope, true
	case k <= roads:
		return s.box(s.features[k-landuse].rows.at(slot).shape)
	case k == buildings:
		return s.box(s.buildings.rows.at(slot).shape)
	case k == dwellings:
		return s.boxOfBuilding(s.dwellings.rows.at(slot).building)
	case k == households:
		return s.boxOfDwelling(s.households.rows.at(slot).dwelling)
	case k == people && s.people.rows.at(slot).flags&roams == 0:
		return s.boxOfDwelling(s.people.rows.at(slot).dwelling)
	case k == workers:
		return geo.Envelope{}, false
	}
	return s.placeOf(item{k, slot}).Envelope()
}

func (s *state) boxOfDwelling(slot uint32) (geo.Envelope, bool) {
	if slot == none || !s.dwellings.lives(slot) {
		return geo.Envelope{}, false
	}
	return s.boxOfBuilding(s.dwellings.rows.at(slot).building)
}

func (s *state) boxOfBuilding(slot uint32) (geo.Envelope, bool) {
	if slot == none || !s.buildings.lives(slot) {
		return geo.Envelope{}, false
	}
	return s.box(s.buildings.rows.at(slot).shape)
}

// areaOfItem returns the area in which an entity of any kind is counted, or the
// area of the home that it is bound to.
func (s *state) areaOfItem(k sort, slot uint32) uint32 {
	switch {
	case k == divisions:
		return slot
	case k <= roads:
		return none
	case k == dwellings:
		return s.areaOfBuilding(s.dwellings.rows.at(slot).building)
	case k == households:
		return s.areaOfDwelling(s.households.rows.at(slot).dwelling)
	case k == people && s.people.rows.at(slot).flags&roams == 0:
		return s.areaOfDwelling(s.people.rows.at(slot).dwelling)
	case k == workers:
		return s.workers.rows.at(slot).area
	case k == devices:
		if home := s.things[devices-organisations].rows.at(slot).dwelling; home != none {
			return s.areaOfDwelling(home)
		}
	}
	return *s.areaField(item{k, slot})
}

func (s *state) areaOfDwelling(slot uint32) uint32 {
	if slot == none || !s.dwellings.lives(slot) {
		return none
	}
	return s.areaOfBuilding(s.dwellings.rows.at(slot).building)
}

func (s *state) areaOfBuilding(slot uint32) uint32 {
	if slot == none || !s.buildings.lives(slot) {
		return none
	}
	return s.buildings.rows.at(slot).area
}
