package feed

import (
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// Effects say where an application changed what is drawn and counted, for the
// old state as well as the new. Too much only costs a look, too little leaves a
// screen stale.
type Effects struct {
	Touches  []Touch
	Counters []Counted // divisions whose counters moved
	// Moved is what screens are told of one by one and changed, of every kind that
	// is Told. One entity may stand there several times: the first
	// says where it was, the last where it is.
	Moved []Moved
}

// A Counted is a division whose counters moved, and for whom; others are shown the same as
// before (RULES C1). One division may be named several times.
type Counted struct {
	Code grid.Code
	// Open tells that some moved that whoever counts there is shown; Care, that none did but of
	// who is cared for, or of devices in homes, which is for who has that duty there. Else it is
	// for who knows its homes.
	Open, Care bool
	// Privacy is not events.Ordinary if they are numbers of such events in the area In of the
	// division: they moved for who may know of those.
	Privacy events.Privacy
	In      grid.Code
}

// movedFor reports whether they moved for a viewer who counts there.
func (c Counted) movedFor(viewer Viewer) bool {
	switch {
	case c.Privacy != events.Ordinary:
		return viewer.SeesEvents(c.Privacy, c.In)
	case c.Open:
		return true
	case c.Care:
		return viewer.Sees(grid.Devices, c.Code)
	}
	return viewer.Sees(grid.Dwellings, c.Code)
}

// A Touch is a place where a tile layer may look different.
type Touch struct {
	Layer    string
	Envelope geo.Envelope
	Zooms    uint32 // of the tiles: bit z for zoom z; 0 for all
}

// shows reports whether tiles of a zoom are touched.
func (t Touch) shows(zoom uint8) bool { return t.Zooms == 0 || t.Zooms>>zoom&1 != 0 }

// A Moved is one entity, where it was before an application and is after it. Who
// answers for it follows from the divisions of that moment, never from what was
// stored with it.
type Moved struct {
	Kind          grid.Kind
	ID            int64
	Revision      int64 // held before; 0 if none was
	Before, After Sight
}

// changedHands reports whether others answer for it now, or it came into the part that is
// held here, or left it.
func (m Moved) changedHands() bool {
	return m.Before.There != m.After.There || m.After.There && m.Before.Area != m.After.Area
}

// mostTouches is how many touches are told one by one.
const mostTouches = 4096

// Touch notes a place. When a bulk load makes very many, one around all of a layer
// takes their place: that suspects too many tiles, and their bytes will acquit them.
func (e *Effects) Touch(t Touch) {
	if len(e.Touches) >= mostTouches {
		e.Touches = around(e.Touches)
	}
	e.Touches = append(e.Touches, t)
}

// around returns one touch for each layer, around all of it, at every zoom.
func around(touches []Touch) []Touch {
	var out []Touch
	place := make(map[string]int)
	for _, t := range touches {
		if i, known := place[t.Layer]; known {
			out[i].Envelope = out[i].Envelope.Union(t.Envelope)
			continue
		}
		place[t.Layer], t.Zooms = len(out), 0
		out = append(out, t)
	}
	return out
}
