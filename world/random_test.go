package world_test

import (
	"time"

	"pgregory.net/rapid"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// monday is the day of these tests, noon.
var monday = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// ground is the square on which random things stand, 64 units to the side, each
// far larger than the lattice.
const ground, unit = 64, 1000

var corner = geo.At(106.5, 29.5)

func at(x, y int) geo.Point {
	return geo.Point{Lon: corner.Lon + int32(x*unit), Lat: corner.Lat + int32(y*unit)}
}

func box(x, y, w, h int) geo.MultiPolygon {
	return geo.MultiPolygon{{{at(x, y), at(x+w, y), at(x+w, y+h), at(x, y+h), at(x, y)}}}
}

func drawPoint(t *rapid.T) geo.Point {
	return at(rapid.IntRange(0, ground).Draw(t, "x"), rapid.IntRange(0, ground).Draw(t, "y"))
}

func drawBox(t *rapid.T) geo.MultiPolygon {
	x, y := rapid.IntRange(0, ground-2).Draw(t, "x"), rapid.IntRange(0, ground-2).Draw(t, "y")
	return box(x, y, rapid.IntRange(1, ground-x).Draw(t, "w"), rapid.IntRange(1, ground-y).Draw(t, "h"))
}

var codes = []grid.Code{"5000", "500101", "500102", "500101001", "500101002", "500102001",
	"500101001001", "500101002001", "500101001001001", "500101001001002", "50010100100100101"}

var names = []string{"锦绣花园3幢", "锦绣路12号", "重庆路", "长风社区", "Tower A", "3幢", ""}

// drawEntity draws an entity of a kind. Its references go to few ids, most of
// which may or may not be there.
func drawEntity(t *rapid.T, kind grid.Kind) grid.Entity {
	name := rapid.SampledFrom(names).Draw(t, "name")
	ref := func(what string) int64 { return rapid.Int64Range(1, 4).Draw(t, what) }
	switch kind {
	case grid.Divisions:
		code := rapid.SampledFrom(codes).Draw(t, "code")
		d := &grid.Division{Code: code, Level: code.Level(), Name: name, Parent: rapid.SampledFrom(append(codes, "")).Draw(t, "parent")}
		if rapid.Bool().Draw(t, "on the map") {
			d.Boundary = drawBox(t)
		}
		if rapid.IntRange(0, 4).Draw(t, "retired") == 0 {
			d.To = 20260303 // tomorrow
		}
		return d
	case grid.Buildings:
		return &grid.Building{Name: name, Address: rapid.SampledFrom(names).Draw(t, "address"), Footprint: drawBox(t),
			Floors: 6, Steward: rapid.Int64Range(0, 3).Draw(t, "steward")}
	case grid.Dwellings:
		return &grid.Dwelling{Building: ref("building"), Floor: 1, State: rapid.SampledFrom(grid.DwellingStates()).Draw(t, "state")}
	case grid.Households:
		return &grid.Household{Dwelling: ref("dwelling")}
	case grid.People:
		p := &grid.Person{Residence: rapid.SampledFrom(grid.Residences()).Draw(t, "residence"),
			Born: rapid.SampledFrom([]grid.Date{0, 19400101, 19660302, 19660303, 20000101}).Draw(t, "born")}
		if rapid.Bool().Draw(t, "cared for") {
			p.Care = []string{"living-alone"}
		}
		if rapid.IntRange(0, 3).Draw(t, "roams") == 0 {
			p.Place = drawPoint(t)
		} else {
			p.Dwelling = ref("dwelling")
		}
		return p
	case grid.Workers:
		return &grid.Worker{Name: "秦" + name, Role: "grid-worker", Area: rapid.SampledFrom(codes).Draw(t, "area")}
	}
	return drawThing(t, kind, name)
}

func drawThing(t *rapid.T, kind grid.Kind, name string) grid.Entity {
	place := drawPoint(t)
	switch kind {
	case grid.Organisations:
		return &grid.Organisation{Name: name, Place: place}
	case grid.Components:
		return &grid.Component{Category: "lamp", State: "intact", Place: place}
	case grid.Devices:
		return &grid.Device{Name: name, State: "online", Place: place, Dwelling: rapid.Int64Range(0, 3).Draw(t, "dwelling")}
	case grid.Cameras:
		return &grid.Camera{Name: name, State: "online", Place: place}
	case grid.ServicePoints:
		return &grid.ServicePoint{Name: name, Category: "clinic", Place: place}
	case events.Events:
		return &events.Event{Category: rapid.SampledFrom([]string{"water", "care"}).Draw(t, "category"), Title: name, Place: place, OccurredAt: monday,
			State: rapid.SampledFrom(events.States()).Draw(t, "state"), Urgency: rapid.SampledFrom([]events.Urgency{events.Routine, events.Urgent}).Draw(t, "urgency"),
			DueAt: monday.Add(time.Duration(rapid.IntRange(-2, 30).Draw(t, "due")) * time.Hour)}
	case grid.Roads:
		return &grid.Road{Name: name, Class: rapid.SampledFrom([]string{"main", "county", "lane"}).Draw(t, "class"), Line: geo.MultiLine{{place, at(70, 70)}}}
	case grid.Waters:
		return &grid.Water{Name: name, Class: "pond", Body: drawBox(t)}
	case grid.Greens:
		return &grid.Green{Name: name, Class: "park", Area: drawBox(t)}
	}
	return &grid.LandUse{Name: name, Class: "paddy", Body: drawBox(t)}
}
