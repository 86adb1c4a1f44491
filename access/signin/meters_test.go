package signin_test

import (
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quanxi/access/signin"
)

var fiveThenOneASecond = signin.Rate{Every: time.Second, Burst: 5}

// A metered is a node with one meter.
type metered struct {
	*signin.Meters
	meter *signin.Meter
}

func newMetered(secret string, clock func() time.Time) metered {
	ms := signin.NewMeters([]byte(secret), clock)
	return metered{ms, ms.Add("find", fiveThenOneASecond)}
}

// takeAll takes until it has to wait, and returns how many it got.
func (m metered) takeAll(name string) int {
	for n := range 1000 {
		if m.meter.Take(m.Name(name), m.Now()) > 0 {
			return n
		}
	}
	return 1000
}

// tell tells nodes what this one has given out, as bytes.
func (m metered) tell(t *testing.T, to ...metered) {
	t.Helper()
	told, some := m.Tell()
	if !some {
		return
	}
	data, err := told.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if told, err = signin.DecodeTelling(data); err != nil {
		t.Fatal(err)
	}
	for _, node := range to {
		node.Note(told)
	}
}

const secret = "sixteen bytes of it"

// What is taken together is told as so many.
func TestManyTakenAtOnceAreToldAsMany(t *testing.T) {
	clock := func() time.Time { return noon }
	this, other := newMetered(secret, clock), newMetered(secret, clock)
	if wait := other.meter.TakeMany(other.Name("a"), 4, other.Now()); wait != 0 {
		t.Fatalf("waits %v for four of five", wait)
	}
	other.tell(t, this)
	if n := this.takeAll("a"); n != 1 {
		t.Errorf("%d are left on another node after four of five, want 1", n)
	}
}

func TestWhatOneNodeGivesOutTheOthersTakeOff(t *testing.T) {
	now := noon
	clock := func() time.Time { return now }
	for _, tt := range []struct {
		name  string
		other metered
		taken int // on the other node
		left  int // on this one
	}{
		{"another node", newMetered(secret, clock), 3, 2},
		{"another node that gave out all", newMetered(secret, clock), 5, 0},
		{"another node that nobody asked", newMetered(secret, clock), 0, 5},
		{"a node of another installation", newMetered("another sixteen bytes", clock), 3, 5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			this := newMetered(secret, clock)
			for range tt.taken {
				tt.other.meter.Take(tt.other.Name("a"), tt.other.Now())
			}
			tt.other.tell(t, this)
			tt.other.tell(t, this) // what was told is not told again
			if n := this.takeAll("b"); n != 5 {
				t.Errorf("%d are left to somebody else, want 5", n)
			}
			if n := this.takeAll("a"); n != tt.left {
				t.Errorf("%d are left, want %d", n, tt.left)
			}
		})
	}
}

func TestANodeDoesNotHearItself(t *testing.T) {
	m := newMetered(secret, func() time.Time { return noon })
	m.meter.Take(m.Name("a"), m.Now())
	m.tell(t, m)
	if n := m.takeAll("a"); n != 4 {
		t.Errorf("%d are left, want 4", n)
	}
}

// What a node has heard it does not tell: else two would tell each other for ever.
func TestWhatWasHeardIsNotTold(t *testing.T) {
	clock := func() time.Time { return noon }
	a, b := newMetered(secret, clock), newMetered(secret, clock)
	a.takeAll("x")
	a.tell(t, b)
	if told, some := b.Tell(); some {
		t.Errorf("%+v", told)
	}
}

// Whatever is asked of which node when: what a node has given out and has heard of the
// others is never more than the rate, so over all nodes only what was not told yet can be.
func TestNobodyGetsMoreThanTheRateFromAllNodes(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		now := noon
		nodes := make([]metered, rapid.IntRange(1, 5).Draw(r, "nodes"))
		for i := range nodes {
			nodes[i] = newMetered(secret, func() time.Time { return now })
		}
		told, untold := 0, make([]int, len(nodes))
		for range rapid.IntRange(1, 200).Draw(r, "steps") {
			if rapid.Bool().Draw(r, "tell") {
				for i, from := range nodes {
					from.tell(t, nodes...)
					told, untold[i] = told+untold[i], 0
				}
			}
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(r, "pause")))
			i := rapid.IntRange(0, len(nodes)-1).Draw(r, "node")
			if nodes[i].meter.Take(nodes[i].Name("a"), nodes[i].Now()) > 0 {
				continue
			}
			untold[i]++
			if most := 5 + int(now.Sub(noon)/time.Second); told+untold[i] > most {
				r.Fatalf("%d in %v, %d of them here and not told", told+untold[i], now.Sub(noon), untold[i])
			}
		}
	})
}

// Whatever a message says, a key is in debt for fifteen bursts and no more.
func TestNoTellingStopsAKeyForEver(t *testing.T) {
	m := newMetered(secret, func() time.Time { return noon })
	for range 3 {
		m.Note(signin.Telling{All: []signin.Taken{{Meter: uint32(m.Name("find")), Key: m.Name("a"), Count: 1<<32 - 1}}})
	}
	if wait := m.meter.Take(m.Name("a"), m.Now()); wait != (15*5+1)*time.Second {
		t.Errorf("to wait %v", wait)
	}
}

// However many keys ask, a telling has its bounds, and what it has no room for comes next.
func TestATellingIsBoundedAndLosesNothing(t *testing.T) {
	clock := func() time.Time { return noon }
	this, other := newMetered(secret, clock), newMetered(secret, clock)
	names := make([]string, 3000) // too few to drive one another out
	for i := range names {
		names[i] = time.Duration(i).String()
		this.takeAll(names[i])
	}
	for range 3 {
		told, _ := this.Tell()
		if data, _ := told.Encode(); len(data) > 17_000 {
			t.Errorf("%d bytes at once", len(data))
		}
		other.Note(told)
	}
	for _, name := range names {
		if n := other.takeAll(name); n > 0 {
			t.Fatalf("%d are left of what was used up", n)
		}
	}
}

// Nobody who reads a telling learns a name or an address, or can look one up.
func TestATellingNamesNobody(t *testing.T) {
	clock := func() time.Time { return noon }
	a, b := newMetered(secret, clock), newMetered("another sixteen bytes", clock)
	at := netip.MustParseAddr("192.0.2.1")
	if a.Name("a") == b.Name("a") || a.Address(at) == b.Address(at) || a.Address(at) == a.Name(at.String()) {
		t.Error("a key does not need the secret")
	}
}

func TestBytesThatAreNoTelling(t *testing.T) {
	whole, err := signin.Telling{From: 7, All: []signin.Taken{{1, 2, 3}, {4, 5, 6}}}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		if n == 8 || n == 24 {
			continue // a telling of less
		}
		if got, err := signin.DecodeTelling(whole[:n]); !errors.Is(err, signin.ErrTelling) {
			t.Errorf("%d bytes: %+v, %v", n, got, err)
		}
	}
	got, err := signin.DecodeTelling(whole)
	if diff := cmp.Diff(signin.Telling{From: 7, All: []signin.Taken{{1, 2, 3}, {4, 5, 6}}}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// Real takers, tellings and noters meet: nobody gets more, and nothing is told twice.
func TestManyTakeAndTellAtOnce(t *testing.T) {
	m := newMetered(secret, func() time.Time { return noon })
	var got, told atomic.Int64
	done := make(chan struct{})
	tell := func() {
		said, _ := m.Tell()
		for _, taken := range said.All {
			told.Add(int64(taken.Count))
		}
	}
	var teller, takers sync.WaitGroup
	teller.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				tell()
			}
		}
	})
	for range 8 {
		takers.Go(func() {
			for i := range 1000 {
				got.Add(int64(m.takeAll(time.Duration(i).String())))
				m.Note(signin.Telling{All: []signin.Taken{{Meter: uint32(m.Name("find")), Key: signin.Key(i), Count: 1}}})
			}
		})
	}
	takers.Wait()
	close(done)
	teller.Wait()
	tell()
	if got.Load() != 5000 || told.Load() != 5000 {
		t.Errorf("%d were given out and %d told, want 5000", got.Load(), told.Load())
	}
}
