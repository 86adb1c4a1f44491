package main

import (
	"errors"
	"slices"
	"testing"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/store/gpkg/gpkgtest"
)

// A development zone manages a town whose code begins with another county's, and a
// code is no prefix of what does not hang on it.
func TestAnAreaIsADivisionAndWhatItManages(t *testing.T) {
	store := gpkgtest.New(t)
	var all []grid.Entity
	for _, d := range [][2]grid.Code{{"5000", ""}, {"500101", "5000"}, {"500102", "5000"}, {"500101001", "500101"}, {"500101002", "500102"}, {"500101001001", "500101001"}} {
		all = append(all, &grid.Division{Code: d[0], Parent: d[1], Name: "区", Level: d[0].Level(), Label: geo.At(106.5, 29.5)})
	}
	if _, err := store.Write(t.Context(), grid.Write{Actor: "test", Put: all}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		area grid.Code
		want []grid.Code // nil for an error
	}{
		{"a county, without the town that another manages", "500101", []grid.Code{"500101", "500101001", "500101001001"}},
		{"a zone, with a town of another county's code", "500102", []grid.Code{"500102", "500101002"}},
		{"a town", "500101001", []grid.Code{"500101001", "500101001001"}},
		{"a beginning that is no code", "50010", nil},
		{"a code that nobody has", "500103", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			entities, err := (&exportCommand{As: grid.Divisions, Area: tt.area}).selected(t.Context(), store)
			if tt.want == nil {
				if !errors.Is(err, grid.ErrNotFound) {
					t.Errorf("%v, want ErrNotFound", err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []grid.Code
			for e, err := range entities {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, e.(*grid.Division).Code)
			}
			slices.Sort(got)
			slices.Sort(tt.want)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
