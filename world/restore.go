package world

import (
	"container/heap"
	"fmt"
	"io"
	"unsafe"

	"golang.org/x/sync/errgroup"

	"quanxi/geo"
	"quanxi/grid"
)

// Restore takes up what WriteImage wrote, of the size given, as if everything had been
// added that the World held then. It comes before any Add; what changed since is added
// afterwards, and a Loader whose Restore failed is dropped. It reads to the end. The error says
// what is wrong with the image, or is that of reading.
//
// What it reads must be what a World wrote, unchanged: whoever stores it sees to that.
// Anything else is an error all the same, or another World, but never a panic.
func (l *Loader) Restore(from io.Reader, size int64) error {
	r := imageReader{decoder: &decoder{from: from, left: size}, draft: l.draft}
	r.read()
	if r.err == nil {
		if n, err := io.Copy(io.Discard, from); n > 0 || err != nil {
			r.fail("more than a World, or %v", err)
		}
	}
	if r.err == nil {
		r.err = r.check()
	}
	if r.err == nil {
		r.err = r.derive()
	}
	if r.err != nil {
		return fmt.Errorf("restore a World: %w", r.err)
	}
	return nil
}

// An imageReader reads an image into an empty draft.
type imageReader struct {
	*decoder
	*draft
	then    int64     // Unix seconds of the state
	written grid.Date // its day
}

func (r *imageReader) read() {
	r.then, r.written = int64(r.number()), grid.Date(r.number())
	getArena(r.decoder, &r.texts.arena)
	getArena(r.decoder, &r.strokes)
	getArena(r.decoder, &r.entrances)
	getRows(r.decoder, &r.places)
	r.getDivisions()
	getShelf(r, &r.areas, whole)
	getRows(r.decoder, &r.counters)
	r.eachShelf()
	getRows(r.decoder, &r.words.entries)
	r.words.free = uint32(r.number())
	getRows(r.decoder, &r.words.stems)
}

// eachShelf reads the shelves of rows without pointers.
func (r *imageReader) eachShelf() {
	for i := range r.features {
		getShelf(r, &r.features[i], emptied(featureRow{}))
	}
	getShelf(r, &r.buildings, emptiedBuilding)
	getShelf(r, &r.dwellings, emptiedDwelling)
	getShelf(r, &r.households, emptied(blankHousehold))
	getShelf(r, &r.people, emptied(blankPerson))
	for i := range r.things {
		getShelf(r, &r.things[i], emptied(blankThing))
	}
	getShelf(r, &r.workers, emptied(blankWorker))
	getShelf(r, &r.events, emptied(blankEvent))
}

// getShelf reads who is on a shelf, and their rows. Whoever is not there has an empty
// one, whatever the image says.
func getShelf[R any](r *imageReader, s *shelf[R], emptied func(row R) R) {
	r.getRegister(&s.register)
	getRows(r.decoder, &s.rows)
	if s.rows.n != s.ids.n {
		r.fail("%d rows of %d", s.rows.n, s.ids.n)
		return
	}
	for slot := range s.rows.n {
		if !s.lives(slot) {
			row := s.rows.at(slot)
			*row = emptied(*row)
		}
	}
}

func (r *imageReader) getRegister(g *register) {
	getColumn(r.decoder, &g.ids)
	getColumn(r.decoder, &g.marks)
	if g.ids.n != g.marks.n {
		r.fail("%d marks of %d", g.marks.n, g.ids.n)
	}
}

func (r *imageReader) getDivisions() {
	r.getRegister(&r.divisions.register)
	for slot := uint32(0); slot < r.divisions.ids.n && r.err == nil; slot++ {
		r.divisions.rows.push(1, r.getDivision())
	}
}

func (r *imageReader) getDivision() divisionRow {
	row := divisionRow{code: grid.Code(r.text()), name: r.text(), kind: r.text(), parent: grid.Code(r.text())}
	var numbers [6]int32
	r.bytes(memory(numbers[:]))
	row.from, row.to = grid.Date(numbers[0]), grid.Date(numbers[1])
	row.label, row.norms = geo.Point{Lon: numbers[2], Lat: numbers[3]}, [2]int32{numbers[4], numbers[5]}
	row.area, row.next = uint32(r.number()), uint32(r.number())
	const least, most = 8, 1 << 20 // bytes that a polygon or ring takes at least, and how many there are at most
	if n := r.announced(least, most); n > 0 {
		row.boundary = make(geo.MultiPolygon, n)
	}
	for i := range row.boundary {
		row.boundary[i] = make(geo.Polygon, r.announced(least, most))
		for k := range row.boundary[i] {
			ring := make(geo.Ring, r.announced(unsafe.Sizeof(geo.Point{}), mostItems))
			r.bytes(memory(ring))
			row.boundary[i][k] = ring
		}
	}
	row.envelope, _ = row.boundary.Envelope()
	return row
}

// check refuses rows that lead where nothing is, or round in circles.
func (r *imageReader) check() error {
	if r.full() {
		return fmt.Errorf("too much in it that nobody shows any more: %w", ErrFull)
	}
	c := checker{draft: r.draft}
	c.check()
	return c.err
}

// derive makes what an image leaves out, several things at a time, and has the time
// pass since it was written.
func (r *imageReader) derive() error {
	var work errgroup.Group
	for _, g := range r.registers() {
		work.Go(g.restore)
	}
	work.Go(r.restoreStems)
	work.Go(r.restoreInterns)
	if err := work.Wait(); err != nil {
		return err
	}
	for area := range r.areas.rows.n {
		if row := r.division(area); row != nil && len(row.boundary) > 0 {
			r.faces[area] = true
		}
	}
	r.recoded, r.restored = true, true
	r.restoreOwn()
	r.restoreDue(r.then)
	today := r.today
	r.today = r.written
	r.turn(today)
	r.lapse()
	return nil
}

// registers returns those of all shelves, the largest first.
func (d *draft) registers() []*register {
	list := []*register{&d.people.register, &d.dwellings.register, &d.households.register, &d.buildings.register, &d.events.register,
		&d.workers.register, &d.divisions.register, &d.areas.register}
	for i := range d.features {
		list = append(list, &d.features[i].register)
	}
	for i := range d.things {
		list = append(list, &d.things[i].register)
	}
	return list
}

// restore makes the way from ids to slots, and counts who is there. What of the ids is
// not in order begins in almost as many buckets as they would have come to, and one that
// fills up is split as ever.
func (r *register) restore() error {
	for slot := range r.marks.n {
		r.alive += int(r.marks.at(slot) & 1)
	}
	for slot := range r.ids.n {
		if !r.follow(r.id(slot), slot) {
			break
		}
	}
	rest := r.ids.n - r.ordered
	if rest == 0 {
		return nil
	}
	for rest>>r.depth >= bucketFull {
		r.depth++
	}
	const deepest = 8 // splits of a bucket that scattered ids do not come to
	most := r.depth + deepest
	r.owner, r.dir = 1, make([]*bucket, 1<<r.depth)
	for i := range r.dir {
		r.dir[i] = &bucket{edition: 1, depth: r.depth}
	}
	for slot := r.ordered; slot < r.ids.n; slot++ {
		h := hash(r.id(slot))
		if b := r.dir[h>>(64-r.depth)]; b.used >= bucketFull && b.depth >= most {
			return fmt.Errorf("ids that are all the same: %w", errImage)
		}
		r.insert(1, h, slot)
	}
	return nil
}

func (d *draft) restoreStems() error {
	for at := range d.words.stems.n {
		d.stems[d.texts.get(d.words.stems.at(at).text)] = at
	}
	return nil
}

// restoreInterns finds the texts that many rows share.
func (d *draft) restoreInterns() error {
	seen := make(map[uint32]bool)
	var last uint32
	visit := func(ref uint32) {
		if ref == last || seen[ref] {
			return
		}
		last, seen[ref] = ref, true
		d.interns[d.texts.get(ref)] = ref
	}
	for i := range d.features {
		eachLive(&d.features[i], func(r *featureRow) { visit(r.name); visit(r.class) })
	}
	eachLive(&d.buildings, func(r *buildingRow) { visit(r.quarter) })
	eachLive(&d.dwellings, func(r *dwellingRow) { visit(r.room) })
	for i := range d.things {
		eachLive(&d.things[i], func(r *thingRow) { visit(r.category) })
	}
	for _, k := range [...]sort{components, service} {
		eachLive(&d.things[k-organisations], func(r *thingRow) { visit(r.detail) })
	}
	return nil
}

// restoreDue has the events wait that became later after a moment.
func (d *draft) restoreDue(then int64) {
	for slot := range d.events.rows.n {
		if _, next := d.events.rows.at(slot).lateAt(then); next != 0 && d.events.lives(slot) {
			d.due = append(d.due, dueItem{next, slot})
		}
	}
	heap.Init(&d.due)
}
