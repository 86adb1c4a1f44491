package main

import (
	"context"
	"fmt"
	"time"

	"github.com/klauspost/compress/gzip"

	"bytes"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

// benchTile draws uncached tiles of buildings: one of z14 that holds 2,000
// buildings of 9 points and 5 attributes, and one of z16 inside it.
func benchTile(_ context.Context, tell func(figure)) error {
	w := world.New(world.Options{Now: time.Now})
	z14 := tiles.ID{Z: 14, X: 13039, Y: 6783}
	loader := w.Begin()
	for _, b := range rows(z14.Envelope(), 2000) {
		if err := loader.Add(b); err != nil {
			return err
		}
	}
	if err := loader.Publish(world.Position{Epoch: "bench", Pos: 1}); err != nil {
		return err
	}
	s, e, all := w.Snapshot(), tiles.NewEncoder(), world.AllOf(grid.Everywhere())
	z16 := tiles.ID{Z: 16, X: z14.X*4 + 1, Y: z14.Y*4 + 1}
	for _, t := range []struct {
		name string
		id   tiles.ID
	}{{"tile_z14_plain", z14}, {"tile_z16_plain", z16}} {
		size := len(s.DrawTile(e, t.id, &all, "buildings"))
		took := perRun(func() { s.DrawTile(e, t.id, &all, "buildings") })
		tell(figure{t.name, milliseconds(took), "ms CPU", fmt.Sprintf("2,000 buildings of 9 points on the z14 tile, %d B", size)})
	}
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	took := perRun(func() {
		packed.Reset()
		zip.Reset(&packed)
		zip.Write(s.DrawTile(e, z14, &all, "buildings"))
		zip.Close()
	})
	tell(figure{"tile_z14_gzip", milliseconds(took), "ms CPU", fmt.Sprintf("the same, compressed to %d B", packed.Len())})
	return nil
}

// rows fills an envelope with n buildings: octagons with five attributes.
func rows(env geo.Envelope, n int) []*grid.Building {
	side := 1
	for side*side < n {
		side++
	}
	width := (env.Max.Lon - env.Min.Lon) / int32(side)
	height := (env.Max.Lat - env.Min.Lat) / int32(side)
	list := make([]*grid.Building, n)
	for i := range list {
		at := geo.Point{Lon: env.Min.Lon + int32(i%side)*width, Lat: env.Min.Lat + int32(i/side)*height}
		list[i] = &grid.Building{
			Head: grid.Head{ID: int64(i) + 1, Revision: 1}, Name: fmt.Sprintf("%d幢", i%40+1), Use: grid.Uses()[i%5],
			Floors: int32(i%33) + 1, HeightCM: int32(i%33+1) * 300, Footprint: octagon(at, width*3/5, height*3/5),
		}
	}
	return list
}

func octagon(at geo.Point, width, height int32) geo.MultiPolygon {
	corner := func(x, y int32) geo.Point { return geo.Point{Lon: at.Lon + width*x/4, Lat: at.Lat + height*y/4} }
	return geo.MultiPolygon{{{corner(1, 0), corner(3, 0), corner(4, 1), corner(4, 3), corner(3, 4), corner(1, 4), corner(0, 3), corner(0, 1), corner(1, 0)}}}
}
