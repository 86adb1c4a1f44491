package access_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"quanxi/grid"
	"quanxi/staff"
)

// withDeputies adds a grid worker's post and two who may stand in for it, and returns the
// secretary who says so, the post and the two.
func (l *lobby) withDeputies(t *testing.T) (secretary int64, post *staff.Post, deputies [2]int64) {
	t.Helper()
	secretary = l.root(t, "secretary", "secretary")
	l.write(t, &staff.Post{Account: secretary, Role: "secretary", Area: ourGrid[:12]})
	for i := range deputies {
		a := &staff.Account{Login: fmt.Sprintf("b%d", i), Name: "B岗", Sort: staff.Person}
		l.write(t, a)
		l.write(t, &staff.Post{Account: a.ID, Role: "steward", Area: ourGrid})
		deputies[i] = a.ID
	}
	_, posts, _ := l.Directory.Person(l.worker.ID)
	return secretary, posts[0], deputies
}

// One post has one holder at a time.
func TestOneStandsInAtATime(t *testing.T) {
	at := func(hour int) time.Time { return nine.Add(time.Duration(hour-9) * time.Hour) }
	for _, tt := range []struct {
		name         string
		begins, ends int // of the second, beside the first from 9 to 18
		field        string
	}{
		{"the same hours", 9, 18, "begins"},
		{"within them", 10, 11, "begins"},
		{"from within them on", 17, 20, "begins"},
		{"into them", 7, 10, "ends"},
		{"around them", 7, 20, "ends"},
		{"until they begin", 7, 9, ""},
		{"as they end", 18, 20, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t)
			l.now = at(6)
			secretary, post, deputies := l.withDeputies(t)
			office := l.officeIn(secretary)
			first := &staff.StandIn{Post: post.ID, Deputy: deputies[0], Begins: at(9), Ends: at(18)}
			if _, err := office.Deputize(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			for _, deputy := range deputies {
				_, err := office.Deputize(t.Context(), &staff.StandIn{Post: post.ID, Deputy: deputy, Begins: at(tt.begins), Ends: at(tt.ends)})
				if tt.field == "" {
					if err != nil {
						t.Error(err)
					}
					break
				}
				var field *grid.FieldError
				if !errors.As(err, &field) || field.Field != tt.field || !strings.Contains(field.Why, fmt.Sprintf("stand-in %d, by account %d", first.ID, deputies[0])) {
					t.Errorf("by account %d: %v, want %s", deputy, err, tt.field)
				}
			}
			if _, in, _ := l.Directory.Post(post.ID); (len(in) == 1) != (tt.field != "") {
				t.Errorf("%d stand in", len(in))
			}
		})
	}
}

// Nobody stands in for what is over, nor for years.
func TestForWhatTimeSomebodyStandsIn(t *testing.T) {
	for _, tt := range []struct {
		name         string
		begins, ends time.Duration // from now
		why          string        // of a refusal, which names the end
	}{
		{"since this morning until tonight", -2 * time.Hour, 9 * time.Hour, ""},
		{"a year of leave", 0, 365 * 24 * time.Hour, ""},
		{"yesterday", -24 * time.Hour, -time.Hour, "has passed"},
		{"until this moment", -time.Hour, 0, "has passed"},
		{"for two years", 0, 2 * 365 * 24 * time.Hour, "more than a year"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t)
			secretary, post, deputies := l.withDeputies(t)
			_, err := l.officeIn(secretary).Deputize(t.Context(), &staff.StandIn{Post: post.ID, Deputy: deputies[0], Begins: l.now.Add(tt.begins), Ends: l.now.Add(tt.ends)})
			if tt.why == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var field *grid.FieldError
			if !errors.As(err, &field) || field.Field != "ends" || !strings.Contains(field.Why, tt.why) {
				t.Errorf("%v, want %q", err, tt.why)
			}
		})
	}
}

// Of two that are set at one moment one is refused.
func TestTwoStandInsAtOneMoment(t *testing.T) {
	l := newLobby(t)
	secretary, post, deputies := l.withDeputies(t)
	var done sync.WaitGroup
	var errs [2]error
	for i, deputy := range deputies {
		done.Go(func() {
			_, errs[i] = l.officeIn(secretary).Deputize(t.Context(), &staff.StandIn{Post: post.ID, Deputy: deputy, Begins: nine, Ends: nine.Add(time.Hour)})
		})
	}
	done.Wait()
	if refused := errors.Join(errs[:]...); !errors.Is(refused, grid.ErrInvalid) || errs[0] != nil && errs[1] != nil {
		t.Errorf("%v and %v", errs[0], errs[1])
	}
	if _, in, _ := l.Directory.Post(post.ID); len(in) != 1 {
		t.Errorf("%d stand in", len(in))
	}
}
