package tiles

import "quanxi/geo"

// markZoom is the deepest zoom that keeps marks of its own, cells of 150 m; a
// change is taken to touch the whole cell.
const markZoom = 18

// mostMarks is the number of cells above which the deepest are given up.
const mostMarks = 1 << 18

// Versions tells for each tile the version of the last change that can show in
// it. It is a sparse quadtree of the changes, not of the tiles: nothing is kept
// for a tile because somebody asked for it. It never changes; any number of
// goroutines may use it. The zero Versions says 0 everywhere.
type Versions struct {
	root  *mark
	cells int
}

// A mark is a cell of the quadtree.
type mark struct {
	below [4]*mark // in the order of ID.Children
	all   uint64   // newest change that covers the whole cell
	any   uint64   // newest change anywhere in the cell
}

// Version returns the version of the newest change that touches what id draws,
// its buffer included.
func (v Versions) Version(id ID) uint64 { return newest(v.root, ID{}, id.Drawn()) }

// newest looks for changes in the box among cell and what is below. The buffer
// is as wide as a cell six zooms deeper, so cells there lie inside or outside
// and the search ends.
func newest(m *mark, cell ID, box Box) uint64 {
	if m == nil || !box.Meets(cell.Box()) {
		return 0
	}
	if box.Contains(cell.Box()) {
		return m.any
	}
	found := m.all
	for i, child := range cell.Children() {
		if m.below[i] != nil && m.below[i].any > found {
			found = max(found, newest(m.below[i], child, box))
		}
	}
	return found
}

// Cells returns the number of cells that are kept, about 48 bytes each.
func (v Versions) Cells() int { return v.cells }

// An Edit gathers the marks of one version. Use it from one goroutine, until
// Done.
type Edit struct {
	Versions
	version uint64
}

// Edit begins a new version, which must be greater than all before it; else it
// panics, since old tiles would pass for new ones. v stays as it is.
func (v Versions) Edit(version uint64) *Edit {
	if version == 0 || v.root != nil && version <= v.root.any {
		panic("tiles: versions must grow")
	}
	return &Edit{v, version}
}

// Mark notes a change within an envelope. What was moved or removed is marked
// where it was and where it is.
func (e *Edit) Mark(env geo.Envelope) {
	box := BoxOf(env)
	zoom := uint8(0)
	for zoom < markZoom && spans(box, zoom+1) <= 1 {
		zoom++
	}
	e.root = e.mark(e.root, ID{}, box, zoom)
}

// MarkAll notes a change of everything.
func (e *Edit) MarkAll() {
	e.root, e.cells = &mark{all: e.version, any: e.version}, 1
}

// spans returns by how many columns or rows the corners of a box lie apart.
func spans(b Box, zoom uint8) uint32 {
	low, high := Holding(b.Min, zoom), Holding(b.Max, zoom)
	return max(high.X-low.X, high.Y-low.Y)
}

// mark returns cell with the box marked below it at a zoom. Cells of earlier
// versions are shared with readers and copied first; those with e's version were
// made by e.
func (e *Edit) mark(m *mark, cell ID, box Box, zoom uint8) *mark {
	switch {
	case m == nil:
		m = new(mark)
		e.cells++
	case m.any < e.version:
		fresh := *m
		m = &fresh
	}
	m.any = e.version
	if cell.Z == zoom {
		m.all = e.version
		return m
	}
	for i, child := range cell.Children() {
		if box.Meets(child.Box()) {
			m.below[i] = e.mark(m.below[i], child, box, zoom)
		}
	}
	return m
}

// Done returns the versions with the marks. To stay small it may have merged
// cells, which makes tiles seem newer than they are, never older.
func (e *Edit) Done() Versions {
	for zoom := uint8(markZoom - 1); e.cells > mostMarks && zoom > 0; zoom-- {
		e.root, e.cells = flat(e.root, 0, zoom)
	}
	return e.Versions
}

// flat returns a copy of m without cells below a zoom, and its number of cells.
func flat(m *mark, at, zoom uint8) (*mark, int) {
	if m == nil {
		return nil, 0
	}
	if at == zoom {
		return &mark{all: m.any, any: m.any}, 1
	}
	out, cells := *m, 1
	for i, child := range m.below {
		var n int
		out.below[i], n = flat(child, at+1, zoom)
		cells += n
	}
	return &out, cells
}
