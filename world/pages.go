package world

import "unsafe"

// pageRows is the number of rows in a page. A change copies its page and the
// table of pages: with 1,024 rows that is 24 kB for a person, 84 kB for a
// building and 250 kB of table in a city of 32 million. Pages of 4,096 rows cost
// four times as much a change and save nothing.
const pageRows = 1024

// A page holds the rows of one run of slots, and nothing else: its size is one that the
// allocator has, where a few bytes more would cost up to a fifth.
type page[T any] [pageRows]T

// pages is a growing array that is shared between editions by copy-on-write.
// Copying the struct shares it: the copy stays as it is as long as every writer
// brings an edition newer than the copy. The zero value is empty.
type pages[T any] struct {
	table   []*page[T]
	edition uint64 // that owns the table and may write to the pages in own
	own     bitmap // pages that the edition made; once it is published nobody writes them
	n       uint32
}

// at returns row i for reading.
func (p *pages[T]) at(i uint32) *T { return &p.table[i/pageRows][i%pageRows] }

// edit returns row i for writing by an edition.
func (p *pages[T]) edit(edition uint64, i uint32) *T {
	p.begin(edition)
	k := i / pageRows
	if p.own.add(k) {
		mine := *p.table[k]
		p.table[k] = &mine
	}
	return &p.table[k][i%pageRows]
}

// push appends a row and returns its number.
func (p *pages[T]) push(edition uint64, row T) uint32 {
	i := p.n
	if i%pageRows == 0 {
		p.begin(edition)
		p.table = append(p.table, new(page[T]))
		p.own = p.own.reaching(i / pageRows)
		p.own.add(i / pageRows)
	}
	p.n++
	*p.edit(edition, i) = row
	return i
}

// begin makes the table this edition's.
func (p *pages[T]) begin(edition uint64) {
	if p.edition != edition {
		p.table = append(make([]*page[T], 0, len(p.table)+len(p.table)/8+1), p.table...)
		p.edition, p.own = edition, newBitmap(uint32(len(p.table)))
	}
}

// bytes returns what the pages hold in memory.
func (p *pages[T]) bytes() int64 {
	var one page[T]
	return int64(len(p.table)) * (int64(unsafe.Sizeof(one)) + 8)
}
