package world

import (
	"encoding/binary"
	"slices"
	"unsafe"
)

// An arena holds runs of items of any length, one behind the other. It only
// grows: what was added never moves or changes, so a copy of the struct keeps
// reading while the original is written. Item 0 is never used.
//
// What is no longer referred to stays until the World is loaded anew. Footprints
// and names change seldom, and an equal one is not added again. A node loads anew
// long before the numbers of items run out: see full.
type arena[T comparable] struct {
	chunks [][]T
	next   uint32
}

const (
	chunkBits  = 16
	chunkItems = 1 << chunkBits
)

// add copies items to the end and returns where they begin. They lie in one piece.
func (a *arena[T]) add(items []T) uint32 {
	end := uint32(len(a.chunks)) << chunkBits
	if a.next >= end || int(a.next%chunkItems)+len(items) > len(a.chunks[a.next>>chunkBits]) {
		a.grow(len(items))
	}
	at := a.next
	copy(a.chunks[at>>chunkBits][at%chunkItems:], items)
	a.next += uint32(len(items))
	return at
}

// grow adds chunks of one block of memory for at least n items, and puts the end
// there.
func (a *arena[T]) grow(n int) {
	start := uint32(len(a.chunks)) << chunkBits
	count := max(1, (n+1+chunkItems-1)>>chunkBits)
	block := make([]T, count<<chunkBits)
	for i := range count {
		a.chunks = append(a.chunks, block[i<<chunkBits:])
	}
	a.next = max(start, 1)
}

// mostItems is how many items an arena takes before the World must be loaded anew.
const mostItems = 3 << 30

// full reports whether so much was added that the World must be loaded anew.
func (a *arena[T]) full() bool { return a.next >= mostItems }

// run returns the n items from at. The caller must not write to them.
func (a *arena[T]) run(at, n uint32) []T {
	if n == 0 {
		return nil
	}
	from := at % chunkItems
	return a.chunks[at>>chunkBits][from : from+n : from+n]
}

// from returns all items from at on, of which at least one was added.
func (a *arena[T]) from(at uint32) []T { return a.chunks[at>>chunkBits][at%chunkItems:] }

// has reports whether items were added where at is.
func (a *arena[T]) has(at uint32, items []T) bool {
	return at != 0 && len(a.from(at)) >= len(items) && slices.Equal(a.from(at)[:len(items)], items)
}

// texts is an arena of strings, each behind its length. Number 0 is the empty
// string.
type texts struct{ arena[byte] }

// add copies s and returns its number.
func (t *texts) add(s string) uint32 {
	if s == "" {
		return 0
	}
	b := binary.AppendUvarint(make([]byte, 0, len(s)+3), uint64(len(s)))
	return t.arena.add(append(b, s...))
}

// get returns the string of a number. It shares the arena's memory, which never
// changes.
func (t *texts) get(at uint32) string {
	if at == 0 {
		return ""
	}
	b := t.from(at)
	n, w := binary.Uvarint(b)
	if n == 0 {
		return ""
	}
	return unsafe.String(&b[w], int(n))
}
