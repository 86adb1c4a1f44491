package world_test

import (
	"fmt"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

// block is a house of 9 points, 20 m to the side, with its south-west corner at p.
func block(p geo.Point) geo.MultiPolygon {
	var ring geo.Ring
	for _, d := range [][2]int32{{0, 0}, {20, 0}, {20, 8}, {14, 8}, {14, 14}, {6, 14}, {6, 20}, {0, 20}, {0, 0}} {
		ring = append(ring, geo.Point{Lon: p.Lon + d[0]*100, Lat: p.Lat + d[1]*100})
	}
	return geo.MultiPolygon{{ring}}
}

// dense is a World of 2,000 buildings spread over one tile of zoom 14, of one
// grid, with that tile.
func dense(b *testing.B) (*world.Snapshot, tiles.ID) {
	b.Helper()
	id := tiles.Holding(geo.Project(corner), 14)
	nw, se := geo.Unproject(id.Box().Min), geo.Unproject(id.Box().Max)
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	l := w.Begin()
	add := func(e grid.Entity) {
		if err := l.Add(e); err != nil {
			b.Fatal(err)
		}
	}
	add(&grid.Division{Head: grid.Head{ID: 1, Revision: 1}, Code: "500101001001001", Name: "网格", Level: grid.GridLevel,
		Boundary: geo.MultiPolygon{{{{Lon: nw.Lon, Lat: se.Lat}, se, {Lon: se.Lon, Lat: nw.Lat}, nw, {Lon: nw.Lon, Lat: se.Lat}}}}})
	for i := range int32(2000) {
		p := geo.Point{Lon: nw.Lon + (se.Lon-nw.Lon)/50*(i%50), Lat: se.Lat + (nw.Lat-se.Lat)/40*(i/50)}
		add(&grid.Building{Head: grid.Head{ID: int64(i) + 100, Revision: 1}, Name: fmt.Sprintf("锦绣花园%d幢", i), Footprint: block(p),
			HeightCM: 300 * (1 + i%33), Floors: 1 + i%33, Below: i % 3, Use: grid.Uses()[i%10]})
	}
	if err := l.Publish(world.Position{Epoch: "bench", Pos: 1}); err != nil {
		b.Fatal(err)
	}
	return w.Snapshot(), id
}

func BenchmarkUncachedTile(b *testing.B) {
	s, id := dense(b)
	e := tiles.NewEncoder()
	for _, zoom := range []uint8{14, 16} {
		at := id
		for at.Z < zoom {
			at = at.Children()[3]
		}
		b.Run(fmt.Sprintf("plain/z%d", zoom), func(b *testing.B) {
			b.ReportAllocs()
			defer reportCPU(b)()
			size := 0
			for b.Loop() {
				size = len(s.DrawTile(e, at, of(grid.Scope{}), "buildings"))
			}
			b.ReportMetric(float64(size), "bytes")
		})
		b.Run(fmt.Sprintf("gzip/z%d", zoom), func(b *testing.B) {
			var out countingWriter
			w, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
			if err != nil {
				b.Fatal(err)
			}
			defer reportCPU(b)()
			for b.Loop() {
				out = 0
				w.Reset(&out)
				if _, err := w.Write(s.DrawTile(e, at, of(grid.Scope{}), "buildings")); err != nil {
					b.Fatal(err)
				}
				if err := w.Close(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(out), "bytes")
		})
	}
}

// reportCPU measures the time on a processor until the result is called, since
// others may use the machine as well.
func reportCPU(b *testing.B) func() {
	runtime.LockOSThread()
	used := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(1, &u); err != nil { // 1: of this thread
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	before := used()
	return func() {
		b.ReportMetric(float64(used()-before)/float64(b.N), "cpu-ns/op")
		runtime.UnlockOSThread()
	}
}

// countingWriter counts what is written to it.
type countingWriter int

func (c *countingWriter) Write(p []byte) (int, error) {
	*c += countingWriter(len(p))
	return len(p), nil
}
