package store

import (
	"testing"
	"time"
)

// How far two ids lie apart says how much time went by, and nothing of how many were
// assigned in between (RULES C4).
func TestIDsTellOfTimeAlone(t *testing.T) {
	began := idsBegin.Add(24 * time.Hour)
	for _, tt := range []struct {
		name    string
		between int // ids assigned by somebody else, a millisecond each
	}{{"nobody wrote", 0}, {"somebody wrote all the time", 999}} {
		t.Run(tt.name, func(t *testing.T) {
			b := NewBlock(TimedID(began), began)
			before, _ := b.Next(began)
			for i := range tt.between {
				b.Next(began.Add(time.Duration(i+1) * time.Millisecond))
			}
			after, ok := b.Next(began.Add(time.Second))
			if gap := after - before; !ok || gap <= 999*idsPerMilli || gap >= 1001*idsPerMilli {
				t.Errorf("%d apart, %v", gap, ok)
			}
		})
	}
}

func TestABlockEnds(t *testing.T) {
	b := NewBlock(FirstID, idsBegin)
	last := int64(0)
	for range 1000 {
		id, ok := b.Next(idsBegin)
		if !ok || id <= last || id < FirstID {
			t.Fatalf("%d after %d, %v", id, last, ok)
		}
		last = id
	}
	if id, ok := b.Next(idsBegin.Add(time.Hour)); ok {
		t.Errorf("%d after the block has ended", id)
	}
	if id, ok := new(Block).Next(idsBegin); ok {
		t.Errorf("%d of no block", id)
	}
	if id := TimedID(idsBegin.Add(-time.Hour)); id < FirstID || id >= FirstID+idsPerMilli {
		t.Errorf("%d by a clock that is not set", id)
	}
	if id := TimedID(idsBegin.AddDate(1000, 0, 0)); id >= LastID {
		t.Errorf("%d in a thousand years", id)
	}
}
