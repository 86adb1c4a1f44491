package feed

import (
	"errors"
	"fmt"
	"slices"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// ErrView reports a view that cannot be subscribed to.
var ErrView = errors.New("not a view")

// A Topic is what a screen asks to be told of, besides stale tiles.
type Topic string

// The topics.
const (
	EventsTopic   Topic = "events"   // each change of an event in view
	AlertsTopic   Topic = "alerts"   // each urgent event that is new, wherever the viewer answers for
	WorkersTopic  Topic = "workers"  // where the workers in view are
	CountersTopic Topic = "counters" // the counters of divisions, wherever the viewer answers for
)

// Topics lists every topic.
func Topics() []Topic { return []Topic{EventsTopic, AlertsTopic, WorkersTopic, CountersTopic} }

// workersZoom is the lowest zoom at which single workers can be told apart.
const workersZoom = 12

// A View is what one screen looks at.
type View struct {
	Envelope geo.Envelope
	Zoom     float64
	Layers   []string // tile layers whose stale tiles are wanted
	Topics   []Topic
}

// Check returns an error that wraps ErrView and says what is wrong with v.
func (v View) Check() error {
	if !v.Envelope.Valid() {
		return fmt.Errorf("%w: west, south, east, north in that order", ErrView)
	}
	if v.Zoom < 0 || v.Zoom > 24 || v.Zoom != v.Zoom {
		return fmt.Errorf("%w: zoom must be between 0 and 24", ErrView)
	}
	for _, topic := range v.Topics {
		if !slices.Contains(Topics(), topic) {
			return fmt.Errorf("%w: no topic %.40q", ErrView, string(topic))
		}
	}
	return nil
}

// A Viewer decides what somebody may know of. access.Viewer is one. It is safe
// for concurrent use, and answers without I/O.
type Viewer interface {
	// Sees reports whether the viewer may know of an entity of a kind in an area; of devices,
	// and of who is cared for in homes, which is known by the same duty. Of events SeesEvents tells.
	Sees(kind grid.Kind, area grid.Code) bool
	// SeesEvents reports whether the viewer may know of events of a privacy in an area.
	SeesEvents(p events.Privacy, area grid.Code) bool
	// SeesNumbers reports whether the viewer may know how many people and homes a
	// division has (RULES C1).
	SeesNumbers(division grid.Code) bool
	// Ranges returns the codes of all areas for which one of the others may be true. It
	// is always the same.
	Ranges() []grid.CodeRange
}

// maySee reports whether a viewer may know of what a topic tells of something.
func maySee(viewer Viewer, topic Topic, s Sight) bool {
	switch topic {
	case WorkersTopic:
		return viewer.Sees(grid.Workers, s.Area)
	case CountersTopic:
		return viewer.SeesNumbers(s.Area)
	}
	return viewer.SeesEvents(s.Privacy, s.Area)
}

// A filter is a view with what is asked of it often made quick.
type filter struct {
	viewer   Viewer
	envelope geo.Envelope
	layers   []string
	topics   [4]bool // by place in Topics
}

func newFilter(viewer Viewer, v View) *filter {
	f := &filter{viewer: viewer, envelope: v.Envelope, layers: v.Layers}
	for i, topic := range Topics() {
		f.topics[i] = slices.Contains(v.Topics, topic) && (topic != WorkersTopic || v.Zoom >= workersZoom)
	}
	return f
}

func (f *filter) wants(topic Topic) bool {
	return f != nil && f.topics[slices.Index(Topics(), topic)]
}

// sees reports whether what is at s belongs to a topic of the view: the viewer
// may know of it and, unless the topic is told everywhere, it is in view.
func (f *filter) sees(topic Topic, s Sight) bool {
	if !s.There || !f.wants(topic) || !maySee(f.viewer, topic, s) {
		return false
	}
	return topic == AlertsTopic || topic == CountersTopic || f.envelope.Meets(s.Envelope)
}
