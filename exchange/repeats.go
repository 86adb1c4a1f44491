package exchange

import (
	"context"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"

	"quanxi/grid"
)

// A filter remembers any number of keys in 64 MB, of which it touches what it needs.
// It never forgets a key. Among ten million it takes no new one for an old one, among
// thirty million some thousand, and then the file is read once more.
type filter struct{ bits []uint64 }

const (
	filterBits  = 1 << 29
	filterMarks = 8 // bits for each key
)

func newFilter() filter { return filter{make([]uint64, filterBits/64)} }

// add enters a key, and reports whether it may have been in before.
func (f filter) add(key uint64) bool {
	before := true
	step := key>>32 | 1
	for range filterMarks {
		at := key % filterBits
		before = before && f.bits[at/64]&(1<<(at%64)) != 0
		f.bits[at/64] |= 1 << (at % 64)
		key += step
	}
	return before
}

// mostPieces is how many records with an id that others have too a file may hold: they
// are put together in memory.
const mostPieces = 200_000

func tooMany() error {
	return fmt.Errorf("more than %d records have an id that occurs twice: %w", mostPieces, errRepeated)
}

// gather puts together what the file holds in pieces, or reports why it cannot.
func (p *pump) gather(ctx context.Context, source Source) error {
	if len(p.repeated) == 0 {
		return nil
	}
	pieces, n := map[string][]grid.Entity{}, 0
	err := p.each(ctx, source, Gathering, func(s Subject) error {
		if s.made || !p.inPieces(s.Entity) {
			return nil
		}
		if n++; n > mostPieces {
			return tooMany()
		}
		name := string(s.Entity.Kind()) + "/" + s.Entity.Entity().External
		pieces[name] = append(pieces[name], s.Entity)
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(pieces)) {
		p.join(pieces[name])
	}
	return nil
}

// join puts the pieces of one thing together. What is alone was only taken for a piece.
func (p *pump) join(pieces []grid.Entity) {
	first := pieces[0]
	if len(pieces) == 1 {
		delete(p.repeated, p.key(first))
		return
	}
	whole, differing, err := mergePieces(pieces)
	if err != nil {
		p.report.refuse(Problem{first.Entity().External, "id", err.Error()})
		return
	}
	p.report.merge(whole.Entity().External, len(pieces), differing)
	p.wholes = append(p.wholes, whole)
}

func (p *pump) inPieces(e grid.Entity) bool {
	return e.Entity().External != "" && p.repeated[p.key(e)]
}

func (p *pump) key(e grid.Entity) uint64 {
	return maphash.String(p.hash, string(e.Kind())+"/"+e.Entity().External)
}
