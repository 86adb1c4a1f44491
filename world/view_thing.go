package world

import (
	"time"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// A Feature is a road, a water, a green or a parcel of a Snapshot.
type Feature struct {
	s    *state
	row  *featureRow
	kind sort
	Slot uint32
}

// FeatureAt returns the feature of the base map in a slot that this Snapshot gave
// for a kind. It panics for other kinds.
func (s *Snapshot) FeatureAt(kind grid.Kind, slot uint32) Feature {
	k, _ := sortOf(kind)
	return Feature{&s.state, s.features[k-landuse].rows.at(slot), k, slot}
}

// ID returns the id.
func (f Feature) ID() int64 { return f.s.shelfOf(f.kind).id(f.Slot) }

// Name returns the name, empty if it has none.
func (f Feature) Name() string { return f.s.texts.get(f.row.name) }

// Class returns the class, of those of its kind.
func (f Feature) Class() string { return f.s.texts.get(f.row.class) }

// WidthCM returns the width of a road in centimetres.
func (f Feature) WidthCM() int32 { return f.row.width }

// Bridge reports whether a road is on a bridge.
func (f Feature) Bridge() bool { return f.row.flags&isBridge != 0 }

// IsLine reports whether the geometry is lines, not polygons.
func (f Feature) IsLine() bool { return f.row.flags&isLine != 0 }

// rings reads the rings or lines into to, and returns that.
func (f Feature) rings(to *rings) *rings { return f.s.ringsOf(f.row.shape, to) }

// Geometry returns the geometry on the lattice. The caller owns it.
func (f Feature) Geometry() geo.Geometry {
	if f.IsLine() {
		return f.s.lines(f.row.shape)
	}
	return f.s.polygons(f.row.shape)
}

// A Thing stands at a point: an organisation, a component, a device, a camera or
// a service point of a Snapshot.
type Thing struct {
	s    *state
	row  *thingRow
	kind sort
	Slot uint32
}

// ThingAt returns the thing in a slot that this Snapshot gave for a kind. It
// panics for kinds that are no things.
func (s *Snapshot) ThingAt(kind grid.Kind, slot uint32) Thing {
	k, _ := sortOf(kind)
	return Thing{&s.state, s.things[k-organisations].rows.at(slot), k, slot}
}

// ID returns the id.
func (t Thing) ID() int64 { return t.s.shelfOf(t.kind).id(t.Slot) }

// Kind returns the kind.
func (t Thing) Kind() grid.Kind { return kindOf(t.kind) }

// Name returns the name; of a component its code.
func (t Thing) Name() string { return t.s.texts.get(t.row.name) }

// Category returns the category, empty for a camera.
func (t Thing) Category() string { return t.s.texts.get(t.row.category) }

// Pixel returns the place, projected.
func (t Thing) Pixel() geo.Pixel { return t.row.place }

// Place returns the place.
func (t Thing) Place() geo.Point { return geo.Unproject(t.row.place) }

// Azimuth returns where a camera looks, in degrees clockwise from north.
func (t Thing) Azimuth() int32 { return int32(t.row.azimuth) }

// View returns the width of a camera's view in degrees.
func (t Thing) View() int32 { return int32(t.row.view) }

// Detail returns what a kind has besides: the owner of a component, the hours of
// a service point, the address of an organisation.
func (t Thing) Detail() string { return t.s.texts.get(t.row.detail) }

// State returns the state of a component, a device or a camera, else "".
func (t Thing) State() string {
	switch t.kind {
	case components:
		return grid.ComponentStates()[t.row.state]
	case devices, cameras:
		return grid.DeviceStates()[t.row.state]
	}
	return ""
}

// Bound reports whether the thing is bound to a home, so that it may be shown
// only to those who may see that home.
func (t Thing) Bound() bool { return t.row.dwelling != none }

// Area returns the code of the area that answers for the thing: that of its home
// if it is bound to one, else that of its place.
func (t Thing) Area() grid.Code { return t.s.code(t.s.areaOfItem(t.kind, t.Slot)) }

// A Worker is one of the staff in a Snapshot.
type Worker struct {
	s    *state
	row  *workerRow
	Slot uint32
}

// Worker returns a worker by id, and false if there is none.
func (s *Snapshot) Worker(id int64) (Worker, bool) {
	slot, ok := s.workers.live(id)
	if !ok {
		return Worker{}, false
	}
	return Worker{&s.state, s.workers.rows.at(slot), slot}, true
}

// ID returns the id.
func (w Worker) ID() int64 { return w.s.workers.id(w.Slot) }

// Name returns the public name.
func (w Worker) Name() string { return w.s.texts.get(w.row.name) }

// Role returns the role, of grid.WorkerRoles.
func (w Worker) Role() string { return grid.WorkerRoles()[w.row.role] }

// Area returns the code of the division that the worker answers for.
func (w Worker) Area() grid.Code { return w.s.code(w.row.area) }

// FullTime reports whether the worker is employed full time.
func (w Worker) FullTime() bool { return w.row.fullTime }

// An Event is one event of a Snapshot.
type Event struct {
	s    *state
	row  *eventRow
	Slot uint32
}

// EventAt returns the event in a slot that this Snapshot gave.
func (s *Snapshot) EventAt(slot uint32) Event { return Event{&s.state, s.events.rows.at(slot), slot} }

// ID returns the id.
func (e Event) ID() int64 { return e.s.events.id(e.Slot) }

// Title returns the title.
func (e Event) Title() string { return e.s.texts.get(e.row.title) }

// Category returns the category.
func (e Event) Category() events.Category { return events.Categories()[e.row.category] }

// Privacy returns who may know of it.
func (e Event) Privacy() events.Privacy { return e.row.privacy }

// State returns how far it has come.
func (e Event) State() events.State { return events.States()[e.row.state] }

// Open reports whether it is not closed yet.
func (e Event) Open() bool { return e.row.open() }

// Overdue reports whether it is open and its time has run out, as of the Snapshot.
func (e Event) Overdue() bool { return e.row.late == overdue && e.row.open() }

// Pixel returns the place, projected.
func (e Event) Pixel() geo.Pixel { return e.row.place }

// Place returns the place.
func (e Event) Place() geo.Point { return geo.Unproject(e.row.place) }

// Area returns the code of the division that holds the place, empty outside every one.
func (e Event) Area() grid.Code { return e.s.code(e.row.area) }

// OccurredAt returns when it happened, to the second.
func (e Event) OccurredAt() time.Time { return moment(e.row.occurred) }

// ReportedAt returns when it was reported, the zero time if that is not known.
func (e Event) ReportedAt() time.Time { return moment(e.row.reported) }

// DueAt returns when it is to be done, the zero time if no time is set.
func (e Event) DueAt() time.Time { return moment(e.row.due) }

// Urgency returns how soon somebody must go.
func (e Event) Urgency() events.Urgency {
	if e.row.urgent {
		return events.Urgent
	}
	return events.Routine
}

func moment(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}
