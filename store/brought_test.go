package store_test

import (
	"slices"
	"testing"

	"quanxi/grid"
	"quanxi/store"
)

func TestBroughtLeavesOpenWhatWasNotBroughtBefore(t *testing.T) {
	home := func(id, building int64) grid.Entity {
		return &grid.Dwelling{Head: grid.Head{ID: id}, Building: building}
	}
	house := func(id int64) grid.Entity { return &grid.Building{Head: grid.Head{ID: id}} }
	ofHomes := grid.Link{Kind: grid.Dwellings, Column: "building", To: grid.Buildings}
	for _, tt := range []struct {
		name string
		put  []grid.Entity
		want []grid.Link
	}{
		{"nothing names nothing", nil, nil},
		{"a home after its house", []grid.Entity{house(7), home(1, 7)}, nil},
		{"a home before its house", []grid.Entity{home(1, 7), house(7)}, []grid.Link{ofHomes}},
		{"a home of a house that is not of the load", []grid.Entity{house(7), home(1, 8)}, []grid.Link{ofHomes}},
		{"a home without a house", []grid.Entity{home(1, 0)}, nil},
		{"homes of houses that lie apart", []grid.Entity{house(3), house(4), house(9), home(1, 3), home(2, 4), home(3, 9)}, nil},
		{"a home between houses", []grid.Entity{house(3), house(9), home(1, 5)}, []grid.Link{ofHomes}},
		{"a house that is put twice", []grid.Entity{house(3), house(4), house(3), home(1, 3)}, nil},
		{"a house out of order is looked up rather than kept", []grid.Entity{house(9), house(3), home(1, 3)}, []grid.Link{ofHomes}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b store.Brought
			for _, e := range tt.put { // one at a time, and so across batches
				b.Add([]grid.Entity{e})
			}
			if got := b.Open(); !slices.Equal(got, tt.want) {
				t.Errorf("open are %v, want %v", got, tt.want)
			}
		})
	}
}
