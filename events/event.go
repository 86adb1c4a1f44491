// Package events holds what happens: the Event, its categories and its states.
//
// It knows nothing of SQL, HTTP, tiles or viewers.
package events

import (
	"fmt"
	"time"

	"quanxi/geo"
	"quanxi/grid"
)

// Events is the kind of Event.
const Events grid.Kind = "events"

// An Event is something observed at a place and a time 事件.
type Event struct {
	grid.Head
	Category   string // of Categories
	Title      string
	Place      geo.Point
	State      State
	Urgency    Urgency
	Area       grid.Code // the finest division that holds the place; stamped by the writer
	Building   int64     // the building it is in; zero if none
	OccurredAt time.Time
	ReportedAt time.Time
	DueAt      time.Time
}

// A State is how far an event has come.
type State string

// The states of events: 新上报, 待签收, 处置中, 待核验, 办结.
const (
	Reported   State = "reported"
	Dispatched State = "dispatched"
	Handling   State = "handling"
	Checking   State = "checking"
	Closed     State = "closed"
)

// States lists every state in the order of the work.
func States() []State { return []State{Reported, Dispatched, Handling, Checking, Closed} }

// An Urgency says how soon somebody must go.
type Urgency string

// The urgencies.
const (
	Routine Urgency = "routine"
	Urgent  Urgency = "urgent" // 紧急
)

// A Privacy says who may know of an event, among those who may know of events where it is.
type Privacy uint8

// The privacies. Of what is not Ordinary the place alone tells something of whoever lives there.
const (
	Ordinary Privacy = iota // all of them
	Care                    // who has the duty of care there: in this house somebody needs help

	Privacies = iota // how many there are
)

// A Category is a kind of event, with the character drawn on its mark.
type Category struct {
	Code    string // stable, on the wire
	Mark    string // one character: 火 水 井 …
	Short   string // two letters, for the English screen
	Name    string // Chinese name
	Hours   int    // working time allowed
	Privacy Privacy
}

// Categories lists the default categories.
func Categories() []Category {
	return []Category{
		{"fire", "火", "FI", "烟感报警", 1, Ordinary},
		{"water", "水", "WA", "漏水积水", 4, Ordinary},
		{"manhole", "井", "MH", "井盖破损", 4, Ordinary},
		{"lamp", "灯", "LA", "路灯不亮", 24, Ordinary},
		{"parking", "停", "PA", "停车纠纷", 8, Ordinary},
		{"blocked", "占", "BL", "消防通道占用", 4, Ordinary},
		{"lift", "梯", "LI", "电梯停运", 4, Ordinary},
		{"rubbish", "圾", "RU", "暴露垃圾", 4, Ordinary},
		{"neighbours", "邻", "NB", "邻里纠纷", 48, Ordinary},
		{"care", "护", "CA", "关爱走访", 24, Care},
	}
}

// Kind returns Events.
func (*Event) Kind() grid.Kind { return Events }

// Columns implements grid.Entity.
func (e *Event) Columns() []grid.Column {
	return []grid.Column{
		{Name: "category", Value: &e.Category}, {Name: "title", Value: &e.Title},
		{Name: "state", Value: (*string)(&e.State)}, {Name: "urgency", Value: (*string)(&e.Urgency)},
		{Name: "area", Value: (*string)(&e.Area)}, {Name: "building", Value: &e.Building},
		{Name: "occurred_at", Value: &e.OccurredAt}, {Name: "reported_at", Value: &e.ReportedAt},
		{Name: "due_at", Value: &e.DueAt},
	}
}

// Geometry returns the place.
func (e *Event) Geometry() geo.Geometry {
	if e.Place.IsZero() {
		return nil
	}
	return e.Place
}

// SetGeometry replaces the place.
func (e *Event) SetGeometry(g geo.Geometry) error {
	p, ok := g.(geo.Point)
	if !ok && g != nil {
		return &grid.FieldError{Kind: Events, Field: "geometry", Why: "must be a Point"}
	}
	e.Place = p
	return nil
}

// Validate implements grid.Entity.
func (e *Event) Validate() error {
	refuse := func(field, why string) error { return &grid.FieldError{Kind: Events, Field: field, Why: why} }
	switch {
	case e.Place.IsZero():
		return refuse("geometry", "must be a Point, and not 0, 0")
	case !known(e.Category):
		return refuse("category", "is not in the table of categories")
	case e.Urgency != Routine && e.Urgency != Urgent:
		return refuse("urgency", "must be routine or urgent")
	case e.OccurredAt.IsZero():
		return refuse("occurred_at", "must be set")
	}
	for _, s := range States() {
		if s == e.State {
			return nil
		}
	}
	return refuse("state", fmt.Sprintf("must be one of %v", States()))
}

func known(category string) bool {
	_, ok := CategoryOf(category)
	return ok
}

// CategoryOf returns the category with the given code.
func CategoryOf(code string) (Category, bool) {
	for _, c := range Categories() {
		if c.Code == code {
			return c, true
		}
	}
	return Category{}, false
}

// Privacy returns who may know of the event, by its category. What is of a category that is
// not in the table is as private as anything.
func (e *Event) Privacy() Privacy {
	if c, ok := CategoryOf(e.Category); ok {
		return c.Privacy
	}
	return Privacies - 1
}

// Kinds lists every kind of entity, those of grid and events.
func Kinds() []grid.Kind { return append(grid.Kinds(), Events) }

// New returns an empty entity of any kind, or an error that wraps grid.ErrInvalid.
func New(kind grid.Kind) (grid.Entity, error) {
	if kind == Events {
		return new(Event), nil
	}
	return grid.New(kind)
}
