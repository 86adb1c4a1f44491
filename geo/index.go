package geo

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
)

// An Index finds numbers by the envelope they were put in with. The numbers
// mean nothing to it: they are rows of somebody's table.
//
// One goroutine at a time may use an Index; Share hands the state of the moment
// to any number of readers, in constant time and without copying. The zero Index
// is empty and ready to use. An item costs about 31 bytes.
type Index struct{ finder }

// A Snapshot is the state of an Index at one Share. It never changes and any
// number of goroutines may read it. The zero Snapshot is empty.
type Snapshot struct{ finder }

// Insert adds id with its envelope. The caller sees to it that id is not in
// already. Insert panics if env is inverted: such an item could never be found
// again.
func (x *Index) Insert(id uint32, env Envelope) {
	if !env.Valid() {
		panic(fmt.Sprintf("geo: item %d has inverted envelope %v", id, env))
	}
	x.settle(env)
	box := x.box(env)
	x.tree.Insert(box.min, box.max, id)
}

// Delete takes out id, which was put in with the envelope given here, and reports
// whether it was there.
func (x *Index) Delete(id uint32, env Envelope) bool {
	before := x.tree.Len()
	box := x.box(env)
	x.tree.Delete(box.min, box.max, id)
	return x.tree.Len() < before
}

// Replace moves id from one envelope to another and reports whether it was
// found at the first; if not, it is only inserted.
func (x *Index) Replace(id uint32, from, to Envelope) bool {
	if from == to && x.has(id, from) {
		return true
	}
	found := x.Delete(id, from)
	x.Insert(id, to)
	return found
}

func (x *Index) has(id uint32, env Envelope) bool {
	for found := range x.Search(env) {
		if found == id {
			return true
		}
	}
	return false
}

// Load inserts many items. It orders them along a space-filling curve first,
// which makes the tree tighter, and several times faster to build, than Insert
// in an arbitrary order. It collects all items before it inserts the first.
func (x *Index) Load(items iter.Seq2[uint32, Envelope]) {
	type item struct {
		id  uint32
		key uint64
		env Envelope
	}
	var all []item
	for id, env := range items {
		mid := env.Middle()
		all = append(all, item{id, hilbert(uint32(mid.Lon)^1<<31, uint32(mid.Lat)^1<<31), env})
	}
	slices.SortFunc(all, func(a, b item) int { return cmp.Compare(a.key, b.key) })
	for _, it := range all {
		x.Insert(it.id, it.env)
	}
}

// Share returns the present state for readers; later changes to x do not show
// there. It writes to x, so it belongs to the writer like any change.
func (x *Index) Share() *Snapshot {
	// Copy stamps both trees as not owning any node, so that each copies a node
	// before its first write to it. It writes to its receiver.
	return &Snapshot{finder{tree: *x.tree.Copy(), origin: x.origin}}
}

// Fork returns an Index that begins with the items of s and goes its own way. It
// leaves s alone, so any reader may call it.
func (s *Snapshot) Fork() *Index {
	x := &Index{s.finder}
	x.tree.Copy() // stamps x anew: it owns no node that s can reach
	return x
}

// hilbert returns the position of x, y on the Hilbert curve of order 32.
func hilbert(x, y uint32) (key uint64) {
	for s := uint32(1) << 31; s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		key = key<<2 | uint64(3*rx^ry)
		if ry == 0 {
			if rx == 1 {
				x, y = ^x, ^y
			}
			x, y = y, x
		}
	}
	return key
}
