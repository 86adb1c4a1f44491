package arcs_test

import (
	"math/rand/v2"
	"testing"

	"quanxi/geo"
	"quanxi/geo/arcs"
)

// randomPatchwork is a patchwork from a seed, with n bends to an edge, and
// blocks of cells as faces of a level above.
func randomPatchwork(side, block int, n int32) []arcs.Face {
	chance := rand.New(rand.NewPCG(1, 2))
	wobble := func(reach int32) int32 { return chance.Int32N(2*reach+1) - reach }
	w := &patchwork{side: side, corner: make(map[[2]int]geo.Point), bends: make(map[[3]int]geo.Line)}
	for i := range side + 1 {
		for j := range side + 1 {
			w.corner[[2]int{i, j}] = at(1_065_000_000+int32(i)*cell+wobble(cell/16), 295_000_000+int32(j)*cell+wobble(cell/16))
		}
	}
	for i := range side + 1 {
		for j := range side + 1 {
			for way := range 2 {
				a, b := w.corner[[2]int{i, j}], w.corner[[2]int{i + 1 - way, j + way}]
				var line geo.Line
				for k := int32(1); k <= n && b != (geo.Point{}); k++ {
					p := at(a.Lon+(b.Lon-a.Lon)/(n+1)*k, a.Lat+(b.Lat-a.Lat)/(n+1)*k)
					p.Lon += int32(way) * wobble(cell/40)
					p.Lat += int32(1-way) * wobble(cell/40)
					line = append(line, p)
				}
				w.bends[[3]int{i, j, way}] = line
			}
		}
	}
	faces := w.faces()
	for i := 0; i < side; i += block {
		for j := 0; j < side; j += block {
			faces = append(faces, arcs.Face{ID: uint32(1_000_000 + len(faces)), Boundary: geo.MultiPolygon{w.around(i, j, i+block, j+block)}})
		}
	}
	faces[0].ID = 10_000_000 // out of the way of the cells
	return faces
}

// BenchmarkBuild builds ten towns: 600 grids of 50 corners and 54 communities.
func BenchmarkBuild(b *testing.B) {
	faces := randomPatchwork(24, 4, 12)
	b.ReportAllocs()
	for range b.N {
		if _, err := arcs.Build(faces); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(faces)), "faces")
}

// BenchmarkWith redraws one grid of the ten towns.
func BenchmarkWith(b *testing.B) {
	faces := randomPatchwork(24, 4, 12)
	n, err := arcs.Build(faces)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if n, err = n.With(faces[1+i%500]); err != nil {
			b.Fatal(err)
		}
	}
}
