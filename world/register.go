package world

import (
	"slices"
	"unsafe"
)

// none is the slot of nothing.
const none = ^uint32(0)

// A register gives ids dense slots, for ever: a removed entity keeps its slot as
// a tombstone, so that an older state that arrives late does not bring it back,
// and something that is only referred to gets one too, which it takes over when
// it arrives.
//
// Rows are read in the order of their ids, and ids grow with time: as long as each new
// id is above all before it, its slot is found by halving, and costs no more than the
// 8 bytes a page of the beginnings. From the first that comes out of order on, ids go
// through the buckets, for about 7 bytes each, until the World is loaded anew. The id
// itself takes about two bytes, the revision none to one: see column.
// Copying the struct shares it, as with pages.
type register struct {
	ids     column
	marks   column    // revision<<1 | live
	alive   int       // how many are there
	ordered uint32    // the slots below are in the order of their ids, and in no bucket
	firsts  []int64   // the id that begins each page of these; it only grows
	dir     []*bucket // by the first bits of the hash
	depth   uint8     // how many bits
	owner   uint64    // edition that owns dir
}

// A bucket holds the slots of the ids whose hashes begin alike (extendible
// hashing): a full one is split in two, so growth never copies everything.
type bucket struct {
	edition uint64
	depth   uint8 // bits that its ids have in common
	used    uint16
	slots   [bucketSlots]uint32 // from the remainder of the hash on, 0 where free
}

const (
	bucketSlots = 509 // with the rest 2 KiB, which the allocator has
	bucketFull  = 468

	// slotBits is the width of a slot. The other bits of a bucket's entry tell most
	// wrong ids apart without a look at the id itself, which lies far away.
	slotBits = 28
	slotMask = 1<<slotBits - 1
)

// entryOf returns what a bucket keeps of a slot; never 0.
func entryOf(h uint64, slot uint32) uint32 { return uint32(h>>9)<<slotBits | (slot + 1) }

// find returns the slot of id, and false if it has none.
func (r *register) find(id int64) (uint32, bool) {
	if slot, ok := r.inOrder(id); ok {
		return slot, true
	}
	if len(r.dir) == 0 {
		return none, false
	}
	h := hash(id)
	b := r.dir[h>>(64-r.depth)]
	tag := entryOf(h, 0) &^ slotMask
	for i := h % bucketSlots; b.slots[i] != 0; i = (i + 1) % bucketSlots {
		if e := b.slots[i]; e&^slotMask == tag && r.ids.at(e&slotMask-1) == id {
			return e&slotMask - 1, true
		}
	}
	return none, false
}

// live returns the slot of id if that entity is there.
func (r *register) live(id int64) (uint32, bool) {
	slot, ok := r.find(id)
	return slot, ok && r.lives(slot)
}

// lives reports whether the entity in a slot is there.
func (r *register) lives(slot uint32) bool { return r.marks.at(slot)&1 == 1 }

func (r *register) id(slot uint32) int64        { return r.ids.at(slot) }
func (r *register) revision(slot uint32) uint32 { return uint32(r.marks.at(slot) >> 1) }

// ensure returns the slot of id, a new one if it had none.
func (r *register) ensure(edition uint64, id int64) (slot uint32, fresh bool) {
	if slot, ok := r.find(id); ok {
		return slot, false
	}
	slot = r.ids.push(edition, id)
	r.marks.push(edition, 0)
	if !r.follow(id, slot) {
		r.insert(edition, hash(id), slot)
	}
	return slot, true
}

// follow adds the newest slot to those in the order of their ids, and reports whether
// it is one of them.
func (r *register) follow(id int64, slot uint32) bool {
	if slot != r.ordered || slot > 0 && id <= r.id(slot-1) {
		return false
	}
	if slot%columnRows == 0 {
		r.firsts = append(r.firsts, id)
	}
	r.ordered++
	return true
}

// inOrder looks for id among the slots in the order of their ids.
func (r *register) inOrder(id int64) (uint32, bool) {
	page, begins := slices.BinarySearch(r.firsts, id)
	if begins {
		return uint32(page) * columnRows, true
	}
	if page == 0 {
		return none, false
	}
	from := uint32(page-1) * columnRows
	of := r.ids.list.at(uint32(page - 1))
	low, high := uint32(1), min(columnRows, r.ordered-from)
	for low < high {
		if mid := (low + high) / 2; of.at(mid) < id {
			low = mid + 1
		} else {
			high = mid
		}
	}
	found := low < min(columnRows, r.ordered-from) && of.at(low) == id
	return from + low, found
}

// mark records the revision of what is in a slot, and whether it is there.
func (r *register) mark(edition uint64, slot uint32, revision int64, lives bool) {
	r.alive -= int(r.marks.at(slot) & 1)
	mark := int64(uint32(revision)) << 1
	if lives {
		mark |= 1
		r.alive++
	}
	r.marks.set(edition, slot, mark)
}

func (r *register) insert(edition uint64, h uint64, slot uint32) {
	if len(r.dir) == 0 {
		r.dir, r.owner = []*bucket{{edition: edition}}, edition
	}
	for r.dir[h>>(64-r.depth)].used >= bucketFull {
		r.split(edition, h)
	}
	at := h >> (64 - r.depth)
	b := r.dir[at]
	if b.edition != edition {
		mine := *b
		mine.edition = edition
		b = &mine
		r.point(edition, h, b)
	}
	b.add(h, slot)
}

func (b *bucket) add(h uint64, slot uint32) {
	i := h % bucketSlots
	for b.slots[i] != 0 {
		i = (i + 1) % bucketSlots
	}
	b.slots[i] = entryOf(h, slot)
	b.used++
}

// split replaces the bucket of h by two that each hold about half of it.
func (r *register) split(edition uint64, h uint64) {
	old := r.dir[h>>(64-r.depth)]
	if old.depth == r.depth {
		wider := make([]*bucket, 2*len(r.dir))
		for i, b := range r.dir {
			wider[2*i], wider[2*i+1] = b, b
		}
		r.dir, r.owner, r.depth = wider, edition, r.depth+1
	}
	halves := [2]*bucket{{edition: edition, depth: old.depth + 1}, {edition: edition, depth: old.depth + 1}}
	for _, s := range old.slots {
		if s != 0 {
			slot := s&slotMask - 1
			g := hash(r.id(slot))
			side := g >> (63 - old.depth) & 1
			halves[side].add(g, slot)
		}
	}
	bit := uint64(1) << (63 - old.depth)
	r.point(edition, h&^bit, halves[0])
	r.point(edition, h|bit, halves[1])
}

// point makes every entry of the directory that begins like h lead to b.
func (r *register) point(edition uint64, h uint64, b *bucket) {
	if r.owner != edition {
		r.dir = append([]*bucket(nil), r.dir...)
		r.owner = edition
	}
	span := uint64(1) << (r.depth - b.depth)
	from := h >> (64 - r.depth) &^ (span - 1)
	for i := from; i < from+span; i++ {
		r.dir[i] = b
	}
}

// hash scatters ids, which are often consecutive (SplitMix64).
func hash(id int64) uint64 {
	z := uint64(id) + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// bytes returns what the register holds in memory.
func (r *register) bytes() int64 {
	distinct := make(map[*bucket]bool)
	for _, b := range r.dir {
		distinct[b] = true
	}
	return r.ids.bytes() + r.marks.bytes() + int64(len(distinct))*int64(unsafe.Sizeof(bucket{})) + int64(len(r.dir)+cap(r.firsts))*8
}
