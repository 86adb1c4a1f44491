package store

import (
	"math/rand/v2"
	"time"
)

// Ids that the stores assign grow with time and not with what is written: two of them say
// when things came, which is told anyway, and nothing of how much came in between, perhaps
// where their reader may not look (RULES C4). They lie in [FirstID, LastID), which
// JavaScript still counts exactly.
const (
	FirstID = 1 << 52
	LastID  = 1 << 53

	// idsPerMilli is how many ids a millisecond has; one of them is drawn.
	idsPerMilli = 64
)

// idsBegin is when the first id could have been assigned.
var idsBegin = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// TimedID returns an id of a moment. Whoever assigns ids takes the next free one from
// there on.
func TimedID(now time.Time) int64 {
	return FirstID + max(0, now.Sub(idsBegin).Milliseconds())*idsPerMilli + rand.Int64N(idsPerMilli)
}

// blockMillis is for how long a block of ids lasts.
const blockMillis = 3_600_000

// IDBlock is how many ids a store reserves for itself at once: those of an hour.
const IDBlock = blockMillis * idsPerMilli

// A Block hands out reserved ids, as TimedID does. The zero Block has none.
type Block struct {
	first, next, end int64
	taken            time.Time
}

// NewBlock returns the block of IDBlock ids from first on, that was reserved at a moment.
func NewBlock(first int64, taken time.Time) Block {
	return Block{first, first, first + IDBlock, taken}
}

// Next returns an id above those before; false if none is left.
func (b *Block) Next(now time.Time) (int64, bool) {
	id := max(b.next, b.first+now.Sub(b.taken).Milliseconds()*idsPerMilli+rand.Int64N(idsPerMilli))
	if id >= b.end {
		return 0, false
	}
	b.next = id + 1
	return id, true
}
