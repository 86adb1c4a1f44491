package world_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/tiles/tilestest"
	"quanxi/world"
)

// westOf returns the World of one area of twoCounties, and of everything.
func westOf(t *testing.T, own grid.Code, more ...world.Step) (part, whole *world.Snapshot) {
	t.Helper()
	store := twoCounties()
	for _, s := range more {
		store.take(s)
	}
	w := world.New(world.Options{Now: func() time.Time { return monday }, Own: own})
	fill(t, w, store)
	all := world.New(world.Options{Now: func() time.Time { return monday }})
	l := all.Begin()
	for _, e := range store {
		if err := l.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Publish(world.Position{}); err != nil {
		t.Fatal(err)
	}
	return w.Snapshot(), all.Snapshot()
}

func TestHowMuchOfTheMapIsHeld(t *testing.T) {
	division := func(id int64, code, parent grid.Code, x, y, side int) world.Step {
		return put(&grid.Division{Head: head(id), Code: code, Level: code.Level(), Parent: parent, Boundary: box(x, y, side, side)})
	}
	part, whole := westOf(t, "500101",
		division(6, "500101002", "500101", 50, 50, 4),       // a town of the west that lies in the east
		division(7, "500102001001", "500102001", 20, 50, 4)) // a community of the east that lies in the west
	for _, tt := range []struct {
		name       string
		x, y, w, h int
		want       world.Cover
	}{
		{"the middle of the county", 4, 4, 4, 4, world.All},
		{"over its border", 30, 4, 4, 4, world.Some},
		{"beyond it", 34, 4, 4, 4, world.Nothing},
		{"the whole city", 0, 0, 64, 64, world.Some},
		{"nothing at all", 100, 100, 4, 4, world.Nothing},
		{"a town of it that lies elsewhere", 51, 51, 1, 1, world.Some},
		{"what belongs to others in its midst", 21, 51, 1, 1, world.Some},
	} {
		env := geo.Envelope{Min: at(tt.x, tt.y), Max: at(tt.x+tt.w, tt.y+tt.h)}
		if got := part.Covers(env); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
		if got := whole.Covers(env); got != world.All {
			t.Errorf("%s, of the World of everything: %d", tt.name, got)
		}
	}
}

// tileIn returns the tile of a zoom at a place.
func tileIn(x, y int, zoom uint8) tiles.ID { return tiles.Holding(geo.Project(at(x, y)), zoom) }

func TestATileWithinTheAreaIsThatOfTheWholeMap(t *testing.T) {
	part, whole := westOf(t, "500101")
	for _, layer := range layerNames() {
		for _, zoom := range []uint8{18, 20} {
			id := tileIn(5, 5, zoom)
			if a, b := drawLayer(part, layer, id), drawLayer(whole, layer, id); !bytes.Equal(a, b) {
				t.Errorf("%s at zoom %d: %d bytes, want the %d of the whole map", layer, zoom, len(a), len(b))
			}
		}
	}
}

func TestWhatIsCountedOfAnAreaIsAllOfIt(t *testing.T) {
	for _, tt := range []struct {
		own  grid.Code
		want string // codes at zoom 8
	}{
		{"", "500101 500102"},
		{"500101", "500101"},
		{"500101001", "500101001"}, // the county's numbers are not all there
	} {
		part, _ := westOf(t, tt.own)
		if tt.own == "" {
			_, part = westOf(t, "500101")
		}
		for _, layer := range []string{"events", "people"} {
			var codes []string
			for _, f := range tilestest.Decode(t, drawLayer(part, layer, tileIn(5, 5, 8)))[layer] {
				codes = append(codes, f.Properties["code"].(string))
			}
			if got := strings.Join(codes, " "); got != tt.want {
				t.Errorf("%s of %q: counts for %q, want %q", layer, tt.own, got, tt.want)
			}
		}
	}
}
