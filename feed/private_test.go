package feed_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/grid"
)

// ofCategory is an urgent event in the east.
func ofCategory(id int64, category string) *events.Event {
	e := feedtest.Event(id, east, 106.5, 29.5)
	e.Category, e.Urgency = category, events.Urgent
	return e
}

// Who has the duty is told of each care event; others hear of it as of what lies where they
// do not answer: nothing, and that it is gone when it becomes one.
func TestWhoHearsOfCareEvents(t *testing.T) {
	for _, tt := range []struct {
		name   string
		become []string // categories, one after the other; empty for a removal
		duty   string   // what who has the duty hears
		other  string   // what who sees other events there hears
	}{
		{"a care event comes, changes and goes", []string{"care", "care", ""}, "alert change change gone", ""},
		{"another event does", []string{"water", "water", ""}, "alert change change gone", "alert change change gone"},
		{"what was reported as a leak is about care", []string{"water", "care", "care"}, "alert change change change", "alert change gone"},
		{"what was reported as care is a leak", []string{"care", "water", "water"}, "alert change change change", "change change"},
		{"there and back", []string{"water", "care", "water"}, "alert change change change", "alert change gone change"},
	} {
		t.Run(tt.name, inBubble(func(t *testing.T) {
			st := newStage(t, feed.HubOptions{})
			duty, other := st.screen(feedtest.Of(east)), st.screen(feedtest.Of(east).WithoutDuty())
			for _, s := range []*screen{duty, other} {
				s.look(box(106, 29, 107, 30), feed.EventsTopic, feed.AlertsTopic)
			}
			for _, category := range tt.become {
				if category == "" {
					st.log.Remove(events.Events, 1)
					synctest.Wait()
					continue
				}
				st.put(ofCategory(1, category))
			}
			for s, want := range map[*screen]string{duty: tt.duty, other: tt.other} {
				s.read()
				if got := strings.ReplaceAll(strings.Join(ops(s), " "), " 1", ""); got != want {
					t.Errorf("%s hears %q, want %q", s.viewer.Account, got, want)
				}
				s.atTheTruth()
			}
			other.drop()
			other.cursor, other.frames = st.hub.Told(), nil // as a pong would tell
			st.put(ofCategory(2, "care"))
			other.resume()
			other.read()
			if got := ops(other); len(got) != 0 {
				t.Errorf("who comes back without the duty hears %v", got)
			}
		}))
	}
}

// Numbers that moved are told to those for whom they did.
func TestForWhomCountersMoved(t *testing.T) {
	const town grid.Code = "500101001"
	eastOnly := feedtest.Viewer{Account: "the duty in the east", Scope: grid.NewScope(grid.Under(town)), Private: grid.NewScope(grid.Under(east))}
	care := func(in grid.Code) feed.Counted { return feed.Counted{Code: town, Privacy: events.Care, In: in} }
	for _, tt := range []struct {
		name   string
		moved  feed.Counted
		viewer feed.Viewer
		told   bool
	}{
		{"numbers of everybody's", feed.Counted{Code: town, Open: true}, feedtest.Of(town).WithoutDuty(), true},
		{"numbers of homes", feed.Counted{Code: town}, feedtest.Of(town).WithoutDuty(), true},
		{"numbers of homes, to who only counts", feed.Counted{Code: town}, feedtest.Of(town).WithoutHomes(), false},
		{"numbers of everybody's, to who only counts", feed.Counted{Code: town, Open: true}, feedtest.Of(town).WithoutHomes(), true},
		{"who is cared for, to who has the duty", feed.Counted{Code: town, Care: true}, feedtest.Of(town), true},
		{"who is cared for, to who knows homes without the duty", feed.Counted{Code: town, Care: true}, feedtest.Of(town).WithoutDuty(), false},
		{"of care events, to who has no duty", care(east), feedtest.Of(town).WithoutDuty(), false},
		{"of care events, to who has it in the town", care(east), feedtest.Of(town), true},
		{"of care events in the east, to who has it there", care(east), eastOnly, true},
		{"of care events in the west, to who has it in the east", care(west), eastOnly, false},
		{"of care events, to who does not count in the town", care(east), feedtest.Of(east), false},
	} {
		t.Run(tt.name, inBubble(func(t *testing.T) {
			hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
			sub := hub.Subscribe(tt.viewer, nil)
			defer sub.Close()
			if err := sub.View(lookingAround(feed.CountersTopic)); err != nil {
				t.Fatal(err)
			}
			hub.Touch(feed.Effects{Counters: []feed.Counted{tt.moved}})
			time.Sleep(time.Second)
			if got := slices.Contains(sub.Take().Counters, town); got != tt.told {
				t.Errorf("told: %v", got)
			}
		}))
	}
}

// A border moves past care events that nobody wrote to: those without the duty hear nothing,
// however many there are and whatever else changes hands far away.
func TestCareEventsThatChangeHands(t *testing.T) {
	private := func(moved []feed.Moved) []feed.Moved {
		for i := range moved {
			moved[i].Before.Privacy, moved[i].After.Privacy = events.Care, events.Care
		}
		return moved
	}
	for _, tt := range []struct {
		name   string
		moved  []feed.Moved
		viewer feed.Viewer
		want   string
	}{
		{"some: who has the duty where they were", private(handedOver(2)), feedtest.Of(east), "gone gone"},
		{"some: who has it where they are", private(handedOver(2)), feedtest.Of(west), "redrawn"},
		{"some: who has none where they were", private(handedOver(2)), feedtest.Of(east).WithoutDuty(), ""},
		{"some: who has none where they are", private(handedOver(2)), feedtest.Of(west).WithoutDuty(), ""},
		{"very many: who has the duty", private(handedOver(1000)), feedtest.Of(west), "redrawn"},
		{"very many: who has none", private(handedOver(1000)), feedtest.Everybody().WithoutDuty(), ""},
		{"some, and very many hidden ones: who has no duty", append(handedOver(2), private(handedOver(1000))...), feedtest.Of(east).WithoutDuty(), "gone gone"},
		{"some, and very many where nobody looks: who has the duty", append(handedOver(2), between(handedOver(1000), "500109", "500110")...), feedtest.Of(east), "gone gone"},
		{"very many, and others aside: who has none", append(private(handedOver(1000)), elsewhere(handedOver(1))...), feedtest.Everybody().WithoutDuty(), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			hub := feed.NewHub(feed.NewSets([]string{"events"}), feed.HubOptions{})
			sub := hub.Subscribe(tt.viewer, nil)
			defer sub.Close()
			if err := sub.View(feed.View{Envelope: box(106.4, 29.4, 106.6, 29.6), Zoom: 14, Topics: []feed.Topic{feed.EventsTopic}}); err != nil {
				t.Fatal(err)
			}
			hub.Touch(feed.Effects{Moved: tt.moved})
			if got := heard(sub.Take().Frames); got != tt.want {
				t.Errorf("hears %q, want %q", got, tt.want)
			}
		})
	}
}

// elsewhere puts things aside of what the screens look at.
func elsewhere(moved []feed.Moved) []feed.Moved {
	for i := range moved {
		moved[i].Before.Envelope, moved[i].After.Envelope = box(106.9, 29.9, 106.9, 29.9), box(106.9, 29.9, 106.9, 29.9)
	}
	return moved
}

// between has things change hands between two areas.
func between(moved []feed.Moved, from, to grid.Code) []feed.Moved {
	for i := range moved {
		moved[i].Before.Area, moved[i].After.Area = from, to
	}
	return moved
}

// What nobody is told of does not show in when others are told of the rest: a tile that is
// touched is looked at in the same moment, whatever touched it or another one before.
func TestWhatIsHiddenDoesNotShowInTheTimeOfTheRest(t *testing.T) {
	const shown, hidden = 0, 1 // columns of tiles
	for _, before := range []time.Duration{time.Millisecond, 40 * time.Millisecond, 149 * time.Millisecond} {
		told := map[bool]time.Duration{}
		for _, something := range []bool{false, true} {
			inBubble(func(t *testing.T) {
				began, sets := time.Now(), feed.NewSets([]string{"events"})
				number, err := sets.Number("events")
				if err != nil {
					t.Fatal(err)
				}
				hub := feed.NewHub(sets, feed.HubOptions{})
				sub := hub.Subscribe(feedtest.Of(east).WithoutDuty(), nil)
				defer sub.Close()
				view := lookingAround()
				view.Layers = []string{"events"}
				if err := sub.View(view); err != nil {
					t.Fatal(err)
				}
				at := map[int]feed.Tile{shown: {Set: number, Z: 1, X: 1, Y: 0}, hidden: {Set: number, Z: 1, X: 0, Y: 0}}
				for _, tile := range at {
					sub.Hold(tile, 1)
				}
				time.Sleep(time.Second)
				if something {
					hub.Touch(feed.Effects{Touches: []feed.Touch{{Layer: "events", Envelope: box(-100, 29, -99, 30)}}})
				}
				time.Sleep(before)
				hub.Touch(feed.Effects{Touches: []feed.Touch{{Layer: "events", Envelope: box(106.5, 29.5, 106.5, 29.5)}}})
				for told[something] == 0 {
					<-sub.Ready()
					if slices.Contains(sub.Take().Suspects, at[shown]) {
						told[something] = time.Since(began)
					}
				}
			})(t)
		}
		if told[true] != told[false] {
			t.Errorf("%v after something hidden it is told at %v, else at %v", before, told[true], told[false])
		}
	}
}
