package main

import (
	"context"
	"fmt"
	"time"

	"quanxi/access/role"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

// benchScope draws one uncached tile of homes for somebody who sees the whole city and for
// somebody who answers for many areas apart, which hold all of the same homes; and asks
// what a decision costs.
func benchScope(_ context.Context, tell func(figure)) error {
	id := tiles.ID{Z: 17, X: 13039 * 8, Y: 6783 * 8}
	s, areas, err := homesOn(id)
	if err != nil {
		return err
	}
	var ranges []grid.CodeRange
	for _, area := range areas {
		ranges = append(ranges, grid.Under(area))
	}
	e, all, own := tiles.NewEncoder(), world.AllOf(grid.Everywhere()), world.AllOf(grid.NewScope(ranges...))
	whole, part := len(s.DrawTile(e, id, &all, "dwellings")), len(s.DrawTile(e, id, &own, "dwellings"))
	if whole != part || whole == 0 {
		return fmt.Errorf("the two tiles have %d and %d bytes", whole, part)
	}
	on := fmt.Sprintf("1,600 homes of 64 houses in 16 grids, %d B", whole)
	open := perRun(func() { s.DrawTile(e, id, &all, "dwellings") })
	scoped := perRun(func() { s.DrawTile(e, id, &own, "dwellings") })
	tell(figure{"tile_homes_unscoped", milliseconds(open), "ms CPU", on})
	tell(figure{"tile_homes_scoped", milliseconds(scoped), "ms CPU", fmt.Sprintf("the same for a scope of %d ranges", len(own[world.OfHomes].Ranges()))})
	tell(figure{"tile_homes_scoped_share", float64(open) / float64(scoped) * 100, "%", "of the speed without scopes, in one run"})
	return benchDecision(areas, tell)
}

// benchDecision asks what somebody of three posts may do, and a program by a token of his that
// gives less.
func benchDecision(areas []grid.Code, tell func(figure)) error {
	g := role.NewGrant([]role.Post{{Role: "grid-worker", Area: areas[0]}, {Role: "steward", Area: areas[2]}, {Role: "planner", Area: areas[4]}},
		role.Shipped(), func(c grid.Code) grid.Scope { return grid.NewScope(grid.Under(c)) })
	narrow := g.Within(role.Limit{Rights: role.SetOf(role.SeePeople, role.SeeHomes), Scope: grid.NewScope(grid.Under(areas[0]), grid.Under(areas[4]))})
	for _, of := range []struct {
		name, what string
		grant      role.Grant
	}{{"decision", "somebody of three posts", g}, {"decision_narrow", "a token of his for some rights in two areas", narrow}} {
		const asked = 1000
		took := perRun(func() {
			for i := range asked {
				of.grant.May(role.SeePeople, areas[i%len(areas)])
			}
		})
		tell(figure{of.name, float64(took) / float64(time.Nanosecond) / asked, "ns CPU", "whether " + of.what + " sees people in an area"})
	}
	return nil
}

// homesOn fills a tile with sixteen grids, every second one of another community, and homes.
func homesOn(id tiles.ID) (*world.Snapshot, []grid.Code, error) {
	w := world.New(world.Options{Now: time.Now})
	loader := w.Begin()
	env, next := id.Envelope(), int64(0)
	width, height := (env.Max.Lon-env.Min.Lon)/4, (env.Max.Lat-env.Min.Lat)/4
	var areas []grid.Code
	var all []grid.Entity
	add := func(e grid.Entity) int64 {
		next++
		e.Entity().ID, e.Entity().Revision = next, 1
		all = append(all, e)
		return next
	}
	for i := range int32(16) {
		sw := geo.Point{Lon: env.Min.Lon + i%4*width, Lat: env.Min.Lat + i/4*height}
		box := geo.Envelope{Min: sw, Max: geo.Point{Lon: sw.Lon + width, Lat: sw.Lat + height}}
		code := grid.Code(fmt.Sprintf("5001060010%02d001", 2*i+1))
		areas = append(areas, code)
		add(&grid.Division{Code: code, Level: grid.GridLevel, Boundary: geo.MultiPolygon{{box.Ring()}}})
		for n := range int32(4) {
			at := geo.Point{Lon: sw.Lon + width/8 + n%2*width/2, Lat: sw.Lat + height/8 + n/2*height/2}
			house := add(&grid.Building{Floors: 25, HeightCM: 7500, Footprint: octagon(at, width/4, height/4)})
			for room := range int32(25) {
				add(&grid.Dwelling{Building: house, Unit: 1, Floor: room + 1, Room: fmt.Sprintf("%d-1", room+1), State: grid.OwnerOccupied})
			}
		}
	}
	for _, e := range all {
		if err := loader.Add(e); err != nil {
			return nil, nil, err
		}
	}
	err := loader.Publish(world.Position{Epoch: "bench", Pos: 1})
	return w.Snapshot(), areas, err
}
