package signin

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"github.com/dchest/siphash"
)

// Meters are all of one node, and keep level with those of other nodes: each tells now and
// then what was taken from it, and takes off what was taken elsewhere. So a rate holds over
// all nodes together, but for what they give out between two tellings. They are safe for
// concurrent use.
type Meters struct {
	secret [2]uint64
	clock  func() time.Time
	start  time.Time
	self   uint64 // tells this node's tellings from those of others

	mu   sync.Mutex
	byID map[uint32]*Meter // guarded by mu
}

// NewMeters returns the meters of a node that count under a secret of 16 bytes or more. Those
// of one secret understand one another.
func NewMeters(secret []byte, clock func() time.Time) *Meters {
	return &Meters{
		secret: [2]uint64{binary.LittleEndian.Uint64(secret), binary.LittleEndian.Uint64(secret[8:])},
		clock:  clock, start: clock(), self: rand.Uint64(), byID: make(map[uint32]*Meter),
	}
}

// Add returns a new meter, by the name under which other nodes have theirs.
func (ms *Meters) Add(name string, r Rate) *Meter {
	m := newMeter(r)
	ms.mu.Lock()
	defer ms.mu.Unlock()
	ms.byID[ms.id(name)] = m
	return m
}

func (ms *Meters) id(name string) uint32 { return uint32(ms.Name(name)) }

// Name returns the key of a name.
func (ms *Meters) Name(name string) Key {
	return Key(siphash.Hash(ms.secret[0], ms.secret[1], []byte(name)))
}

// Address returns the key of an address.
func (ms *Meters) Address(at netip.Addr) Key {
	bytes := at.As16()
	return Key(siphash.Hash(ms.secret[0], ms.secret[1], bytes[:]))
}

// Now returns the moment as meters count it: nanoseconds of a clock that nobody sets back.
func (ms *Meters) Now() int64 { return int64(ms.clock().Sub(ms.start)) }

// Taken is how many a node gave to a key.
type Taken struct {
	Meter uint32 // by a digest of its name
	Key   Key
	Count uint32
}

// A Telling says what one node gave out since its last one.
type Telling struct {
	From uint64 // the node, by a number that it drew when it began
	All  []Taken
}

// toldAtOnce is how many keys of one meter a telling names, or up to seven more.
const toldAtOnce = 1 << 10

// Tell returns what was taken here since it was told last, and reports whether that is
// anything.
func (ms *Meters) Tell() (t Telling, some bool) {
	t.From = ms.self
	ms.mu.Lock()
	defer ms.mu.Unlock()
	for id, m := range ms.byID {
		t.All = m.tell(t.All, id)
	}
	return t, len(t.All) > 0
}

// Note takes off what another node gave out. What this one tells itself, and what is of
// meters that it has not, changes nothing.
func (ms *Meters) Note(t Telling) {
	if t.From == ms.self {
		return
	}
	now := ms.Now()
	ms.mu.Lock()
	defer ms.mu.Unlock()
	for _, taken := range t.All {
		if m := ms.byID[taken.Meter]; m != nil {
			m.note(taken.Key, taken.Count, now)
		}
	}
}

const (
	tellingHead = 8
	takenBytes  = 16
)

// ErrTelling reports bytes that are no telling.
var ErrTelling = errors.New("no telling of meters")

// Encode returns a telling as bytes: who tells, and 16 bytes for each key.
func (t Telling) Encode() ([]byte, error) {
	data, err := binary.Append(binary.BigEndian.AppendUint64(nil, t.From), binary.BigEndian, t.All)
	if err != nil {
		return nil, fmt.Errorf("telling of meters: %w", err)
	}
	return data, nil
}

// DecodeTelling returns what Encode was given. The error wraps ErrTelling.
func DecodeTelling(data []byte) (Telling, error) {
	many := (len(data) - tellingHead) / takenBytes
	if len(data) != tellingHead+many*takenBytes {
		return Telling{}, fmt.Errorf("%w: of %d bytes", ErrTelling, len(data))
	}
	t := Telling{From: binary.BigEndian.Uint64(data), All: make([]Taken, many)}
	if _, err := binary.Decode(data[tellingHead:], binary.BigEndian, t.All); err != nil {
		return Telling{}, fmt.Errorf("%w: %w", ErrTelling, err)
	}
	return t, nil
}
