package world

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quanxi/grid"
)

// TestCopiesOfPagesStay writes to pages in one edition after another, and looks
// whether the copies that readers hold stay as they were.
func TestCopiesOfPagesStay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p pages[int]
		var model []int
		var seen []pages[int]
		var want [][]int
		for edition := uint64(1); edition < 6; edition++ {
			for range rapid.SampledFrom([]int{0, 1, pageRows - 1, pageRows, pageRows + 1, leafPages*pageRows + 1}).Draw(t, "new rows") {
				p.push(edition, len(model))
				model = append(model, len(model))
			}
			for range rapid.IntRange(0, 5).Draw(t, "changes") {
				if len(model) > 0 {
					i := rapid.IntRange(0, len(model)-1).Draw(t, "row")
					model[i] = -int(edition)
					*p.edit(edition, uint32(i)) = model[i]
				}
			}
			seen, want = append(seen, p), append(want, slices.Clone(model))
		}
		for i := range seen {
			for row, v := range want[i] {
				if got := *seen[i].at(uint32(row)); got != v {
					t.Fatalf("edition %d, row %d: %d, want %d", i+1, row, got, v)
				}
			}
		}
	})
}

// TestRegisterFindsWhatItHolds fills a register past many splits of its buckets
// and compares it, and copies of it, with a map.
func TestRegisterFindsWhatItHolds(t *testing.T) {
	for _, tt := range []struct {
		name string
		id   func(i int64) int64
	}{
		{"ids one after another", func(i int64) int64 { return i }},
		{"ids of a store above 2^52", func(i int64) int64 { return 1<<52 + i }},
		{"ids by towns, in steps of a million", func(i int64) int64 { return i%7<<40 + i*1e6 }},
		{"ids that are in order up to the end of a page", func(i int64) int64 { return i - i/columnRows*2*columnRows }},
		{"ids that are in order past the middle of a page", func(i int64) int64 { return i - i/5000*1e6 }},
		{"ids that fall", func(i int64) int64 { return 1e9 - i }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var r, early register
			for i := range int64(20_000) {
				if i == 3000 {
					early = r
				}
				slot, fresh := r.ensure(uint64(i/1000)+1, tt.id(i))
				if !fresh || slot != uint32(i) {
					t.Fatalf("id %d: slot %d, fresh %v", tt.id(i), slot, fresh)
				}
			}
			for i := range int64(20_000) {
				slot, ok := r.find(tt.id(i))
				if !ok || slot != uint32(i) {
					t.Fatalf("id %d: found %d, %v", tt.id(i), slot, ok)
				}
				if _, ok := early.find(tt.id(i)); ok != (i < 3000) {
					t.Fatalf("id %d: a copy of the first 3000 says %v", tt.id(i), ok)
				}
			}
			for _, id := range []int64{math.MinInt64, 1e12 + 1, math.MaxInt64} {
				if _, ok := r.find(id); ok {
					t.Errorf("%d is found that was never given", id)
				}
			}
		})
	}
}

// TestArenasGiveBackWhatTheyGot stores runs around the sizes at which chunks end.
func TestArenasGiveBackWhatTheyGot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a arena[int32]
		type run struct {
			at    uint32
			items []int32
		}
		var runs []run
		for n := range rapid.IntRange(1, 12).Draw(t, "runs") {
			items := make([]int32, rapid.SampledFrom([]int{0, 1, 9, chunkItems - 1, chunkItems, chunkItems + 1, 3 * chunkItems}).Draw(t, "length"))
			for i := range items {
				items[i] = int32(n)
			}
			runs = append(runs, run{a.add(items), items})
		}
		for _, r := range runs {
			if !slices.Equal(a.run(r.at, uint32(len(r.items))), r.items) {
				t.Fatalf("a run of %d came back otherwise", len(r.items))
			}
		}
	})
}

func TestTextsComeBack(t *testing.T) {
	var words texts
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOf(rapid.String()).Draw(t, "texts")
		refs := make([]uint32, len(want))
		for i, s := range want {
			refs[i] = words.add(s)
		}
		for i, s := range want {
			if got := words.get(refs[i]); got != s {
				t.Fatalf("%q came back as %q", s, got)
			}
		}
	})
}

func TestCodesComeBackFromTheirKeys(t *testing.T) {
	for _, c := range []string{"5000", "500106", "500106108", "500106108201", "500106108201003", "50010610820100301", "000000", "99999999999999999"} {
		if got := codeOf(codeKey(grid.Code(c))); got != grid.Code(c) {
			t.Errorf("%s came back as %s", c, got)
		}
	}
}
