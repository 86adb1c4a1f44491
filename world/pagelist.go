package world

// A pageList is a growing list of pages that is shared between editions by
// copy-on-write. Copying the struct shares it: the copy stays as it is as long as
// every writer brings an edition newer than the copy. The zero value is empty.
//
// It has leaves, so that a change copies the list of the leaves and the one that it
// touches: 4 kB in a city of 32 million, whose pages alone are a list of a megabyte.
type pageList[P any] struct {
	leaves  []*leaf[P]
	edition uint64 // that owns the list of leaves
	n       uint32 // pages
}

const (
	leafBits  = 8
	leafPages = 1 << leafBits
)

// A leaf lists some of the pages. Readers look at nothing but the pages.
type leaf[P any] struct {
	pages   [leafPages]*P
	edition uint64                 // that owns the leaf
	own     [leafPages / 64]uint64 // which of the pages that edition made, as bits
}

// at returns page k.
func (l *pageList[P]) at(k uint32) *P { return l.leaves[k>>leafBits].pages[k%leafPages] }

// edit returns the place of page k, to put another there, and reports whether the
// page in it is the edition's already, and so may be written to. From then on the
// edition must have put one of its own there.
func (l *pageList[P]) edit(edition uint64, k uint32) (place **P, own bool) {
	l.begin(edition)
	of := l.leaves[k>>leafBits]
	if of.edition != edition {
		of = &leaf[P]{pages: of.pages, edition: edition}
		l.leaves[k>>leafBits] = of
	}
	i := k % leafPages
	own = of.own[i/64]>>(i%64)&1 == 1
	of.own[i/64] |= 1 << (i % 64)
	return &of.pages[i], own
}

// push appends a page of the edition's own.
func (l *pageList[P]) push(edition uint64, page *P) {
	if l.n%leafPages == 0 {
		l.begin(edition)
		l.leaves = append(l.leaves, &leaf[P]{edition: edition})
	}
	l.n++
	place, _ := l.edit(edition, l.n-1)
	*place = page
}

// begin makes the list of leaves the edition's.
func (l *pageList[P]) begin(edition uint64) {
	if l.edition != edition {
		l.leaves = append(make([]*leaf[P], 0, len(l.leaves)+len(l.leaves)/8+1), l.leaves...)
		l.edition = edition
	}
}
