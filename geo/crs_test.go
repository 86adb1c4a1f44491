package geo

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestOffsetsInChongqing(t *testing.T) {
	for name, row := range map[string]struct {
		at                  Point
		east, north, metres float64 // WGS 84 to GCJ-02
	}{
		"in Yuzhong": {At(106.57, 29.556), 360, -316, 479},
	} {
		t.Run(name, func(t *testing.T) {
			shifted := At(WGS84ToGCJ02(row.at.Degrees()))
			east, north := planeAt(row.at).metres(shifted)
			if math.Abs(east-row.east) > 12 || math.Abs(north-row.north) > 12 {
				t.Errorf("shift is %.0f m east, %.0f m north; want %.0f, %.0f", east, north, row.east, row.north)
			}
			if got := DistanceM(row.at, shifted); math.Abs(got-row.metres) > 8 {
				t.Errorf("shift is %.0f m, want %.0f", got, row.metres)
			}
		})
	}
}

func TestEveryCRSComesBack(t *testing.T) {
	for _, name := range []string{"wgs84", "gcj02", "bd09", "EPSG:4326", "EPSG:4490", "EPSG:3857", "EPSG:4544",
		"EPSG:4545", "EPSG:4546", "EPSG:4523", "EPSG:4524", "EPSG:4525", "EPSG:4496", "cm=106.5", "cm=106.5,fe=350000,fn=-3000000"} {
		t.Run(name, func(t *testing.T) {
			crs, err := ParseCRS(name)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := ParseCRS(crs.String()); err != nil || again != crs {
				t.Errorf("String %q gives another system: %v", crs, err)
			}
			rapid.Check(t, func(t *rapid.T) {
				lon, lat := rapid.Float64Range(105.2, 110.2).Draw(t, "lon"), rapid.Float64Range(28.1, 32.3).Draw(t, "lat")
				backLon, backLat := crs.ToDegrees(crs.FromDegrees(lon, lat))
				if off := math.Hypot(backLon-lon, backLat-lat) * 111_000; off > 0.001 {
					t.Fatalf("%v, %v came back %v m off", lon, lat, off)
				}
			})
		})
	}
}

// The values were computed with PROJ 9.
func TestCRSAgreesWithPROJ(t *testing.T) {
	for name, row := range map[string]struct {
		crs            string
		lon, lat, x, y float64
	}{
		"half a zone east of 105":     {"EPSG:4544", 106.55, 29.56, 650218.538606, 3272342.512407},
		"half a zone west of 108":     {"EPSG:4545", 106.55, 29.56, 359474.086658, 3272217.298579},
		"a zone and a half away":      {"EPSG:4546", 106.55, 29.56, 68530.481072, 3279616.593562},
		"five degrees away":           {"EPSG:4544", 109.9, 32.1, 962760.284546, 3563472.251470},
		"zone number before easting":  {"EPSG:4524", 105.3, 28.2, 36234860.219366, 3123559.495144},
		"a six degree zone":           {"EPSG:4496", 109.9, 32.1, 18962760.284546, 3563472.251470},
		"the town's own meridian":     {"cm=106.5", 106.55, 29.56, 504845.454021, 3271340.992646},
		"spherical mercator, however": {"EPSG:3857", 106.55, 29.56, 11861091.744023, 3447116.405134},
	} {
		t.Run(name, func(t *testing.T) {
			crs, err := ParseCRS(row.crs)
			if err != nil {
				t.Fatal(err)
			}
			x, y := crs.FromDegrees(row.lon, row.lat)
			if math.Abs(x-row.x) > 1e-5 || math.Abs(y-row.y) > 1e-5 {
				t.Errorf("FromDegrees = %.4f, %.4f; want %.4f, %.4f", x, y, row.x, row.y)
			}
		})
	}
}

func TestParseCRS(t *testing.T) {
	for text, want := range map[string]error{
		"WGS84": nil, " GCJ-02 ": nil, "epsg:4490": nil, "4545": nil, "CM=106.5": nil,
		"EPSG:2154": ErrCRS, "beijing54": ErrCRS, "cm=": ErrCRS, "cm=NaN": ErrCRS, "cm=106,zone=3": ErrCRS, "cm=400": ErrCRS,
	} {
		if _, err := ParseCRS(text); !errors.Is(err, want) {
			t.Errorf("ParseCRS(%q): %v, want %v", text, err, want)
		}
	}
}

func ExampleParseCRS() {
	amap, _ := ParseCRS("gcj02")
	lon, lat := amap.ToDegrees(106.5736, 29.5531)
	fmt.Printf("%.4f %.4f\n", lon, lat)
	// Output: 106.5699 29.5560
}
