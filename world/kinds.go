package world

import (
	"quanxi/events"
	"quanxi/grid"
)

// A sort is a kind as a small number, to index arrays with.
type sort uint8

const (
	divisions sort = iota
	landuse
	water
	greens
	roads
	buildings
	dwellings
	households
	people
	organisations
	components
	devices
	cameras
	service
	workers
	happenings // events
	sorts      // how many there are
)

func kindOf(s sort) grid.Kind {
	if s == happenings {
		return events.Events
	}
	return grid.Kinds()[s]
}

// sortOf returns the number of a kind, and false if the World does not hold it.
func sortOf(kind grid.Kind) (sort, bool) {
	switch kind {
	case grid.Divisions:
		return divisions, true
	case grid.LandUses:
		return landuse, true
	case grid.Waters:
		return water, true
	case grid.Greens:
		return greens, true
	case grid.Roads:
		return roads, true
	case grid.Buildings:
		return buildings, true
	case grid.Dwellings:
		return dwellings, true
	case grid.Households:
		return households, true
	case grid.People:
		return people, true
	case grid.Organisations:
		return organisations, true
	case grid.Components:
		return components, true
	case grid.Devices:
		return devices, true
	case grid.Cameras:
		return cameras, true
	case grid.ServicePoints:
		return service, true
	case grid.Workers:
		return workers, true
	case events.Events:
		return happenings, true
	}
	return 0, false
}
