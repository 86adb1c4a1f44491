package world_test

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// A model is the plainest World: a map of entities, and every question answered
// by looking at all of them.
type model map[grid.Ref]grid.Entity

// areas returns the divisions in force by code: of several, that with the lowest id.
func (m model) areas(today grid.Date) map[grid.Code]*grid.Division {
	out := make(map[grid.Code]*grid.Division)
	for _, e := range m {
		d, ok := e.(*grid.Division)
		if ok && d.From <= today && (d.To == 0 || today < d.To) && (out[d.Code] == nil || d.ID < out[d.Code].ID) {
			out[d.Code] = d
		}
	}
	return out
}

// areaAt returns the finest division that holds p.
func areaAt(areas map[grid.Code]*grid.Division, p geo.Point) grid.Code {
	codes := slices.SortedFunc(maps.Keys(areas), func(a, b grid.Code) int {
		return cmp.Or(-cmp.Compare(a.Level(), b.Level()), cmp.Compare(a, b))
	})
	for _, c := range codes {
		if areas[c].Boundary.Contains(p) {
			return c
		}
	}
	return ""
}

func (m model) building(id int64) *grid.Building {
	b, _ := m[grid.Ref{Kind: grid.Buildings, ID: id}].(*grid.Building)
	return b
}

func (m model) buildingOf(dwelling int64) *grid.Building {
	d, ok := m[grid.Ref{Kind: grid.Dwellings, ID: dwelling}].(*grid.Dwelling)
	if !ok {
		return nil
	}
	return m.building(d.Building)
}

// areaOf returns the area in which an entity is counted, and false if it is
// counted nowhere.
func (m model) areaOf(areas map[grid.Code]*grid.Division, e grid.Entity) (grid.Code, bool) {
	in := func(b *grid.Building) (grid.Code, bool) {
		if b == nil {
			return "", false
		}
		return areaAt(areas, b.Place()), true
	}
	switch e := e.(type) {
	case *grid.Building:
		return in(e)
	case *grid.Dwelling:
		return in(m.building(e.Building))
	case *grid.Household:
		return in(m.buildingOf(e.Dwelling))
	case *grid.Person:
		if e.Dwelling != 0 {
			return in(m.buildingOf(e.Dwelling))
		}
		return areaAt(areas, e.Place), true
	case *grid.Worker:
		return e.Area, true
	case *grid.Division:
		return e.Code, areas[e.Code] == e
	}
	if p, ok := e.Geometry().(geo.Point); ok {
		return areaAt(areas, p), true
	}
	return "", false
}

// counters counts everything anew, for every code that anything speaks of; of private events
// those in areas that a scope holds.
func (m model) counters(now time.Time, duty grid.Scope) map[grid.Code]world.Counters {
	today := grid.DateOf(now)
	areas := m.areas(today)
	out := make(map[grid.Code]world.Counters)
	for _, e := range m {
		area, ok := m.areaOf(areas, e)
		if event, is := e.(*events.Event); is && event.Privacy() != events.Ordinary {
			ok = ok && duty.Holds(area)
		}
		for ok && area != "" {
			c := out[area]
			one(&c, e, now)
			out[area] = c
			d := areas[area]
			if d == nil || d.Parent.Level() >= d.Level {
				break
			}
			area = d.Parent
		}
	}
	return out
}

// one counts one entity.
func one(c *world.Counters, e grid.Entity, now time.Time) {
	switch e := e.(type) {
	case *grid.Division:
		c.Divisions++
		switch e.Code.Level() {
		case grid.CommunityLevel:
			c.Communities++
		case grid.GridLevel:
			c.Grids++
		}
	case *grid.Building:
		c.Buildings++
	case *grid.Dwelling:
		c.Dwellings++
		switch e.State {
		case grid.Vacant:
			c.Vacant++
		case grid.Rented:
			c.Rented++
		}
	case *grid.Household:
		c.Households++
	case *grid.Person:
		c.People++
		if e.Residence == grid.RegisteredOnly {
			return
		}
		c.Living++
		if e.Born.Years(grid.DateOf(now)) >= 60 {
			c.Aged60++
		}
		if len(e.Care) > 0 {
			c.Care++
		}
	case *grid.Worker:
		c.Workers++
	case *grid.Organisation:
		c.Organisations++
	case *grid.Component:
		c.Components++
	case *grid.Device:
		c.Devices++
	case *grid.Camera:
		c.Cameras++
	case *grid.ServicePoint:
		c.Service++
	case *events.Event:
		oneEvent(c, e, now)
	}
}

func oneEvent(c *world.Counters, e *events.Event, now time.Time) {
	if e.State == events.Closed {
		c.Closed++
		return
	}
	c.Open++
	if e.Urgency == events.Urgent {
		c.Urgent++
	}
	if !e.DueAt.IsZero() && !e.DueAt.After(now) {
		c.Overdue++
	}
}
