package tiles_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"quanxi/geo"
	"quanxi/tiles"
)

// anyEnvelope returns boxes in a city, from a point to all of it.
func anyEnvelope() *rapid.Generator[geo.Envelope] {
	return rapid.Custom(func(t *rapid.T) geo.Envelope {
		p := geo.Point{
			Lon: rapid.Int32Range(1_050_000_000, 1_080_000_000).Draw(t, "lon"),
			Lat: rapid.Int32Range(280_000_000, 310_000_000).Draw(t, "lat"),
		}
		size := rapid.SampledFrom([]int32{0, 10, 1_000, 100_000, 5_000_000})
		return geo.Envelope{Min: p, Max: geo.Point{Lon: p.Lon + size.Draw(t, "w"), Lat: p.Lat + size.Draw(t, "h")}}
	})
}

// A tile that draws something changed must not seem older than the change, and
// what is far from every change must not seem new.
func TestVersionsCoverEveryChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var v tiles.Versions
		changes := rapid.SliceOfN(anyEnvelope(), 1, 12).Draw(t, "changes")
		for i, env := range changes {
			edit := v.Edit(uint64(i + 1))
			edit.Mark(env)
			v = edit.Done()
		}
		near := anyEnvelope().Draw(t, "tile")
		id := tiles.Holding(geo.Project(near.Min), rapid.Uint8Range(0, 20).Draw(t, "zoom"))
		var least uint64
		for i, env := range changes {
			if tiles.BoxOf(env).Meets(id.Drawn()) {
				least = uint64(i + 1)
			}
		}
		if got := v.Version(id); got < least {
			t.Fatalf("%v has version %d, but %d is drawn there", id, got, least)
		}
	})
}

func TestVersions(t *testing.T) {
	home := geo.At(106.5, 29.5)
	point := geo.Envelope{Min: home, Max: home}
	at := func(lon, lat float64, zoom uint8) tiles.ID { return tiles.Holding(geo.Project(geo.At(lon, lat)), zoom) }
	edit := tiles.Versions{}.Edit(7)
	edit.Mark(point)
	v := edit.Done()
	for _, tt := range []struct {
		name string
		id   tiles.ID
		want uint64
	}{
		{"the world", tiles.ID{}, 7},
		{"the city", at(106.5, 29.5, 8), 7},
		{"the street", at(106.5, 29.5, 17), 7},
		{"deeper than marks go", at(106.5, 29.5, 22), 7},
		{"the next town", at(106.7, 29.5, 12), 0},
		{"a street away", at(106.51, 29.5, 17), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := v.Version(tt.id); got != tt.want {
				t.Errorf("version %d, want %d", got, tt.want)
			}
		})
	}
}

func TestAChangeInTheBufferShows(t *testing.T) {
	id := tiles.ID{Z: 14, X: 13039, Y: 6778}
	p := geo.Unproject(unit(id, tiles.Extent+30, 2000))
	edit := tiles.Versions{}.Edit(1)
	edit.Mark(geo.Envelope{Min: p, Max: p})
	if edit.Done().Version(id) != 1 {
		t.Error("a change 30 units beyond the edge is drawn, but not told")
	}
}

func TestVersionsHeldByReadersStayAsTheyAre(t *testing.T) {
	p := geo.At(106.5, 29.5)
	id := tiles.Holding(geo.Project(p), 16)
	var held []tiles.Versions
	var v tiles.Versions
	for n := range uint64(20) {
		held = append(held, v)
		edit := v.Edit(n + 1)
		edit.Mark(geo.Envelope{Min: p, Max: p})
		v = edit.Done()
	}
	for n, v := range held {
		if got := v.Version(id); got != uint64(n) {
			t.Errorf("version %d became %d", n, got)
		}
	}
}

func TestVersionsStaySmall(t *testing.T) {
	var v tiles.Versions
	for n := range uint64(40) {
		edit := v.Edit(n + 1)
		for i := range int32(5_000) {
			p := geo.Point{Lon: 1_050_000_000 + int32(n)*100_000 + i*7_919, Lat: 290_000_000 + i%97*51_000}
			edit.Mark(geo.Envelope{Min: p, Max: p})
		}
		v = edit.Done()
	}
	if got := v.Cells(); got > 1<<18 {
		t.Errorf("%d cells", got)
	}
	last := geo.Point{Lon: 1_050_000_000 + 39*100_000, Lat: 290_000_000}
	if got := v.Version(tiles.Holding(geo.Project(last), 20)); got != 40 {
		t.Errorf("the last change has version %d after merging", got)
	}
}

func TestAVersionThatDoesNotGrowPanics(t *testing.T) {
	edit := tiles.Versions{}.Edit(3)
	edit.MarkAll()
	v := edit.Done()
	defer func() {
		if recover() == nil {
			t.Error("version 3 was given twice")
		}
	}()
	v.Edit(3)
}

func BenchmarkMark(b *testing.B) {
	var v tiles.Versions
	for n := uint64(1); b.Loop(); n++ {
		p := geo.Point{Lon: 1_060_000_000 + int32(n*7919%1_000_000), Lat: 290_000_000 + int32(n*104729%1_000_000)}
		edit := v.Edit(n)
		edit.Mark(geo.Envelope{Min: p, Max: p})
		v = edit.Done()
	}
}

func ExampleVersions() {
	var v tiles.Versions
	edit := v.Edit(1)
	edit.Mark(geo.Envelope{Min: geo.At(106.5, 29.5), Max: geo.At(106.5, 29.5)})
	v = edit.Done()
	fmt.Println(v.Version(tiles.ID{}), v.Version(tiles.ID{Z: 1, X: 0, Y: 1}))
	// Output: 1 0
}
