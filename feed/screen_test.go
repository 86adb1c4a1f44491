package feed_test

import (
	"encoding/json"
	"testing"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/geo"
	"quanxi/grid"
)

// A screen is a client as docs/FEED.md asks it to be: it sets a view, reads what
// was queued before, fetches what the view shows, applies what it is told by
// revision, and begins anew when told to.
type screen struct {
	t      *testing.T
	hub    *feed.Hub
	world  *feedtest.World
	viewer feedtest.Viewer
	view   feed.View

	sub     *feed.Subscription
	cursor  feed.Cursor
	n       uint64
	held    map[int64]*events.Event // what is on the screen
	newest  map[int64]int64         // revision last heard of
	alerts  []int64
	workers map[int64]bool
	resyncs []string
	frames  []message // all that was received
}

// A message is any frame of the server.
type message struct {
	Op       string          `json:"op"`
	N        uint64          `json:"n"`
	Cursor   string          `json:"cursor"`
	ID       int64           `json:"id"`
	Revision int64           `json:"revision"`
	Reason   string          `json:"reason"`
	Topic    string          `json:"topic"`
	Data     json.RawMessage `json:"data"`
	Items    []struct {
		ID   int64
		Gone bool
	} `json:"items"`
}

func newScreen(t *testing.T, hub *feed.Hub, world *feedtest.World, viewer feedtest.Viewer) *screen {
	s := &screen{t: t, hub: hub, world: world, viewer: viewer, cursor: hub.Told(),
		held: make(map[int64]*events.Event), newest: make(map[int64]int64), workers: make(map[int64]bool)}
	s.sub = hub.Subscribe(viewer, nil)
	return s
}

// box is an envelope in degrees.
func box(w, s, e, n float64) geo.Envelope { return geo.Envelope{Min: geo.At(w, s), Max: geo.At(e, n)} }

// look sets the view and fetches what it shows.
func (s *screen) look(env geo.Envelope, topics ...feed.Topic) {
	s.t.Helper()
	s.view = feed.View{Envelope: env, Zoom: 16, Topics: topics, Layers: []string{"events", "buildings"}}
	if err := s.sub.View(s.view); err != nil {
		s.t.Fatal(err)
	}
	s.read()
	s.fetch()
}

// drop breaks the connection; resume makes a new one where it stopped.
func (s *screen) drop() { s.sub.Close() }

func (s *screen) resume() {
	s.t.Helper()
	cursor := s.cursor
	s.sub, s.n = s.hub.Subscribe(s.viewer, &cursor), 0
	if err := s.sub.View(s.view); err != nil {
		s.t.Fatal(err)
	}
}

// fetch replaces what the screen holds by what the World shows. All that was
// queued for an older view has been read by then; what comes later is newer or
// known.
func (s *screen) fetch() {
	clear(s.held)
	for key, body := range s.world.State() {
		if key.Kind != events.Events {
			continue
		}
		if e := s.decode([]byte(body)); s.shows(e) {
			s.held[e.ID], s.newest[e.ID] = e, e.Revision
		}
	}
}

func (s *screen) decode(body []byte) *events.Event {
	e := new(events.Event)
	if err := grid.DecodeJSON(body, e); err != nil {
		s.t.Fatal(err)
	}
	return e
}

// shows is the oracle: who sees what, by looking at everything.
func (s *screen) shows(e *events.Event) bool {
	return s.viewer.SeesEvents(e.Privacy(), e.Area) && s.view.Envelope.Contains(e.Place)
}

// read takes and applies what is due, and returns the tiles under suspicion.
func (s *screen) read() []feed.Tile {
	s.t.Helper()
	d := s.sub.Take()
	for _, f := range d.Frames {
		s.n++
		var m message
		if err := json.Unmarshal(f.Append(nil, s.n, nil), &m); err != nil {
			s.t.Fatal(err)
		}
		if m.N != s.n {
			s.t.Fatalf("frame %d is numbered %d", s.n, m.N)
		}
		if cursor, ok := f.Cursor(); ok {
			if cursor.Epoch == s.cursor.Epoch && cursor.Pos < s.cursor.Pos {
				s.t.Errorf("the cursor went back from %d to %d", s.cursor.Pos, cursor.Pos)
			}
			s.cursor = cursor
		}
		s.frames = append(s.frames, m)
		s.apply(m)
	}
	return d.Suspects
}

func (s *screen) apply(m message) {
	s.t.Helper()
	switch m.Op {
	case "change":
		e := s.decode(m.Data)
		if !s.viewer.SeesEvents(e.Privacy(), e.Area) {
			s.t.Errorf("%s was told of event %d (%s) in %s", s.viewer.Account, e.ID, e.Category, e.Area)
		}
		if m.Revision > s.newest[m.ID] {
			s.newest[m.ID] = m.Revision
			s.held[m.ID] = e
			if !s.shows(e) {
				delete(s.held, m.ID)
			}
		}
	case "gone":
		if m.Revision > s.newest[m.ID] {
			s.newest[m.ID] = m.Revision
			delete(s.held, m.ID)
		}
	case "alert":
		if e := s.decode(m.Data); !s.viewer.SeesEvents(e.Privacy(), e.Area) {
			s.t.Errorf("%s was alarmed by event %d (%s) in %s", s.viewer.Account, e.ID, e.Category, e.Area)
		}
		s.alerts = append(s.alerts, m.ID)
	case "state":
		for _, item := range m.Items {
			s.workers[item.ID] = !item.Gone
		}
	case "resync":
		s.resyncs = append(s.resyncs, m.Reason)
		clear(s.held)
		clear(s.newest)
		s.fetch()
	default:
		s.t.Errorf("a frame %q", m.Op)
	}
}

// atTheTruth checks that the screen shows what there is to show.
func (s *screen) atTheTruth() {
	s.t.Helper()
	want := make(map[int64]int64)
	for key, body := range s.world.State() {
		if e := new(events.Event); key.Kind == events.Events {
			if e = s.decode([]byte(body)); s.shows(e) {
				want[e.ID] = e.Revision
			}
		}
	}
	for id, e := range s.held {
		if want[id] != e.Revision {
			s.t.Errorf("%s shows event %d at revision %d, the truth is %d", s.viewer.Account, id, e.Revision, want[id])
		}
		delete(want, id)
	}
	for id := range want {
		s.t.Errorf("%s does not show event %d", s.viewer.Account, id)
	}
}
