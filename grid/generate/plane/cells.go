package plane

// Cells finds numbered things by place: a grid of square buckets over a known
// envelope. What lies outside is kept in the nearest bucket. Finding gives the
// numbers in the order of buckets and then of adding, so it repeats exactly.
type Cells struct {
	lo   Vec
	size float64
	w, h int
	list [][]int32
}

// NewCells returns empty buckets of the given size over lo-hi.
func NewCells(lo, hi Vec, size float64) *Cells {
	w, h := int((hi.X-lo.X)/size)+1, int((hi.Y-lo.Y)/size)+1
	return &Cells{lo, size, w, h, make([][]int32, w*h)}
}

func (c *Cells) span(lo, hi Vec) (x0, y0, x1, y1 int) {
	col := func(x float64) int { return min(max(int((x-c.lo.X)/c.size), 0), c.w-1) }
	row := func(y float64) int { return min(max(int((y-c.lo.Y)/c.size), 0), c.h-1) }
	return col(lo.X), row(lo.Y), col(hi.X), row(hi.Y)
}

// Add puts id into every bucket that the envelope lo-hi meets.
func (c *Cells) Add(id int, lo, hi Vec) {
	x0, y0, x1, y1 := c.span(lo, hi)
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			c.list[y*c.w+x] = append(c.list[y*c.w+x], int32(id))
		}
	}
}

// AddSegment puts id into the buckets of the envelope of a-b.
func (c *Cells) AddSegment(id int, a, b Vec) {
	lo, hi := Ring{a, b}.Envelope()
	c.Add(id, lo, hi)
}

// Find calls see with the ids in the buckets that meet lo-hi, some perhaps
// twice, until it returns false.
func (c *Cells) Find(lo, hi Vec, see func(id int) bool) {
	x0, y0, x1, y1 := c.span(lo, hi)
	for y := y0; y <= y1; y++ {
		for x := x0; x <= x1; x++ {
			for _, id := range c.list[y*c.w+x] {
				if !see(int(id)) {
					return
				}
			}
		}
	}
}

// Near calls see with the ids in the buckets within r metres of p.
func (c *Cells) Near(p Vec, r float64, see func(id int) bool) {
	c.Find(Vec{p.X - r, p.Y - r}, Vec{p.X + r, p.Y + r}, see)
}
