package tiles_test

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"quanxi/geo"
	"quanxi/tiles"
)

var addresses = []struct {
	name    string
	z, x, y string
	want    tiles.ID
	ok      bool
}{
	{"the whole world", "0", "0", "0", tiles.ID{}, true},
	{"the last tile of the deepest zoom", "22", "4194303", "4194303", tiles.ID{Z: 22, X: 4194303, Y: 4194303}, true},
	{"a town", "14", "13039", "6778", tiles.ID{Z: 14, X: 13039, Y: 6778}, true},
	{"column past the edge", "2", "4", "1", tiles.ID{}, false},
	{"row past the edge", "2", "1", "4", tiles.ID{}, false},
	{"zoom too deep", "23", "1", "1", tiles.ID{}, false},
	{"negative row", "2", "1", "-1", tiles.ID{}, false},
	{"a sign", "2", "+1", "1", tiles.ID{}, false},
	{"a needless zero", "2", "01", "1", tiles.ID{}, false},
	{"nothing", "", "", "", tiles.ID{}, false},
	{"a fraction", "2", "1.5", "1", tiles.ID{}, false},
	{"more than 32 bits", "2", "4294967297", "1", tiles.ID{}, false},
	{"other digits", "2", "１", "1", tiles.ID{}, false},
}

func TestParseID(t *testing.T) {
	for _, tt := range addresses {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tiles.ParseID(tt.z, tt.x, tt.y)
			if got != tt.want || (err == nil) != tt.ok {
				t.Errorf("ParseID = %v, %v; want %v", got, err, tt.want)
			}
			if err != nil && !errors.Is(err, tiles.ErrAddress) {
				t.Errorf("%v is not ErrAddress", err)
			}
		})
	}
}

func FuzzParseID(f *testing.F) {
	for _, tt := range addresses {
		f.Add(tt.z, tt.x, tt.y)
	}
	f.Fuzz(func(t *testing.T, z, x, y string) {
		id, err := tiles.ParseID(z, x, y)
		if err != nil {
			if !errors.Is(err, tiles.ErrAddress) {
				t.Fatalf("%v is not ErrAddress", err)
			}
			return
		}
		if !id.Valid() || id.String() != z+"/"+x+"/"+y {
			t.Fatalf("%q %q %q became %v", z, x, y, id)
		}
	})
}

func anyID(deepest uint8) *rapid.Generator[tiles.ID] {
	return rapid.Custom(func(t *rapid.T) tiles.ID {
		z := rapid.Uint8Range(0, deepest).Draw(t, "z")
		n := uint32(1)<<z - 1
		return tiles.ID{Z: z, X: rapid.Uint32Range(0, n).Draw(t, "x"), Y: rapid.Uint32Range(0, n).Draw(t, "y")}
	})
}

func anyPixel() *rapid.Generator[geo.Pixel] {
	return rapid.Custom(func(t *rapid.T) geo.Pixel {
		return geo.Pixel{X: rapid.Uint32().Draw(t, "X"), Y: rapid.Uint32().Draw(t, "Y")}
	})
}

func TestChildrenFillTheirParent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := anyID(tiles.MaxZoom-1).Draw(t, "id")
		var area uint64
		for _, child := range id.Children() {
			if child.Parent() != id || !child.Valid() || !id.Box().Contains(child.Box()) {
				t.Fatalf("%v is no child of %v", child, id)
			}
			b := child.Box()
			area += (uint64(b.Max.X-b.Min.X) + 1) * (uint64(b.Max.Y-b.Min.Y) + 1)
		}
		b := id.Box()
		// At zoom 0 the area is 2^64 and wraps to 0 on both sides.
		if area != (uint64(b.Max.X-b.Min.X)+1)*(uint64(b.Max.Y-b.Min.Y)+1) {
			t.Fatalf("the children of %v do not fill it", id)
		}
	})
}

func TestHoldingIsTheOneTileWhoseBoxHasThePixel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, zoom := anyPixel().Draw(t, "p"), rapid.Uint8Range(0, tiles.MaxZoom).Draw(t, "zoom")
		id := tiles.Holding(p, zoom)
		if !id.Valid() || !id.Box().Contains(tiles.Box{Min: p, Max: p}) {
			t.Fatalf("%v does not hold %v", id, p)
		}
	})
}

// What the tile draws must meet its envelope, or a search would miss it.
func TestEnvelopeHoldsWhatIsDrawn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := anyID(20).Draw(t, "id")
		box := id.Drawn()
		p := geo.Unproject(geo.Pixel{
			X: rapid.Uint32Range(box.Min.X, box.Max.X).Draw(t, "X"),
			Y: rapid.Uint32Range(box.Min.Y, box.Max.Y).Draw(t, "Y"),
		})
		if !id.Envelope().Contains(p) {
			t.Fatalf("%v is drawn in %v, but not in %v", p, id, id.Envelope())
		}
	})
}
