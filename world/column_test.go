package world

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestCopiesOfColumnsStay writes numbers of all widths to columns in one edition after
// another, and looks whether the copies that readers hold stay as they were, and come
// back from an image.
func TestCopiesOfColumnsStay(t *testing.T) {
	numbers := rapid.OneOf(rapid.Int64Range(0, 3), rapid.Int64Range(1<<52, 1<<52+300), rapid.Int64Range(-70_000, 70_000), rapid.Int64(),
		rapid.SampledFrom([]int64{0, 255, 256, 65_535, 65_536, 1<<32 - 1, 1 << 32, math.MinInt64, math.MaxInt64}))
	rapid.Check(t, func(t *rapid.T) {
		var c column
		var model []int64
		var seen []column
		var want [][]int64
		for edition := uint64(1); edition < 5; edition++ {
			like := numbers.Draw(t, "begins at")
			step := rapid.SampledFrom([]int64{-1, 0, 1, 3, 1 << 20}).Draw(t, "step")
			for range rapid.SampledFrom([]int{0, 1, columnRows - 1, columnRows, columnRows + 1}).Draw(t, "new numbers") {
				if at := c.push(edition, like); int(at) != len(model) {
					t.Fatalf("number %d was put in place %d", len(model), at)
				}
				model, like = append(model, like), like+step
			}
			for range rapid.IntRange(0, 8).Draw(t, "changes") {
				if len(model) > 0 {
					i := rapid.IntRange(0, len(model)-1).Draw(t, "place")
					model[i] = numbers.Draw(t, "number")
					c.set(edition, uint32(i), model[i])
				}
			}
			seen, want = append(seen, c), append(want, slices.Clone(model))
		}
		seen, want = append(seen, reread(t, &c)), append(want, model)
		for i := range seen {
			for at, v := range want[i] {
				if got := seen[i].at(uint32(at)); got != v {
					t.Fatalf("copy %d, place %d: %d, want %d", i, at, got, v)
				}
			}
		}
	})
}

// reread writes a column to an image and reads it.
func reread(t *rapid.T, c *column) column {
	var image bytes.Buffer
	putColumn(&encoder{to: &image}, c)
	d := &decoder{from: &image, left: int64(image.Len())}
	var back column
	if getColumn(d, &back); d.err != nil || back.n != c.n {
		t.Fatalf("%d numbers came back as %d: %v", c.n, back.n, d.err)
	}
	return back
}

func TestColumnsAreAsNarrowAsTheirNumbers(t *testing.T) {
	const ids = 1 << 52
	for _, tt := range []struct {
		name   string
		number func(i int64) int64
		width  uint8
	}{
		{"the same revision takes nothing", func(int64) int64 { return 3 }, 0},
		{"revisions of a day take a byte", func(i int64) int64 { return 3 + i%40 }, 1},
		{"ids one after another take two bytes", func(i int64) int64 { return ids + i }, 2},
		{"ids of a second take two bytes", func(i int64) int64 { return ids + 60*i }, 2},
		{"ids of an hour take four bytes", func(i int64) int64 { return ids + 200_000*i }, 4},
		{"ids of a year take eight bytes", func(i int64) int64 { return ids + 2e9*i }, 8},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c column
			for i := range int64(3 * columnRows) {
				at := c.push(1, tt.number(0)) // as a revision is, which is not known yet
				c.set(1, at, tt.number(i))
			}
			for k := range 2 {
				page := c.list.at(uint32(k))
				if page.width != tt.width {
					t.Errorf("page %d takes %d bytes a number, want %d", k, page.width, tt.width)
				}
			}
		})
	}
}
