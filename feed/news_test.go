package feed

import (
	"fmt"
	"strings"
	"testing"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// TestNews says what is told of changes, given where the World saw the event before
// and sees it now. A state is written revision@area, with ! if it is urgent; areas are
// grid numbers, 0 for nowhere.
func TestNews(t *testing.T) {
	for _, tt := range []struct {
		name    string
		changes string // of one event, a removal without an area
		moved   []Moved
		want    string // revision:before>after of each news, with ! for an alert
		handed  bool
	}{
		{"a new event", "1@7", movedOf(0, 0, 7), "1:0>7", false},
		{"a new urgent event alerts", "1@7!", movedOf(0, 0, 7), "1:0>7!", false},
		{"an urgent event that was there alerts nobody", "2@7!", movedOf(1, 7, 7), "2:7>7", false},
		{"one that was removed before alerts again", "3@7!", movedOf(2, 0, 7), "3:0>7!", false},
		{"a change that was known already", "2@7", nil, "", false},
		{"an old change in one batch with a new one", "2@7 3@8", movedOf(2, 7, 8), "3:7>8", false},
		{"each of two states at once is where it was itself", "2@8 3@9", append(movedOf(1, 7, 9), movedOf(2, 8, 9)...), "2:7>8 3:8>9", false},
		{"an urgent one that moves at once alerts where it was reported", "1@8! 2@9!", movedOf(0, 0, 9), "1:0>8! 2:8>9", false},
		{"made and removed at once is told and taken back", "1@7! 2", movedOf(0, 0, 0), "1:0>7! 2:7>0", false},
		{"removed and made again at once", "2 3@8", movedOf(1, 7, 8), "2:7>0 3:0>8", false},
		{"divisions changed around an event", "", movedOf(4, 7, 8), "", true},
		{"divisions changed around one of which an old change comes again", "2@7", movedOf(4, 7, 8), "", true},
		{"divisions changed around one that is also changed", "5@8", movedOf(4, 7, 8), "5:7>8", false},
		{"an event came into the part that is held here, without a change of its own", "", movedOf(0, 0, 7), "", true},
		{"one left it", "", movedOf(4, 7, 0), "", true},
		{"one was there for no moment", "", movedOf(0, 0, 0), "", false},
		{"one left it by an edit", "5@0", movedOf(4, 7, 0), "5:7>0", false},
		{"an event became overdue where it is", "", movedOf(4, 7, 7), "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			news, handed, err := newsOf("e", changesOf(t, tt.changes), tt.moved, sightOf)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, n := range news {
				text := fmt.Sprintf("%d:%s>%s", n.Revision, number(n.Before), number(n.After))
				if n.Alert {
					text += "!"
				}
				got = append(got, text)
				if n.After.There && !strings.Contains(string(n.Body), fmt.Sprintf(`"area":%q`, n.After.Area)) {
					t.Errorf("revision %d tells of another area than %s: %s", n.Revision, n.After.Area, n.Body)
				}
			}
			if strings.Join(got, " ") != tt.want || (len(handed) > 0) != tt.handed {
				t.Errorf("got %q and %d handed over, want %q and %v", got, len(handed), tt.want, tt.handed)
			}
		})
	}
}

// changesOf reads states of one event. All say that they were written in grid 1,
// which has gone since.
func changesOf(t *testing.T, states string) (out []told) {
	t.Helper()
	for _, state := range strings.Fields(states) {
		text, urgent := strings.CutSuffix(state, "!")
		revision, area, there := strings.Cut(text, "@")
		c := Change{Kind: events.Events, ID: 3, Op: Remove}
		fmt.Sscan(revision, &c.Revision)
		if !there {
			out = append(out, told{Change: c})
			continue
		}
		var n int
		fmt.Sscan(area, &n)
		e := &events.Event{Head: grid.Head{ID: 3, Revision: c.Revision}, Category: "lamp", State: events.Reported, Urgency: events.Routine,
			Area: areaOf(1), Place: geo.At(106+float64(n)/10, 29.5)}
		if urgent {
			e.Urgency = events.Urgent
		}
		body, err := grid.EncodeJSON(e)
		if err != nil {
			t.Fatal(err)
		}
		c.Op, c.Body = Put, body
		out = append(out, told{c, e})
	}
	return out
}

// sightOf is a World of grids beside each other, a tenth of a degree wide.
func sightOf(e grid.Entity) Sight {
	n := (e.(*events.Event).Place.Lon - geo.At(106, 0).Lon) / 1_000_000
	return Sight{Area: areaOf(int(n)), There: true}
}

func areaOf(n int) grid.Code { return grid.Code(fmt.Sprintf("50010100100100%d", n)) }

func movedOf(revision int64, before, after int) []Moved {
	sight := func(n int) Sight { return Sight{Area: areaOf(n), There: n > 0} }
	return []Moved{{Kind: events.Events, ID: 3, Revision: revision, Before: sight(before), After: sight(after)}}
}

func number(s Sight) string {
	if !s.There {
		return "0"
	}
	return string(s.Area[len(s.Area)-1:])
}
