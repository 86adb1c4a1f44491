package signin

import (
	"math/bits"
	"sync"
	"sync/atomic"
	"time"
)

// A Rate allows Burst at once and one more in every span Every.
type Rate struct {
	Every time.Duration
	Burst int
}

// A Key is who is counted: a digest under a secret that the nodes of an installation share.
// Who does not know that finds no two names of one key, and no name of a key.
type Key uint64

// A Meter allows each key a burst at once and one more in every span. Its memory is of
// one size: where a key finds no room, the one goes that is nearest to its full burst,
// which loses least. So nobody gets a new burst by asking under many other keys. A look
// takes some tens of nanoseconds and no memory. What is taken here is told to other nodes
// by Meters. It is safe for concurrent use; a nil Meter has no limit.
type Meter struct {
	every, depth int64 // nanoseconds: for one more, and from none to the full burst
	sets         []meterSet
	untold       [meterSets / 64]atomic.Uint64 // a bit for each set of which something is to be told
	next         int                           // word of untold at which telling goes on; of whoever tells
}

// A meterSet is where keys with some bits in common are kept.
type meterSet struct {
	mu    sync.Mutex
	slots [8]meterSlot // guarded by mu
}

// A meterSlot is a key's bucket as the moment at which it is full again.
type meterSlot struct {
	key    Key
	fullAt int64
	untold uint32 // how many were taken here since it was last told
}

// meterSets is how many sets a meter has, a power of two; each takes 200 bytes.
const meterSets = 1 << 11

// meterDebt is how many bursts a key may be in debt for what other nodes gave it: as many
// nodes but one may give out a burst each, before they hear of one another, and the rate
// still holds in the long run. No message costs a key more than this.
const meterDebt = 15

// newMeter returns a meter from which nothing was taken.
func newMeter(r Rate) *Meter {
	return &Meter{every: int64(r.Every), depth: int64(r.Every) * int64(r.Burst), sets: make([]meterSet, meterSets)}
}

// Take takes one for a key and returns zero, or takes none and returns how long to wait
// for it. The moment is one of Meters.Now.
func (m *Meter) Take(key Key, now int64) time.Duration { return m.TakeMany(key, 1, now) }

// TakeMany takes count, of a burst at most, or none as Take does.
func (m *Meter) TakeMany(key Key, count int, now int64) time.Duration {
	if m == nil || count == 0 {
		return 0
	}
	taken := int64(count) * m.every
	at := key % meterSets
	set := &m.sets[at]
	set.mu.Lock()
	defer set.mu.Unlock()
	slot := set.find(key)
	from := max(slot.fullAt, now)
	if wait := from + taken - m.depth - now; wait > 0 {
		return time.Duration(wait)
	}
	slot.fullAt = from + taken
	if slot.untold == 0 {
		m.untold[at/64].Or(1 << (at % 64))
	}
	slot.untold += uint32(count)
	return 0
}

// note takes off what another node has given to a key.
func (m *Meter) note(key Key, count uint32, now int64) {
	set := &m.sets[key%meterSets]
	set.mu.Lock()
	defer set.mu.Unlock()
	slot := set.find(key)
	most := (1 + meterDebt) * m.depth
	owed := min(int64(count), most/m.every) * m.every // cut first: a product may overflow
	slot.fullAt = min(max(slot.fullAt, now)+owed, now+most)
}

// find returns the slot of a key, in the place of the fullest if it has none yet.
func (s *meterSet) find(key Key) *meterSlot {
	fullest := &s.slots[0]
	for i := range s.slots {
		slot := &s.slots[i]
		if slot.key == key {
			return slot
		}
		if slot.fullAt < fullest.fullAt {
			fullest = slot
		}
	}
	*fullest = meterSlot{key: key}
	return fullest
}

// tell appends what was taken here and not told yet, of some toldAtOnce keys at most: the
// others come next. It is for one goroutine at a time.
func (m *Meter) tell(all []Taken, id uint32) []Taken {
	full := len(all) + toldAtOnce
	for range m.untold {
		word := &m.untold[m.next]
		for marked := word.Load(); marked != 0; marked &= marked - 1 {
			if len(all) >= full {
				return all
			}
			bit := bits.TrailingZeros64(marked)
			word.And(^(1 << bit)) // before the set is read: what is taken later marks it again
			all = m.sets[m.next*64+bit].tell(all, id)
		}
		m.next = (m.next + 1) % len(m.untold)
	}
	return all
}

func (s *meterSet) tell(all []Taken, id uint32) []Taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.slots {
		if slot := &s.slots[i]; slot.untold > 0 {
			all = append(all, Taken{id, slot.key, slot.untold})
			slot.untold = 0
		}
	}
	return all
}
