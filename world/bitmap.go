package world

// A bitmap is a set of numbers.
type bitmap []uint64

func newBitmap(n uint32) bitmap { return make(bitmap, n/64+1) }

func (b bitmap) has(i uint32) bool { return b[i/64]>>(i%64)&1 == 1 }

// add puts i in, for which there is room, and reports whether it was not there.
func (b bitmap) add(i uint32) bool {
	fresh := !b.has(i)
	b[i/64] |= 1 << (i % 64)
	return fresh
}
