package world

// letGoDivisions lets go of the divisions that are of no concern to a World of one area
// any more, once divisions changed.
func (d *draft) letGoDivisions() {
	if d.own == "" || !d.recoded {
		return
	}
	d.refence()
	q := &d.asks
	if box, ok := d.ExtentOf(d.own); !ok {
		q.reached = false
	} else if q.reached && q.reach.Contains(box.Min) && q.reach.Contains(box.Max) {
		q.reach = box // it reaches less far; if it reached farther, Wants would say so
	}
	for slot := range d.divisions.rows.n {
		if row := d.divisions.rows.at(slot); d.divisions.lives(slot) && !d.concerns(row.code, row.parent, row.envelope, len(row.boundary) > 0) {
			d.evict(divisions, slot)
		}
	}
	d.forgetAsked()
}

// forgetAsked forgets what was asked for areas that are not the own one's any more: what
// changes there is not followed.
func (d *draft) forgetAsked() {
	for area := range d.asks.asked {
		if !d.isOwn(area) {
			delete(d.asks.asked, area)
		}
	}
	for area := range d.asks.above {
		if area != d.areaOf(d.own) && !d.isAbove(area) {
			delete(d.asks.above, area)
		}
	}
	for area := range d.asks.named {
		if d.areas.rows.at(area).claims == none {
			delete(d.asks.named, area)
		}
	}
	for c := range d.asks.begun {
		if !d.isOwn(d.areaOf(c)) {
			delete(d.asks.begun, c)
		}
	}
}

// letGo lets go of the things that are not a World's own any more: of those that were
// touched, and of all if divisions changed.
func (d *draft) letGo(touched []item) {
	if d.own == "" {
		return
	}
	touched = append(touched, d.asks.changed...)
	d.asks.changed = nil
	if d.recoded {
		touched = d.everything()
	}
	for _, it := range touched {
		if d.shelfOf(it.sort).lives(it.slot) && !d.staysOwn(it) {
			d.asks.gone = d.asks.gone || it.sort == buildings || it.sort == dwellings
			d.evict(it.sort, it.slot)
		}
	}
	if d.asks.gone {
		d.letGoHanging()
	}
	d.asks.gone = false
}

// letGoHanging lets go of what hangs on something that is gone.
func (d *draft) letGoHanging() {
	for _, k := range [...]sort{dwellings, households, people, devices} {
		for slot := range d.shelfOf(k).ids.n {
			if d.shelfOf(k).lives(slot) && !d.staysOwn(item{k, slot}) {
				d.evict(k, slot)
			}
		}
	}
}

// everything lists what a World of one area may let go of, divisions and workers apart.
func (d *draft) everything() (all []item) {
	for k := landuse; k < sorts; k++ {
		for slot := range d.shelfOf(k).ids.n {
			if d.shelfOf(k).lives(slot) {
				all = append(all, item{k, slot})
			}
		}
	}
	return all
}

// staysOwn reports whether a thing that is held still belongs to the own area. Workers
// stay: they are few, and buildings may name them wherever they work.
func (d *draft) staysOwn(it item) bool {
	switch k := it.sort; {
	case k == divisions || k == workers:
		return true
	case k <= roads:
		box, ok := d.envelope(k, it.slot)
		return ok && d.asks.reached && d.asks.reach.Meets(box)
	case k == dwellings:
		return d.isThere(buildings, d.dwellings.rows.at(it.slot).building)
	case k == households:
		return d.isThere(dwellings, d.households.rows.at(it.slot).dwelling)
	case k == people && d.people.rows.at(it.slot).flags&roams == 0:
		return d.isThere(dwellings, d.people.rows.at(it.slot).dwelling)
	case k == devices && d.isThere(dwellings, d.things[devices-organisations].rows.at(it.slot).dwelling):
		return true
	}
	return d.isOwn(*d.areaField(it))
}

// isThere reports whether what is in a slot of a kind, none for nothing, is there.
func (d *draft) isThere(k sort, slot uint32) bool { return slot != none && d.shelfOf(k).lives(slot) }

// evict lets go of something that is held. The same state of it may come back.
func (d *draft) evict(k sort, slot uint32) {
	d.note(k, slot)
	d.withdraw(k, slot)
	r := d.shelfOf(k)
	r.mark(d.edition, slot, int64(r.revision(slot))-1, false)
}
