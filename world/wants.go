package world

import (
	"slices"
	"strconv"

	"quanxi/geo"
	"quanxi/grid"
)

// A Want is a question to the store, whose answers are steps.
type Want struct {
	Kind grid.Kind
	grid.Query
}

// Wants returns what a World of one area lacks of it, for all that it has taken so far:
// what a border that moved brings with it, the homes of a building that is its own now,
// and so on. Whoever applies steps asks again and again, and gives the answers as further
// steps of the same application, until nothing is wanted. An answer may tell of more than
// was asked for, and of a later state than the application is of. A World that holds
// everything wants nothing.
func (w *World) Wants() []Want {
	w.writer.Lock()
	defer w.writer.Unlock()
	return w.draft.wants()
}

// Lacks reports whether time alone may have left something wanting: a division that came
// into force or went out of it, since Wants was asked. It is false while an application is
// being built.
func (w *World) Lacks() bool {
	w.writer.Lock()
	defer w.writer.Unlock()
	return w.aside == nil && len(w.draft.asks.before) > 0
}

// Wants is as of World.Wants: a Loader of one area begins with nothing but questions.
func (l *Loader) Wants() []Want {
	all := l.draft.wants()
	l.answered = len(all) > 0
	return all
}

// questions are what the writer of a World of one area has asked for, and has to ask for.
type questions struct {
	asked   map[uint32]bool    // own areas whose divisions and workers were asked for
	above   map[uint32]bool    // the own area, and those that manage it, of which the same was asked
	named   map[uint32]bool    // areas of which all divisions that have their code were asked for
	begun   map[grid.Code]bool // codes with which those of own areas begin: all that begin so were asked for
	reach   geo.Envelope       // around the own area: all that meets it was asked for
	reached bool               // there is a reach
	before  map[uint32]stood   // how areas stood that were placed anew since Wants was asked

	buildings, dwellings []uint32 // that came: what hangs on them is to be asked for
	stewards             []uint32 // workers that buildings name

	open   []Want // what was asked last
	broken bool   // the answers may not all have come

	passed  passed
	changed []item // held before, and changed in this application
	gone    bool   // something on which others hang is gone
	moved   bool   // a division came, went or took another place since the tree was asked for
}

func newQuestions() questions {
	return questions{moved: true, asked: make(map[uint32]bool), above: make(map[uint32]bool), named: make(map[uint32]bool), begun: make(map[grid.Code]bool), before: make(map[uint32]stood)}
}

// stood is how an area stood on the map.
type stood struct {
	boundary geo.MultiPolygon // nil if there was no division, or none with a boundary
	envelope geo.Envelope
	own      bool
}

// remember notes how an area stands before its division is another.
func (d *draft) remember(area uint32) {
	if _, known := d.asks.before[area]; known || d.own == "" {
		return
	}
	was := stood{own: d.isOwn(area)}
	if row := d.division(area); row != nil && len(row.boundary) > 0 {
		was.boundary, was.envelope = row.boundary, row.envelope
	}
	d.asks.before[area] = was
}

// came notes that something is held that was not.
func (q *questions) came(k sort, slot uint32) {
	switch k {
	case buildings:
		q.buildings = append(q.buildings, slot)
	case dwellings:
		q.dwellings = append(q.dwellings, slot)
	}
}

func (d *draft) wants() []Want {
	if d.own == "" {
		return nil
	}
	if !d.asks.broken || len(d.asks.open) == 0 {
		d.asks.open = d.nextWants()
	}
	d.asks.broken = false
	return d.asks.open
}

// nextWants returns the next questions. The divisions come first: they say where the rest
// is to be looked for.
func (d *draft) nextWants() []Want {
	for _, next := range []func() []Want{d.wantsTree, d.wantsReach, d.wantsGround, d.wantsHanging} {
		if all := next(); len(all) > 0 {
			return all
		}
	}
	return nil
}

// wantsTree asks for the divisions below those that are known to be the own area's, for
// those that manage it, for those whose codes might be taken for its own, for any other
// under the code of one that is held, and for whoever works in the own area or above it.
func (d *draft) wantsTree() []Want {
	if !d.asks.moved {
		return nil // every area would be walked for it
	}
	d.asks.moved = false
	below, above := d.unaskedBelow(), d.unaskedAbove()
	all := []Want{
		{grid.Divisions, grid.Query{Column: "code", Values: slices.Concat(above, d.unaskedClaims())}},
		{grid.Divisions, grid.Query{Column: "code", Codes: d.unaskedAlike()}},
		{grid.Divisions, grid.Query{Column: "parent", Values: below}},
		{grid.Workers, grid.Query{Column: "area", Values: slices.Concat(below, above)}},
	}
	return slices.DeleteFunc(all, func(w Want) bool { return len(w.Values) == 0 && len(w.Codes) == 0 })
}

// unaskedBelow returns the codes of own areas of which nothing was asked yet.
func (d *draft) unaskedBelow() (codes []string) {
	for _, area := range d.ownAreas() {
		if !d.asks.asked[area] {
			d.asks.asked[area] = true
			codes = append(codes, string(d.code(area)))
		}
	}
	return codes
}

// unaskedAbove returns the codes of the own area and of all that are known to manage it, as
// far as they were not asked for.
func (d *draft) unaskedAbove() (codes []string) {
	for at := d.area(d.own); at != none; at = d.areas.rows.at(at).parent {
		if !d.asks.above[at] {
			d.asks.above[at] = true
			codes = append(codes, string(d.code(at)))
		}
	}
	return codes
}

// unaskedClaims returns the codes of divisions that are held of which others were not asked
// for: of several under one code, one is in force.
func (d *draft) unaskedClaims() (codes []string) {
	for area := range d.areas.rows.n {
		if d.areas.rows.at(area).claims != none && !d.asks.named[area] {
			d.asks.named[area] = true
			codes = append(codes, string(d.code(area)))
		}
	}
	return codes
}

// unaskedAlike returns the ranges of codes that begin as those of own areas do, as far as
// they were not asked for.
func (d *draft) unaskedAlike() (ranges []grid.CodeRange) {
	for _, top := range d.tops(d.area(d.own)) {
		if c := d.code(top); !d.asks.begun[c] {
			d.asks.begun[c] = true
			ranges = append(ranges, grid.Under(c))
		}
	}
	return ranges
}

// ownAreas returns the own area and all below it.
func (d *draft) ownAreas() []uint32 {
	all := []uint32{d.area(d.own)}
	for i := 0; i < len(all); i++ {
		for at := d.areas.rows.at(all[i]).children; at != none; at = d.areas.rows.at(at).next {
			all = append(all, at)
		}
	}
	return all
}

// wantsReach asks for all that meets the box around the own area, once that is known.
func (d *draft) wantsReach() []Want {
	q := &d.asks
	box, ok := d.ExtentOf(d.own)
	if !ok || q.reached && q.reach.Contains(box.Min) && q.reach.Contains(box.Max) {
		return nil
	}
	q.reach, q.reached = box, true
	clear(q.before) // all that might have come with them is asked for now
	all := []Want{{grid.Divisions, grid.Query{Meets: &box}}}
	for _, kind := range []grid.Kind{grid.LandUses, grid.Waters, grid.Greens, grid.Roads} {
		all = append(all, Want{kind, grid.Query{Meets: &box}})
	}
	return append(all, wantsIn(box)...)
}

// wantsIn asks for everything with a place of its own in a box.
func wantsIn(box geo.Envelope) (all []Want) {
	for _, k := range [...]sort{buildings, people, organisations, components, devices, cameras, service, happenings} {
		w := Want{kindOf(k), grid.Query{Meets: &box}}
		if k == people {
			w.Column, w.Values = "dwelling", []string{"0"}
		}
		all = append(all, w)
	}
	return all
}

// wantsGround asks for what lies where the own area may have gained ground since: where
// its divisions are drawn otherwise, or where others were that are drawn otherwise now.
func (d *draft) wantsGround() (all []Want) {
	var gained []geo.Envelope
	for area, was := range d.asks.before {
		gained = append(gained, d.gainedBy(area, was)...)
	}
	clear(d.asks.before)
	if !d.asks.reached {
		return nil
	}
	for _, box := range joined(gained) {
		if box = box.Intersect(d.asks.reach); box.Valid() {
			all = append(all, wantsIn(box)...)
		}
	}
	return all
}

// gainedBy returns boxes around what may be own since an area stood otherwise.
func (d *draft) gainedBy(area uint32, was stood) (boxes []geo.Envelope) {
	var boundary geo.MultiPolygon
	row, own := d.division(area), d.isOwn(area)
	if row != nil {
		boundary = row.boundary
	}
	same := sameBoundary(boundary, was.boundary)
	if !was.own && len(was.boundary) > 0 && !same {
		boxes = append(boxes, was.envelope)
	}
	if own && len(boundary) > 0 && !same {
		boxes = append(boxes, row.envelope)
	}
	if own && !was.own {
		if box, ok := d.ExtentOf(d.code(area)); ok {
			boxes = append(boxes, box)
		}
	}
	return boxes
}

func sameBoundary(a, b geo.MultiPolygon) bool {
	return slices.EqualFunc(a, b, func(p, q geo.Polygon) bool {
		return slices.EqualFunc(p, q, func(r, s geo.Ring) bool { return slices.Equal(r, s) })
	})
}

// wantedAtOnce is how many ids one question names.
const wantedAtOnce = 2000

// wantsHanging asks for what hangs on the buildings and homes that came, and for the
// workers whom buildings name and nobody has told of.
func (d *draft) wantsHanging() (all []Want) {
	q := &d.asks
	all = naming(grid.Dwellings, "building", idsIn(&d.buildings.register, q.buildings))
	homes := idsIn(&d.dwellings.register, q.dwellings)
	for _, kind := range []grid.Kind{grid.Households, grid.People, grid.Devices} {
		all = append(all, naming(kind, "dwelling", homes)...)
	}
	untold := slices.DeleteFunc(q.stewards, func(slot uint32) bool { return d.workers.revision(slot) > 0 })
	for some := range slices.Chunk(idsIn(&d.workers.register, untold), wantedAtOnce) {
		all = append(all, Want{grid.Workers, grid.Query{IDs: some}})
	}
	q.buildings, q.dwellings, q.stewards = nil, nil, nil
	return all
}

func idsIn(r *register, slots []uint32) []int64 {
	ids := make([]int64, len(slots))
	for i, slot := range slots {
		ids[i] = r.id(slot)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// naming asks for what names some ids in a column.
func naming(kind grid.Kind, column string, ids []int64) (all []Want) {
	for some := range slices.Chunk(ids, wantedAtOnce) {
		values := make([]string, len(some))
		for i, id := range some {
			values[i] = strconv.FormatInt(id, 10)
		}
		all = append(all, Want{kind, grid.Query{Column: column, Values: values}})
	}
	return all
}

// restoreOwn makes what a World of one area knows of itself once its state is taken up: in
// that was all that is its own.
func (d *draft) restoreOwn() {
	if d.own == "" {
		return
	}
	d.fill(divisions)
	d.changed[divisions] = true
	d.unaskedBelow()
	d.unaskedAbove()
	d.unaskedClaims()
	d.unaskedAlike()
	d.asks.reach, d.asks.reached = d.ExtentOf(d.own)
}
