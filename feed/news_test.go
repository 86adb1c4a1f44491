package feed

import (
	"fmt"
	"strings"
	"testing"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// TestNews says what is told of changes, given where the World saw the event
// before and sees it now. Sights are grid numbers, 0 for nowhere.
func TestNews(t *testing.T) {
	for _, tt := range []struct {
		name    string
		changes []told
		moved   []Moved
		want    string // revision:before>after of each news, with ! for an alert
		anew    Reason
	}{
		{"a new event", changesOf(1), movedOf(0, 0, 7), "1:0>7", ""},
		{"a new urgent event alerts", changesOf(-1), movedOf(0, 0, 7), "1:0>7!", ""},
		{"an urgent event that was there alerts nobody", changesOf(-2), movedOf(1, 7, 7), "2:7>7", ""},
		{"one that was removed before alerts again", changesOf(-3), movedOf(2, 0, 7), "3:0>7!", ""},
		{"a change that was known already", changesOf(2), nil, "", ""},
		{"an old change in one batch with a new one", changesOf(2, 3), movedOf(2, 7, 8), "3:7>8", ""},
		{"two changes at once end where the second does", changesOf(2, 3), append(movedOf(1, 7, 9), movedOf(2, 8, 9)...), "2:7>9 3:9>9", ""},
		{"made and removed at once", append(changesOf(1), gone(2)), movedOf(0, 0, 0), "1:0>0 2:0>0", ""},
		{"removed and made again at once", append([]told{gone(2)}, changesOf(3)...), movedOf(1, 7, 8), "2:7>0 3:0>8", ""},
		{"divisions changed around an event", nil, movedOf(4, 7, 8), "", Redrawn},
		{"divisions changed around an event of which an old change comes again", changesOf(2), movedOf(4, 7, 8), "", Redrawn},
		{"an event became overdue where it is", nil, movedOf(4, 7, 7), "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			news, anew, err := newsOf("e", tt.changes, tt.moved)
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
			if strings.Join(got, " ") != tt.want || anew != tt.anew {
				t.Errorf("got %q and %q, want %q and %q", got, anew, tt.want, tt.anew)
			}
		})
	}
}

// changesOf returns changes of one event, with the revisions given; negative ones
// are urgent. All say that they were written in grid 1, which has gone since.
func changesOf(revisions ...int64) (out []told) {
	for _, revision := range revisions {
		e := &events.Event{Category: "lamp", State: events.Reported, Urgency: events.Routine, Area: "500101001001001", Place: geo.At(106.5, 29.5)}
		if revision < 0 {
			revision, e.Urgency = -revision, events.Urgent
		}
		e.ID, e.Revision = 3, revision
		body, err := grid.EncodeJSON(e)
		if err != nil {
			panic(err)
		}
		out = append(out, told{Change{Kind: events.Events, ID: 3, Revision: revision, Op: Put, Body: body}, e})
	}
	return out
}

func gone(revision int64) told {
	return told{Change: Change{Kind: events.Events, ID: 3, Revision: revision, Op: Remove}}
}

func movedOf(revision int64, before, after int) []Moved {
	sight := func(n int) Sight {
		if n == 0 {
			return Sight{}
		}
		return Sight{Area: grid.Code(fmt.Sprintf("50010100100100%d", n)), There: true}
	}
	return []Moved{{Kind: events.Events, ID: 3, Revision: revision, Before: sight(before), After: sight(after)}}
}

func number(s Sight) string {
	if !s.There {
		return "0"
	}
	return string(s.Area[len(s.Area)-1:])
}
