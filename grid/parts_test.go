package grid_test

import (
	"errors"
	"slices"
	"testing"

	"quanxi/grid"
)

func TestInParts(t *testing.T) {
	broken := errors.New("broken")
	for _, tt := range []struct {
		name  string
		n     int
		err   error
		sizes []int
	}{
		{"nothing", 0, nil, nil},
		{"less than a part", 2, nil, []int{2}},
		{"whole parts", 6, nil, []int{3, 3}},
		{"a rest", 7, nil, []int{3, 3, 1}},
		{"an error instead of the rest", 7, broken, []int{3, 3}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := func(yield func(grid.Entity, error) bool) {
				for i := range tt.n {
					if !yield(&grid.Building{Head: grid.Head{ID: int64(i)}}, nil) {
						return
					}
				}
				if tt.err != nil {
					yield(nil, tt.err)
				}
			}
			var sizes []int
			var ended error
			next := int64(0)
			for part, err := range grid.InParts(all, 3) {
				if err != nil {
					ended = err
					continue
				}
				sizes = append(sizes, len(part))
				for _, e := range part {
					if e.Entity().ID != next {
						t.Errorf("%d, want %d", e.Entity().ID, next)
					}
					next++
				}
			}
			if !slices.Equal(sizes, tt.sizes) || !errors.Is(ended, tt.err) {
				t.Errorf("parts of %v, %v", sizes, ended)
			}
			for range grid.InParts(all, 3) { // whoever stops is not asked again
				break
			}
		})
	}
}
