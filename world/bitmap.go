package world

// A bitmap is a set of numbers.
type bitmap []uint64

func newBitmap(n uint32) bitmap { return make(bitmap, n/64+1) }

func (b bitmap) has(i uint32) bool { return b[i/64]>>(i%64)&1 == 1 }

// reaching returns the set with room for i, which is one more than it had room for at
// the most.
func (b bitmap) reaching(i uint32) bitmap {
	if int(i/64) == len(b) {
		return append(b, 0)
	}
	return b
}

// add puts i in, for which there is room, and reports whether it was not there.
func (b bitmap) add(i uint32) bool {
	fresh := !b.has(i)
	b[i/64] |= 1 << (i % 64)
	return fresh
}
