package exchange

import (
	"errors"
	"fmt"
	"hash/maphash"
	"testing"

	"quanxi/grid"
)

func TestAFilterForgetsNothing(t *testing.T) {
	f, wrong := newFilter(), 0
	key := func(i uint64) uint64 { i *= 0x9e3779b97f4a7c15; return i ^ i>>29 }
	for i := range uint64(1_000_000) {
		if f.add(key(i + 1)) {
			wrong++
		}
	}
	for i := range uint64(1_000_000) {
		if !f.add(key(i + 1)) {
			t.Fatalf("key %d is forgotten", i)
		}
	}
	if wrong > 0 {
		t.Errorf("%d of a million new keys were taken for old ones", wrong)
	}
}

// A filter may take an id for one that it has seen; the second reading finds that it
// is alone, and it is stored like any other.
func TestWhatWasOnlyTakenForAPiece(t *testing.T) {
	p := &pump{report: &Report{}, hash: maphash.MakeSeed()}
	alone := &grid.Person{Head: grid.Head{External: "test:1"}}
	p.repeated = map[uint64]bool{p.key(alone): true}
	p.join([]grid.Entity{alone})
	if p.inPieces(alone) || len(p.wholes) != 0 || p.report.Bad != 0 {
		t.Errorf("still a piece: %v; wholes %v, bad %d", p.inPieces(alone), p.wholes, p.report.Bad)
	}
}

// A file in which too much occurs twice is given up while it is read, before all of it
// is gathered in memory.
func TestTooManyRepeatsEndTheReading(t *testing.T) {
	p := &pump{report: &Report{Found: map[grid.Kind]int{}}, hash: maphash.MakeSeed(), seen: newFilter(), repeated: map[uint64]bool{}}
	for i := range mostPieces + 1 {
		one := &grid.Person{Head: grid.Head{External: fmt.Sprintf("test:%d", i)}}
		if err := p.count(Subject{Entity: one}); err != nil {
			t.Fatal(err)
		}
		err := p.count(Subject{Entity: one})
		if full := i == mostPieces; full != errors.Is(err, errRepeated) {
			t.Fatalf("after %d repeated ids: %v", i+1, err)
		}
	}
}
