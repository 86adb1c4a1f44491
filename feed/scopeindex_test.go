package feed

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"quanxi/events"
	"quanxi/grid"
)

type scoped struct{ grid.Scope }

func (v scoped) Sees(_ grid.Kind, area grid.Code) bool            { return v.Holds(area) }
func (v scoped) SeesEvents(_ events.Privacy, area grid.Code) bool { return v.Holds(area) }
func (v scoped) SeesNumbers(area grid.Code) bool                  { return v.Holds(area) }

// Whoever answers for an area is found by it, whatever the ranges; and who left is not.
func TestTheScopeIndexFindsWhoeverAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.Custom(func(t *rapid.T) grid.Code {
			full := fmt.Sprintf("5001%02d%03d%03d%03d", rapid.IntRange(1, 3).Draw(t, "county"), rapid.IntRange(1, 3).Draw(t, "town"),
				rapid.IntRange(1, 3).Draw(t, "community"), rapid.IntRange(1, 3).Draw(t, "grid"))
			return grid.Code(full[:rapid.SampledFrom([]int{0, 4, 6, 9, 12, 15}).Draw(t, "length")])
		})
		span := rapid.Custom(func(t *rapid.T) grid.CodeRange {
			from := code.Draw(t, "from")
			switch rapid.IntRange(0, 2).Draw(t, "how") {
			case 0:
				return grid.Under(from)
			case 1:
				return grid.Only(from)
			}
			return grid.CodeRange{From: from, To: max(from, code.Draw(t, "to")) + "~"}
		})
		index, subs := make(scopeIndex), []*Subscription{}
		for _, ranges := range rapid.SliceOfN(rapid.SliceOfN(span, 1, 3), 1, 6).Draw(t, "scopes") {
			s := &Subscription{viewer: scoped{grid.NewScope(ranges...)}}
			subs = append(subs, s)
			index.insert(s)
		}
		gone := subs[0]
		index.remove(gone)
		area := code.Draw(t, "area")
		found := map[*Subscription]bool{}
		index.visit(area, func(s *Subscription) { found[s] = true })
		for _, s := range subs[1:] {
			if s.viewer.Sees("", area) && !found[s] {
				t.Fatalf("%v answers for %q and is not found", s.viewer.Ranges(), area)
			}
		}
		if found[gone] {
			t.Fatalf("one who left is found")
		}
		for _, s := range subs[1:] {
			index.remove(s)
		}
		if len(index) > 0 {
			t.Fatalf("all have left, and %d keys stay", len(index))
		}
	})
}
