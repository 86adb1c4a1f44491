package spread

import "quanxi/grid/generate/plane"

// Borders returns the lines between differently labelled nodes, split where
// three or more regions meet. Corner (i, j) lies between nodes (i-1, j-1) and
// (i, j); place gives its position. Where either side has a label below 0 there
// is no border.
func Borders(label []int32, w, h int, place func(i, j int) plane.Vec) []plane.Line {
	b := &borders{label: label, w: w, h: h, used: make(map[[2]int]bool)}
	var out []plane.Line
	follow := func(start, first int) {
		line := plane.Line{}
		for _, c := range b.follow(start, first) {
			line = append(line, place(c%(w+1), c/(w+1)))
		}
		out = append(out, line)
	}
	corners := (w + 1) * (h + 1)
	for pass := range 2 { // lines with ends first, then closed ones
		for c := range corners {
			next := b.next(c)
			if pass == 0 && (len(next) == 0 || len(next) == 2) {
				continue
			}
			for _, to := range next {
				if !b.used[[2]int{c, to}] {
					follow(c, to)
				}
			}
		}
	}
	return out
}

type borders struct {
	label []int32
	w, h  int
	used  map[[2]int]bool
}

// at returns the label of node (x, y); -1 beyond the raster.
func (b *borders) at(x, y int) int32 {
	if x < 0 || y < 0 || x >= b.w || y >= b.h {
		return -1
	}
	return b.label[y*b.w+x]
}

// next returns the corners to which a border runs from corner c.
func (b *borders) next(c int) []int {
	x, y := c%(b.w+1), c/(b.w+1)
	sw, se, nw, ne := b.at(x-1, y-1), b.at(x, y-1), b.at(x-1, y), b.at(x, y)
	parts := func(p, q int32) bool { return p != q && p >= 0 && q >= 0 }
	var out []int
	if parts(se, ne) {
		out = append(out, c+1)
	}
	if parts(nw, ne) {
		out = append(out, c+b.w+1)
	}
	if parts(sw, nw) {
		out = append(out, c-1)
	}
	if parts(sw, se) {
		out = append(out, c-b.w-1)
	}
	return out
}

// follow walks from corner start by way of first to the next junction.
func (b *borders) follow(start, first int) []int {
	line := []int{start}
	from, at := start, first
	for {
		b.used[[2]int{from, at}], b.used[[2]int{at, from}] = true, true
		line = append(line, at)
		next := b.next(at)
		if len(next) != 2 || at == start {
			return line
		}
		to := next[0]
		if to == from {
			to = next[1]
		}
		from, at = at, to
	}
}
