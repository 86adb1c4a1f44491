package server

import (
	"cmp"
	"math"
	"slices"

	"quanxi/access"
	"quanxi/geo"
)

func briefOf(chain access.Divisions) []divisionBrief {
	var brief []divisionBrief
	for _, d := range chain {
		brief = append(brief, divisionBrief{
			ID: d.ID(), Code: string(d.Code()), Name: d.Name(), Level: int32(d.Level()), Kind: d.Kind(),
		})
	}
	return brief
}

// identifyBodyOf writes what a tap found. Homes are told only if the viewer
// answers for the building.
func identifyBodyOf(found access.Identified) identifyBody {
	body := identifyBody{Partial: found.Partial, Chain: []divisionBrief{}, Workers: []workerBody{}, Near: []nearBody{}}
	body.Lon, body.Lat = found.Place.Degrees()
	body.Chain = append(body.Chain, briefOf(found.Chain)...)
	for _, w := range found.Workers {
		body.Workers = append(body.Workers, workerBody{
			ID: w.ID(), Name: w.Name(), Role: w.Role(), Area: string(w.Area()), Phone: found.Phones[w.ID()],
		})
	}
	for _, n := range found.Near {
		one := nearBody{
			Kind: string(n.Kind), ID: n.ID, Name: n.Name, Category: n.Category, State: n.State,
			Distance: round(n.DistanceM, 10), Bearing: round(n.BearingDegrees, 1),
		}
		one.Lon, one.Lat = n.Place.Degrees()
		body.Near = append(body.Near, one)
	}
	if found.Found {
		body.Building = buildingBodyOf(found)
	}
	return body
}

func buildingBodyOf(found access.Identified) *buildingBody {
	b := found.Building
	body := &buildingBody{
		ID: b.ID(), Name: b.Name(), Address: b.Address(), Quarter: b.Quarter(), Use: string(b.Use()),
		Area: string(b.Area()), Height: float64(b.HeightCM()) / 100, Floors: b.Floors(), FloorsBelow: b.Below(),
		Units: b.Units(), Year: b.Year(), Entrances: []doorBody{}, FloorsList: []floorBody{},
	}
	for _, e := range b.Entrances() {
		lon, lat := e.Place.Degrees()
		body.Entrances = append(body.Entrances, doorBody{lon, lat, e.Level, e.Unit})
	}
	if !found.Homes {
		return body
	}
	homes := b.Homes()
	body.Dwellings, body.People = new(int(homes.Dwellings)), new(int(homes.Living))
	body.FloorsList = floorsOf(found)
	return body
}

// floorsOf lists the homes of a building floor by floor, the top floor first, as
// one looks at a house: also floors without any, which somebody climbs past.
func floorsOf(found access.Identified) []floorBody {
	floors := make(map[int32][]homeBody)
	for floor := -found.Building.Below(); floor <= found.Building.Floors(); floor++ {
		if floor != 0 {
			floors[floor] = []homeBody{}
		}
	}
	for _, d := range found.Dwellings() {
		home := homeBody{ID: d.ID(), Unit: d.Unit(), Room: d.Room(), State: string(d.State()), People: int(d.Homes().Living)}
		floors[d.Floor()] = append(floors[d.Floor()], home)
	}
	list := []floorBody{}
	for floor, homes := range floors {
		slices.SortFunc(homes, func(a, b homeBody) int {
			return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(len(a.Room), len(b.Room)), cmp.Compare(a.Room, b.Room), cmp.Compare(a.ID, b.ID))
		})
		list = append(list, floorBody{floor, homes})
	}
	slices.SortFunc(list, func(a, b floorBody) int { return cmp.Compare(b.Floor, a.Floor) })
	return list
}

func hitBodyOf(hit access.Hit) hitBody {
	body := hitBody{Kind: string(hit.Kind), ID: hit.ID, Code: string(hit.Code), Name: hit.Name, Detail: hit.Detail, OnMap: hit.There}
	if hit.There {
		body.Lon, body.Lat = hit.Place.Degrees()
		body.Zoom, body.Envelope = zoomOf(hit.Envelope), degreesOf(hit.Envelope)
	}
	return body
}

// degreesOf returns west, south, east, north.
func degreesOf(e geo.Envelope) [4]float64 {
	west, south := e.Min.Degrees()
	east, north := e.Max.Degrees()
	return [4]float64{west, south, east, north}
}

// zoomOf returns a zoom at which an envelope fills a screen about 1,000 pixels
// wide, never so deep that a single thing fills it.
func zoomOf(e geo.Envelope) float64 {
	const deepest, screen = 18, 1000.0 / 512
	w, h := e.Max.Lon-e.Min.Lon, e.Max.Lat-e.Min.Lat
	degrees := float64(max(w, h)) / geo.PerDegree
	if degrees == 0 {
		return deepest
	}
	return round(min(deepest, max(0, math.Log2(360*screen/degrees)-0.5)), 10)
}

// round keeps what can be told apart: parts of a whole.
func round(x, parts float64) float64 { return math.Round(x*parts) / parts }
