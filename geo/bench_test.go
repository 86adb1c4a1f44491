package geo

import (
	"math"
	"testing"
)

// benchRing is a wavy circle of n corners, 20 km across.
func benchRing(n int) Ring {
	r := make(Ring, 0, n+1)
	for i := range n {
		angle := 2 * math.Pi * float64(i) / float64(n)
		radius := 1e6 * (1 + 0.2*math.Sin(40*angle))
		sin, cos := math.Sincos(angle)
		r = append(r, Point{1065000000 + int32(radius*cos), 295000000 + int32(radius*sin)})
	}
	return append(r, r[0])
}

func BenchmarkContains(b *testing.B) {
	for _, n := range []int{8, 100, 10_000} {
		m := MultiPolygon{{benchRing(n)}}
		b.Run(map[int]string{8: "building", 100: "grid", 10_000: "county"}[n], func(b *testing.B) {
			for i := range b.N {
				m.Contains(Point{1065000000 + int32(i%1000), 295000000})
			}
		})
	}
}

func BenchmarkCheck100kVertices(b *testing.B) {
	m := MultiPolygon{{benchRing(100_000)}}
	for range b.N {
		if err := Check(m); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLabelPoint(b *testing.B) {
	m := MultiPolygon{{benchRing(1000)}}
	for range b.N {
		m.LabelPoint()
	}
}

func benchIndex(n int) (*Index, func(int) Envelope) {
	at := func(i int) Envelope {
		h := uint64(i) * 0x9e3779b97f4a7c15
		p := Point{1060000000 + int32(h>>32%5_000_000), 290000000 + int32(h%5_000_000)}
		return Envelope{p, Point{p.Lon + 300, p.Lat + 300}}
	}
	x := new(Index)
	x.Load(func(yield func(uint32, Envelope) bool) {
		for i := range n {
			if !yield(uint32(i), at(i)) {
				return
			}
		}
	})
	return x, at
}

func BenchmarkIndexSearch(b *testing.B) {
	x, at := benchIndex(500_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		for range x.Search(at(i % 500_000)) {
		}
	}
}

func BenchmarkIndexNearest10(b *testing.B) {
	x, at := benchIndex(500_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		seen := 0
		for range x.Nearest(at(i % 500_000).Min) {
			if seen++; seen == 10 {
				break
			}
		}
	}
}

func BenchmarkIndexReplaceAndShare(b *testing.B) {
	x, at := benchIndex(500_000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		k := i % 500_000
		x.Replace(uint32(k), at(k), at(k+1))
		x.Share()
		x.Replace(uint32(k), at(k+1), at(k))
	}
}

func BenchmarkProject(b *testing.B) {
	for i := range b.N {
		Project(Point{1065000000, 295000000 + int32(i%1000)})
	}
}
