package world

import (
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
)

// Properties of events; those from eventCode on are of counts.
const (
	eventCategory tiles.Property = iota
	eventMark
	eventState
	eventUrgency
	eventDue
	eventArea
	eventCode
	eventCount
	eventRed
	eventAmber
	eventBlue
	eventGreen
)

// singleEvents is the lowest zoom at which each open event is drawn by itself.
const singleEvents = 12

func (d *drawing) eventsOrCounts() {
	d.e.Begin("events", "category", "mark", "state", "urgency", "due", "area", "code", "count", "red", "amber", "blue", "green")
	if d.id.Z >= singleEvents {
		d.openEvents()
	} else {
		d.eventCounts()
	}
	d.e.End()
}

// openEvents draws each event that is not closed. A red one stays in the tile
// whatever else has to be left out.
func (d *drawing) openEvents() {
	categories := events.Categories()
	for n := range d.each(events.Events) {
		ev := d.EventAt(n.slot)
		if !ev.Open() || !d.seesEvent(ev) {
			continue
		}
		d.e.Feature(uint64(n.id))
		if toneOf(ev) == red {
			d.e.Keep()
		}
		d.e.Point(ev.Pixel())
		d.e.Str(eventCategory, categories[ev.row.category].Code)
		d.e.Str(eventMark, categories[ev.row.category].Mark)
		d.e.Str(eventState, string(ev.State()))
		d.e.Str(eventUrgency, string(ev.Urgency()))
		if ev.row.due != 0 {
			d.e.Int(eventDue, ev.row.due)
		}
		d.text(eventArea, string(ev.Area()))
	}
}

// A tone says how pressing an open event is; the same rule colours grids, lists
// and marks.
type tone int

const (
	red   tone = iota // urgent or overdue
	amber             // most of its time is gone
	blue              // nobody has taken it up yet
	green             // in hand
	tones
)

// toneOf returns the tone of an open event.
func toneOf(ev Event) tone {
	switch {
	case ev.row.urgent || ev.Overdue():
		return red
	case ev.row.late == pressing:
		return amber
	case ev.State() == events.Reported || ev.State() == events.Dispatched:
		return blue
	}
	return green
}

// eventCounts draws one mark for each area that has open events.
func (d *drawing) eventCounts() {
	level := d.countedLevel(d.id.Z)
	for _, n := range d.divisionsHere() {
		div := d.DivisionAt(n.slot)
		label := geo.Project(div.Label())
		if div.Level() != level || !d.counts(div) || tiles.Holding(label, d.id.Z) != d.id {
			continue
		}
		counts, total := d.countEvents(div)
		if total == 0 {
			continue
		}
		d.e.Feature(uint64(n.id))
		if counts[red] > 0 {
			d.e.Keep()
		}
		d.e.Point(label)
		d.e.Str(eventCode, string(div.Code()))
		d.e.Int(eventCount, total)
		for t, property := range [tones]tiles.Property{eventRed, eventAmber, eventBlue, eventGreen} {
			d.e.Int(property, counts[t])
		}
	}
}

// seesEvent reports whether the tile may show an event.
func (d *drawing) seesEvent(ev Event) bool {
	return d.holds(eventSubjects[ev.row.privacy], ev.row.area)
}

// countEvents counts the open events of a division that the tile may show.
func (d *drawing) countEvents(div Division) (counts [tones]int64, total int64) {
	if all := d.counters.at(div.Slot).all(); all.Open == 0 {
		return counts, 0
	}
	env, _ := div.Envelope()
	for slot := range d.Slots(events.Events, env) {
		ev := d.EventAt(slot)
		if ev.Open() && d.seesEvent(ev) && d.lies(ev.row.area, div.Slot, div.Level()) {
			counts[toneOf(ev)]++
			total++
		}
	}
	return counts, total
}

// lies reports whether an area is, or is managed by, another of a given level.
func (s *state) lies(area, in uint32, level grid.Level) bool {
	for area != none && area != in && s.areas.rows.at(area).level > level {
		area = s.areas.rows.at(area).parent
	}
	return area == in
}
