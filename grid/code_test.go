package grid_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"quanxi/grid"
)

func TestCodeSaysItsLevelByItsLength(t *testing.T) {
	for _, tt := range []struct {
		code  grid.Code
		level grid.Level
		valid bool
	}{
		{"5000", grid.CityLevel, true},
		{"500106", grid.CountyLevel, true},
		{"500106108", grid.TownLevel, true},
		{"500106108201", grid.CommunityLevel, true},
		{"500106108201003", grid.GridLevel, true},
		{"50010610820100301", grid.MicroGridLevel, true},
		{"", 0, false},
		{"50010", 0, false},
		{"50010x", grid.CountyLevel, false},
		{"５０", grid.CountyLevel, false}, // full-width digits have six bytes
	} {
		if got := tt.code.Level(); got != tt.level {
			t.Errorf("%q: level %d, want %d", tt.code, got, tt.level)
		}
		if got := tt.code.Valid(); got != tt.valid {
			t.Errorf("%q: valid %v, want %v", tt.code, got, tt.valid)
		}
	}
}

func TestScopeHolds(t *testing.T) {
	zone := grid.NewScope(grid.Under("500107"), grid.Under("500106108"), grid.Under("500107001"))
	for _, tt := range []struct {
		name  string
		scope grid.Scope
		code  grid.Code
		want  bool
	}{
		{"the zero scope holds nothing", grid.Scope{}, "500106", false},
		{"the zero scope does not hold what is not placed", grid.Scope{}, "", false},
		{"everywhere holds a home", grid.Everywhere(), "50010610820100301", true},
		{"everywhere holds what is not placed", grid.Everywhere(), "", true},
		{"a county holds itself", zone, "500107", true},
		{"a county holds its grids", zone, "500107001001001", true},
		{"a zone holds a town coded in another county", zone, "500106108001", true},
		{"but not that town's neighbour", zone, "500106109001", false},
		{"nor the next county", zone, "500108", false},
		{"nor what is not placed", zone, "", false},
		{"nor the county above its town", zone, "500106", false},
	} {
		if got := tt.scope.Holds(tt.code); got != tt.want {
			t.Errorf("%s: Holds(%q) = %v", tt.name, tt.code, got)
		}
	}
	if n := len(zone.Ranges()); n != 2 {
		t.Errorf("the town inside its county was not joined: %d ranges", n)
	}
}

// A scope of random codes holds just those codes and what begins with one.
func TestScopeEqualsPrefixes(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	digits := func() grid.Code {
		b := make([]byte, 1+rnd.IntN(4))
		for i := range b {
			b[i] = '0' + byte(rnd.IntN(3))
		}
		return grid.Code(b)
	}
	for range 2000 {
		var held []grid.Code
		var ranges []grid.CodeRange
		for range rnd.IntN(6) {
			c := digits()
			held, ranges = append(held, c), append(ranges, grid.Under(c))
		}
		asked, want := digits(), false
		for _, c := range held {
			want = want || strings.HasPrefix(string(asked), string(c))
		}
		if got := grid.NewScope(ranges...).Holds(asked); got != want {
			t.Fatalf("scope of %v: Holds(%q) = %v, want %v", held, asked, got, want)
		}
	}
}

func TestDate(t *testing.T) {
	for _, tt := range []struct {
		name  string
		date  grid.Date
		valid bool
	}{
		{"zero is not known, which is allowed", 0, true},
		{"a leap day", 20240229, true},
		{"no leap day", 20230229, false},
		{"the thirteenth month", 20231301, false},
		{"before the registers", 17990101, false},
		{"a year alone, which is shown of a day and is none", grid.Date(19460524).OnlyYear(), false},
	} {
		if got := tt.date.Valid(); got != tt.valid {
			t.Errorf("%s: Valid(%d) = %v", tt.name, tt.date, got)
		}
	}
	born := grid.Date(19460524)
	if got := born.Years(20260523); got != 79 {
		t.Errorf("the day before the birthday: %d years, want 79", got)
	}
	if got := born.Years(20260524); got != 80 {
		t.Errorf("on the birthday: %d years, want 80", got)
	}
	if said := []string{born.String(), born.OnlyYear().String(), grid.Date(0).OnlyYear().String()}; !slices.Equal(said, []string{"1946-05-24", "1946", ""}) {
		t.Errorf("a day, its year and none are written %q", said)
	}
}
