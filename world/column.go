package world

import (
	"encoding/binary"
	"math/bits"
)

// columnRows is the number of numbers in a page of a column: a few kilobytes at most.
const columnRows = 1024

// A column is a growing array of whole numbers, shared between editions by
// copy-on-write as pageList is. Each page holds what its numbers are above the least of
// them, in no more bytes than the greatest of these needs: ids that were given one
// after another take two bytes each, revisions that are all the same none.
// The zero value is empty.
type column struct {
	list pageList[packed]
	n    uint32
}

// packed holds up to columnRows numbers.
type packed struct {
	base  int64
	width uint8  // bytes a number: 0, 1, 2, 4 or 8
	rows  []byte // what each number is above base; columnRows of them
}

// at returns number i.
func (c *column) at(i uint32) int64 { return c.list.at(i / columnRows).at(i % columnRows) }

func (p *packed) at(i uint32) int64 {
	switch p.width {
	case 0:
		return p.base
	case 1:
		return p.base + int64(p.rows[i])
	case 2:
		return p.base + int64(binary.LittleEndian.Uint16(p.rows[2*i:]))
	case 4:
		return p.base + int64(binary.LittleEndian.Uint32(p.rows[4*i:]))
	}
	return p.base + int64(binary.LittleEndian.Uint64(p.rows[8*i:]))
}

// set writes number i in an edition.
func (c *column) set(edition uint64, i uint32, v int64) {
	place, own := c.list.edit(edition, i/columnRows)
	switch {
	case !(*place).holds(v):
		*place = (*place).packedWith(i%columnRows, v, c.filled(i/columnRows))
		return
	case !own:
		*place = (*place).clone()
	}
	(*place).put(i%columnRows, v)
}

// push appends a number and returns its place.
func (c *column) push(edition uint64, v int64) uint32 {
	i := c.n
	if i%columnRows == 0 {
		c.tighten(edition)
		c.list.push(edition, &packed{base: v})
	}
	c.n++
	c.set(edition, i, v)
	return i
}

// tighten packs the last page anew: its numbers may have needed more room for a while
// than they do in the end.
func (c *column) tighten(edition uint64) {
	if c.n > 0 {
		place, _ := c.list.edit(edition, c.n/columnRows-1)
		*place = (*place).packedWith(0, (*place).at(0), columnRows)
	}
}

// filled returns how many numbers are in page k.
func (c *column) filled(k uint32) uint32 { return min(columnRows, c.n-k*columnRows) }

// holds reports whether there is room for v as it is packed.
func (p *packed) holds(v int64) bool {
	return v >= p.base && widthOf(uint64(v)-uint64(p.base)) <= p.width
}

// widthOf returns how many bytes a number takes.
func widthOf(above uint64) uint8 {
	switch n := bits.Len64(above); {
	case n == 0:
		return 0
	case n <= 8:
		return 1
	case n <= 16:
		return 2
	case n <= 32:
		return 4
	}
	return 8
}

// put writes number i, for which there is room.
func (p *packed) put(i uint32, v int64) {
	above := uint64(v) - uint64(p.base)
	switch p.width {
	case 1:
		p.rows[i] = byte(above)
	case 2:
		binary.LittleEndian.PutUint16(p.rows[2*i:], uint16(above))
	case 4:
		binary.LittleEndian.PutUint32(p.rows[4*i:], uint32(above))
	case 8:
		binary.LittleEndian.PutUint64(p.rows[8*i:], above)
	}
}

// packedWith returns the first n numbers, with v in place i, as narrow as they can be.
func (p *packed) packedWith(i uint32, v int64, n uint32) *packed {
	low, high := v, v
	for k := range n {
		if k != i {
			low, high = min(low, p.at(k)), max(high, p.at(k))
		}
	}
	out := &packed{base: low, width: widthOf(uint64(high) - uint64(low))}
	out.rows = make([]byte, int(out.width)*columnRows)
	for k := range n {
		out.put(k, p.at(k))
	}
	out.put(i, v)
	return out
}

// clone returns a copy to write to.
func (p *packed) clone() *packed {
	return &packed{p.base, p.width, append([]byte(nil), p.rows...)}
}

// bytes returns what the column holds in memory.
func (c *column) bytes() int64 {
	const header = 48 // of a page, as the allocator has it
	var sum int64
	for k := range c.list.n {
		sum += header + 8 + int64(cap(c.list.at(k).rows))
	}
	return sum
}
