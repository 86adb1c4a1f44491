package world

import (
	"fmt"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/geo/arcs"
	"quanxi/grid"
)

// A draft is the state that is being written, with what only the writer needs.
// Each publication hands a copy of the state to the readers and begins a new
// edition.
type draft struct {
	state
	edition     uint64
	bulk        bool // indexes are filled at the end, and nothing is told
	restored    bool // it began with an image
	indexes     [sorts]*geo.Index
	borderIndex [2]*geo.Index         // of the webs
	overviews   [lastFar + 1]overview // what of indexes shows far out

	interns map[string]uint32 // texts that many rows share
	stems   map[string]uint32
	leaving leaving
	due     dueQueue
	quill   quill // writes geometries

	// Of the present application:
	unsettled  []item             // things whose area is to be found
	regions    []geo.Envelope     // where divisions changed
	recoded    bool               // a division came, went or took another code
	reshaped   []geo.Envelope     // where outlines are drawn anew
	relabelled []label            // where the numbers of areas stood or stand that came, went or changed
	faces      map[uint32]bool    // areas whose boundary changed
	touched    []touch            // for the feed
	moved      map[uint32]numbers // areas whose numbers moved, if only there and back
	before     map[uint32]tally   // of those areas, what was counted
	taken      int                // steps that were of concern
	changed    [sorts]bool        // indexes to be shared anew

	movedPrivate map[privateMove]bool // numbers of private events that are told; what is drawn of them is in moved

	asks   questions        // of a World of one area
	fenced geo.MultiPolygon // where the fence is
}

// An item names any entity by its slot.
type item struct {
	sort sort
	slot uint32
}

func newDraft(today grid.Date, own grid.Code) *draft {
	d := &draft{edition: 1, interns: make(map[string]uint32), stems: make(map[string]uint32),
		moved: make(map[uint32]numbers), before: make(map[uint32]tally), movedPrivate: make(map[privateMove]bool), faces: make(map[uint32]bool)}
	d.today, d.own = today, own
	d.asks = newQuestions()
	for of := range d.webs {
		d.webs[of] = web{net: new(arcs.Net), found: new(geo.Snapshot)}
		d.borderIndex[of] = new(geo.Index)
	}
	for k := range d.indexes {
		d.indexes[k] = new(geo.Index)
		d.found[k] = new(geo.Snapshot)
	}
	return d
}

// intern returns the number of a text that many rows share.
func (d *draft) intern(s string) uint32 {
	ref, ok := d.interns[s]
	if !ok {
		ref = d.texts.add(s)
		d.interns[s] = ref
	}
	return ref
}

// retext returns the number of s; the old one if the text is the same.
func (d *draft) retext(old uint32, s string) uint32 {
	if d.texts.get(old) == s {
		return old
	}
	return d.texts.add(s)
}

// step carries out one step of an application, if it is of concern.
func (d *draft) step(s Step) {
	if d.own != "" {
		d.stepOfOwn(s)
		return
	}
	d.taken++
	if s.Entity == nil {
		k, _ := sortOf(s.Remove.Kind)
		d.remove(k, s.Remove)
		return
	}
	d.put(s.Entity)
}

// put takes a new state of an entity.
func (d *draft) put(e grid.Entity) {
	switch e := e.(type) {
	case *grid.Division:
		d.putDivision(e)
	case *grid.Building:
		d.putBuilding(e)
	case *grid.Dwelling:
		d.putDwelling(e)
	case *grid.Household:
		d.putHousehold(e)
	case *grid.Person:
		d.putPerson(e)
	case *grid.Worker:
		d.putWorker(e)
	case *events.Event:
		d.putEvent(e)
	default:
		if !d.putFeature(e) {
			d.putThing(e)
		}
	}
}

// check refuses what step does not know, before anything is changed.
func check(s Step) error {
	kind := s.Remove.Kind
	if s.Entity != nil {
		kind = s.Entity.Kind()
	}
	if _, ok := sortOf(kind); !ok {
		return fmt.Errorf("kind %q: %w", kind, grid.ErrInvalid)
	}
	return nil
}

// accept makes the slot's revision that of the head, withdraws the old state and
// reports true, unless the slot holds that revision or a later one.
func (d *draft) accept(k sort, slot uint32, head *grid.Head) bool {
	r := d.shelfOf(k)
	if uint32(head.Revision) <= r.revision(slot) {
		return false
	}
	if r.lives(slot) {
		d.note(k, slot)
		d.withdraw(k, slot)
	} else {
		d.noteNew(k, slot)
	}
	r.mark(d.edition, slot, head.Revision, true)
	return true
}

// remove leaves a tombstone, unless a later revision is held.
func (d *draft) remove(k sort, ref grid.Ref) {
	slot := d.ensure(k, ref.ID)
	r := d.shelfOf(k)
	if uint32(ref.Revision) <= r.revision(slot) {
		return
	}
	if r.lives(slot) {
		d.note(k, slot)
		d.withdraw(k, slot)
	}
	r.mark(d.edition, slot, ref.Revision, false)
}

// ensure returns the slot of an entity of any kind, known or not.
func (d *draft) ensure(k sort, id int64) uint32 {
	switch {
	case k == divisions:
		return d.divisionSlot(id)
	case k <= roads:
		return d.features[k-landuse].ensure(d.edition, id, featureRow{})
	case k == buildings:
		return d.buildingSlot(id)
	case k == dwellings:
		return d.dwellingSlot(id)
	case k == households:
		return d.householdSlot(id)
	case k == people:
		return d.people.ensure(d.edition, id, blankPerson)
	case k <= service:
		return d.things[k-organisations].ensure(d.edition, id, blankThing)
	case k == workers:
		return d.workerSlot(id)
	}
	return d.events.ensure(d.edition, id, blankEvent)
}

// withdraw takes the live entity in a slot out of indexes, lists and counters.
// Its row stays, to be overwritten or kept as a tombstone.
func (d *draft) withdraw(k sort, slot uint32) {
	switch {
	case k == divisions:
		d.withdrawDivision(slot)
	case k <= roads:
		d.unindex(k, slot)
		d.forget(k, slot)
	case k == buildings:
		d.withdrawBuilding(slot)
	case k == dwellings:
		d.withdrawDwelling(slot)
	case k == households:
		d.countHousehold(slot, -1)
	case k == people:
		d.withdrawPerson(slot)
	case k <= service:
		d.settle(item{k, slot}, none)
		d.unindex(k, slot)
		d.forget(k, slot)
	case k == workers:
		d.withdrawWorker(slot)
	default:
		d.settle(item{k, slot}, none)
		d.unindex(k, slot)
	}
}

// index enters a slot under its envelope.
func (d *draft) index(k sort, slot uint32) {
	if env, ok := d.envelope(k, slot); ok && (!d.bulk || d.indexesAtOnce(k)) {
		d.indexes[k].Insert(slot, env)
		d.changed[k] = true
		if k <= lastFar {
			d.overviews[k].insert(d.showsFrom(k, slot, env), slot, env)
		}
	}
}

// indexesAtOnce reports whether a kind is indexed as it comes, also in bulk: where a World
// of one area has to know what lies in it.
func (d *draft) indexesAtOnce(k sort) bool { return d.own != "" && k == divisions }

func (d *draft) unindex(k sort, slot uint32) {
	if env, ok := d.envelope(k, slot); ok && (!d.bulk || d.indexesAtOnce(k)) {
		d.indexes[k].Delete(slot, env)
		d.changed[k] = true
		if k <= lastFar {
			d.overviews[k].delete(d.showsFrom(k, slot, env), slot, env)
		}
	}
}
