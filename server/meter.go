package server

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"
)

// A meter allows each key a burst at once and one more in every span. Its memory is of
// one size: where a key finds no room, the one goes that is nearest to its full burst,
// which loses least. So nobody gets a new burst by asking under many other keys. A look
// takes some tens of nanoseconds and no memory. It is safe for concurrent use.
type meter struct {
	every, depth int64 // nanoseconds: for one more, and from none to the full burst
	seed         maphash.Seed
	sets         []meterSet
}

// A meterSet is where keys with some bits of their digest in common are kept.
type meterSet struct {
	mu    sync.Mutex
	slots [8]meterSlot // guarded by mu
}

// A meterSlot is a key's bucket as the moment at which it is full again. The digest is
// keyed by a secret of this process: nobody finds two keys of one digest.
type meterSlot struct {
	digest uint64
	fullAt int64
}

// meterSets is how many sets a meter has, a power of two; each takes 136 bytes.
const meterSets = 1 << 11

// newMeter returns a meter of n a second, of which burst may come at once.
func newMeter(n, burst int) *meter {
	every := int64(time.Second) / int64(n)
	return &meter{every: every, depth: every * int64(burst), seed: maphash.MakeSeed(), sets: make([]meterSet, meterSets)}
}

// byName counts for a name; see take.
func (m *meter) byName(name string, now int64) time.Duration {
	if m == nil {
		return 0
	}
	return m.take(maphash.String(m.seed, name), now)
}

// byAddress counts for an address; see take.
func (m *meter) byAddress(at netip.Addr, now int64) time.Duration {
	if m == nil {
		return 0
	}
	bytes := at.As16()
	return m.take(maphash.Bytes(m.seed, bytes[:]), now)
}

// take counts one and returns zero, or counts none and returns how long to wait for it.
func (m *meter) take(digest uint64, now int64) time.Duration {
	set := &m.sets[digest%meterSets]
	set.mu.Lock()
	defer set.mu.Unlock()
	slot := set.find(digest)
	from := min(max(slot.fullAt, now), now+m.depth) // a clock that was set back costs no more than a burst
	if wait := from + m.every - m.depth - now; wait > 0 {
		return time.Duration(wait)
	}
	slot.fullAt = from + m.every
	return 0
}

// find returns the slot of a digest, in the place of the fullest if it has none yet.
func (s *meterSet) find(digest uint64) *meterSlot {
	fullest := &s.slots[0]
	for i := range s.slots {
		slot := &s.slots[i]
		if slot.digest == digest {
			return slot
		}
		if slot.fullAt < fullest.fullAt {
			fullest = slot
		}
	}
	*fullest = meterSlot{digest: digest}
	return fullest
}
