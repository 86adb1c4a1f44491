package world

import "unsafe"

// pageRows is the number of rows in a page. A change copies its page: with 256 rows that
// is 5 kB for a person and 18 kB for a building. Pages of 1,024 rows cost four times as
// much a change and save nothing.
const pageRows = 256

// A page holds the rows of one run of slots, and nothing else: its size is one that the
// allocator has, or nearly.
type page[T any] [pageRows]T

// pages is a growing array that is shared between editions by copy-on-write, as
// pageList is. The zero value is empty.
type pages[T any] struct {
	list pageList[page[T]]
	n    uint32
}

// at returns row i for reading.
func (p *pages[T]) at(i uint32) *T { return &p.list.at(i / pageRows)[i%pageRows] }

// edit returns row i for writing by an edition.
func (p *pages[T]) edit(edition uint64, i uint32) *T {
	place, own := p.list.edit(edition, i/pageRows)
	if !own {
		mine := **place
		*place = &mine
	}
	return &(*place)[i%pageRows]
}

// push appends a row and returns its number.
func (p *pages[T]) push(edition uint64, row T) uint32 {
	i := p.n
	if i%pageRows == 0 {
		p.list.push(edition, new(page[T]))
	}
	p.n++
	*p.edit(edition, i) = row
	return i
}

// bytes returns what the pages hold in memory.
func (p *pages[T]) bytes() int64 {
	var one page[T]
	return int64(p.list.n) * (int64(unsafe.Sizeof(one)) + 8)
}
