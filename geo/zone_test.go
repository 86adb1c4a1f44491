package geo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// tangleOf returns a line of n corners at random on a square of some lattice units:
// it crosses itself all over.
func tangleOf(n int, side int32) []Point {
	chance := rand.New(rand.NewPCG(1, 1))
	line := make([]Point, n)
	for i := range line {
		line[i] = Point{1065000000 + chance.Int32N(side), 295000000 + chance.Int32N(side)}
	}
	return line
}

func TestAZoneHoldsWhatIsNearItsLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		home, spread := At(106.5, 29.5), rapid.SampledFrom([]int32{30, 3000, 300_000}).Draw(t, "spread")
		around := rapid.Custom(func(t *rapid.T) Point {
			return Point{home.Lon + rapid.Int32Range(-spread, 2*spread).Draw(t, "x"), home.Lat + rapid.Int32Range(-spread, 2*spread).Draw(t, "y")}
		})
		line := rapid.SliceOfN(around, 1, 40).Draw(t, "line")
		radius := rapid.Float64Range(0.1, 2000).Draw(t, "radius")
		zone := Around(line, radius)
		env, _ := zone.Envelope()
		for range 50 {
			p := around.Draw(t, "p")
			gap := GapM(MultiLine{line}, p)
			if math.Abs(gap-radius) < 0.01+radius*2e-4 {
				continue // the ground is not as flat as that
			}
			if got := zone.Contains(p); got != (gap < radius) || got && !env.Contains(p) {
				t.Fatalf("%v is %v m away: in the zone of %v m: %v; envelope %v", p, gap, radius, got, env)
			}
		}
	})
}

func TestZonesAtTheirEnds(t *testing.T) {
	p := At(106.5, 29.5)
	east := func(metres float64) Point { return planeAt(p).point(metres, 0) }
	for _, tt := range []struct {
		name string
		zone *Zone
		at   Point
		want bool
	}{
		{"the point itself", Around([]Point{p}, 0.5), p, true},
		{"a metre off", Around([]Point{p}, 0.5), east(1), false},
		{"beside a line of one place twice", Around([]Point{p, p}, 5), east(4.9), true},
		{"beyond the end of a line, round it", Around([]Point{east(-50), p}, 5), east(4.9), true},
		{"beyond the reach of its end", Around([]Point{east(-50), p}, 5), east(5.1), false},
		{"nothing is around nothing", Around(nil, 1000), Point{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.zone.Contains(tt.at); got != tt.want {
				t.Errorf("contains: %v, want %v", got, tt.want)
			}
		})
	}
	if _, ok := Around(nil, 1000).Envelope(); ok {
		t.Error("the zone of no points has an envelope")
	}
}

// TestATangleIsSoonAsked counts the segments that are measured for one question: of
// the longest line that the server takes, a few.
func TestATangleIsSoonAsked(t *testing.T) {
	const corners = 5000
	line := tangleOf(corners, 500_000)
	for _, radius := range []float64{5, 50, 500, 5000} {
		zone := Around(line, radius)
		most := 0
		for _, p := range tangleOf(10_000, 600_000) {
			most = max(most, len(zone.leaf(zone.plane.metres(p)).near))
		}
		if most > corners/20 {
			t.Errorf("%v m: %d segments are measured for one place", radius, most)
		}
	}
}

func ExampleAround() {
	street := []Point{At(106.55, 29.56), At(106.56, 29.56)}
	zone := Around(street, 50)
	fmt.Println(zone.Contains(At(106.555, 29.5604)), zone.Contains(At(106.555, 29.5605)))
	// Output: true false
}

func BenchmarkZoneOfATangle(b *testing.B) {
	for _, radius := range []float64{5, 50, 500, 5000} {
		b.Run(fmt.Sprintf("%vm", radius), func(b *testing.B) {
			line := tangleOf(800, 500_000)
			b.ReportAllocs()
			for b.Loop() {
				Around(line, radius)
			}
		})
	}
}

func BenchmarkZoneContains(b *testing.B) {
	zone, places := Around(tangleOf(5000, 500_000), 50), tangleOf(1<<12, 600_000)
	for i := 0; b.Loop(); i++ {
		zone.Contains(places[i%len(places)])
	}
}
