package access_test

import (
	"errors"
	"fmt"
	"testing"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/events"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/world"
)

const (
	firstTown  grid.Code = "500107001"
	secondTown grid.Code = "500107002"
	ofBoth     grid.Code = "500107"
	otherTown  grid.Code = "500108001"
	// movedOver was the second town's, and is the other one's.
	movedOver = secondTown + "009"
)

// A shire is a county of two towns with a gap beside them, and another county of one town, in a
// city with a gap beside both, whose posts are those of a directory. Account n has the n-th post.
type shire struct {
	desk
	directory *access.Directory
	ids       map[grid.Code]grid.Ref
}

func newShire(t *testing.T, posts ...staff.Post) *shire {
	t.Helper()
	s := &shire{desk: newDesk(t), ids: map[grid.Code]grid.Ref{}}
	for _, d := range []struct {
		code, parent grid.Code
		west, width  float64
	}{{"5000", "", 108, 2.2}, {ofBoth, "5000", 108, 1}, {firstTown, ofBoth, 108, 0.2}, {firstTown + "001", firstTown, 108, 0.1}, {secondTown, ofBoth, 108.2, 0.2},
		{"500108", "5000", 109, 1}, {otherTown, "500108", 109, 0.5}, {movedOver, otherTown, 109, 0.1}} {
		made := s.create(t, grid.Divisions, fmt.Sprintf(`{"code":%q,"parent":%q,"name":"区划","level":%d,"geometry":{"type":"Polygon","coordinates":[[[%[4]v,29],[%[5]v,29],[%[5]v,30],[%[4]v,30],[%[4]v,29]]]}}`,
			d.code, d.parent, d.code.Level(), d.west, d.west+d.width))
		s.ids[d.code] = grid.Ref{Kind: grid.Divisions, ID: made.ID, Revision: made.Revision}
	}
	s.show(t, grid.Divisions)
	held := []grid.Entity{&staff.Role{Head: grid.Head{ID: 99, Revision: 1}, Code: "city-duty", Rights: []string{"see-events", "see-care"}, Personal: grid.CityLevel}}
	for i, p := range posts {
		account := &staff.Account{Head: grid.Head{ID: int64(i + 1), Revision: 1}, Login: fmt.Sprint("account", i), Sort: staff.Person, Credential: grid.Sealed{1}}
		p.Head, p.Account = grid.Head{ID: int64(100 + i), Revision: 1}, account.ID
		held = append(held, account, &p)
	}
	s.directory = directoryOf(held...)
	s.directory.GapsOf = func(c grid.Code) grid.Scope { return s.world.Snapshot().GapsAbove(c) }
	s.views = access.NewViews(access.Sources{Store: s.store, Vault: s.vault, Master: masterKey(t, "1"), World: s.world, Clock: clock,
		Tended: func(p events.Privacy, area, without grid.Code) bool {
			return s.directory.Tends(p, area, clock(), func(c grid.Code) grid.Scope {
				if c == without {
					return grid.Scope{}
				}
				return s.world.Snapshot().ScopeOfPost(c)
			})
		}})
	return s
}

// account returns the View of an account, as its posts are now.
func (s *shire) account(id int64) *access.View {
	grant, _ := s.directory.Grant(id, clock(), s.world.Snapshot().ScopeOfPost)
	return s.views.For(access.NewViewer(fmt.Sprint(id), grant), "")
}

// report has the city's integration say that somebody needs help.
func (s *shire) report(t *testing.T, lon float64) (int64, error) {
	t.Helper()
	everywhere := func(grid.Code) grid.Scope { return grid.Everywhere() }
	city := s.views.For(access.NewViewer("99", role.NewGrant([]role.Post{{Role: "operator", Area: "5000"}}, role.Shipped(), everywhere)), "")
	w, err := city.Create(t.Context(), events.Events, fmt.Appendf(nil, `{"category":"care","lon":%v,"lat":29.5}`, lon), access.Origin{})
	s.show(t, events.Events)
	return w.ID, err
}

// letGo has the World show that something was removed.
func (s *shire) letGo(t *testing.T, ref grid.Ref) {
	t.Helper()
	s.apply(t, []world.Step{{Remove: ref}})
}

// readers returns who of so many accounts may read an event.
func (s *shire) readers(t *testing.T, event int64, accounts int) (who []int64) {
	t.Helper()
	for id := range int64(accounts) {
		_, err := s.account(id+1).Entity(t.Context(), events.Events, event)
		if err == nil {
			who = append(who, id+1)
		} else if !errors.Is(err, grid.ErrNotFound) {
			t.Fatal(err)
		}
	}
	return who
}

// Nothing about somebody who needs help is taken that nobody would be told of: between the towns
// of a county the desks of its towns are, and where no town has one it is refused.
func TestWhoIsToldOfCareBetweenTheTowns(t *testing.T) {
	for _, tt := range []struct {
		name  string
		posts []staff.Post
		lon   float64
		want  []int64 // accounts; nil for a refusal
	}{
		{"in a town its desk", []staff.Post{{Role: "operator", Area: firstTown}, {Role: "operator", Area: secondTown}}, 108.15, []int64{1}},
		{"between the towns the desks of all towns of the county", []staff.Post{{Role: "operator", Area: firstTown}, {Role: "shift-lead", Area: secondTown},
			{Role: "operator", Area: otherTown}, {Role: "operator", Area: ofBoth}, {Role: "secretary", Area: firstTown + "001"}, {Role: "provider", Area: firstTown}}, 108.9, []int64{1, 2}},
		{"in no division the desks of all towns", []staff.Post{{Role: "operator", Area: firstTown}, {Role: "operator", Area: otherTown}, {Role: "operator", Area: ofBoth}}, 110.5, []int64{1, 2}},
		{"between the counties of the city the desks of all towns", []staff.Post{{Role: "operator", Area: firstTown}, {Role: "operator", Area: otherTown}, {Role: "operator", Area: ofBoth}}, 110.1, []int64{1, 2}},
		{"in a community that a town of another county manages that town's desk", []staff.Post{{Role: "operator", Area: secondTown}, {Role: "operator", Area: otherTown}}, 109.05, []int64{2}},
		{"where the city has the duty the city", []staff.Post{{Role: "operator", Area: otherTown}, {Role: "city-duty", Area: "5000"}}, 108.15, []int64{2}},
		{"in a community whose town has none the town by its code nobody", []staff.Post{{Role: "operator", Area: secondTown}}, 109.05, nil},
		{"in a town without a desk nobody", []staff.Post{{Role: "operator", Area: secondTown}, {Role: "secretary", Area: firstTown + "001"}}, 108.15, nil},
		{"between towns without a desk nobody", []staff.Post{{Role: "secretary", Area: firstTown + "001"}, {Role: "operator", Area: otherTown}}, 108.9, nil},
		{"by a post for one board nobody", []staff.Post{{Role: "operator", Area: firstTown, Board: "safety"}}, 108.9, nil},
		{"by a post that has ended nobody", []staff.Post{{Role: "operator", Area: firstTown, Ends: clock()}}, 108.9, nil},
		{"where there is no post nobody", nil, 108.15, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShire(t, tt.posts...)
			id, err := s.report(t, tt.lon)
			if tt.want == nil {
				mustRefuse(t, err, "told to nobody")
				return
			}
			if got := s.readers(t, id, len(tt.posts)); err != nil || fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("is told to %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

// A post is worth nothing to who needs help while nobody signs in to its account.
func TestAnAccountThatNobodySignsInToIsNobody(t *testing.T) {
	for _, tt := range []struct {
		name    string
		account staff.Account
		told    bool
	}{
		{"somebody's", staff.Account{Sort: staff.Person, Credential: grid.Sealed{1}}, true},
		{"somebody's who signs in elsewhere", staff.Account{Sort: staff.Person, Issuer: "https://id.example", Subject: "7"}, true},
		{"one that was never set up", staff.Account{Sort: staff.Person}, false},
		{"a locked one", staff.Account{Sort: staff.Person, Credential: grid.Sealed{1}, Locked: true}, false},
		{"a machine's", staff.Account{Sort: staff.Machine, Credential: grid.Sealed{1}}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShire(t, staff.Post{Role: "operator", Area: firstTown})
			tt.account.Head, tt.account.Login = grid.Head{ID: 1, Revision: 2}, "account0"
			s.directory.Apply([]access.Step{{Entity: &tt.account}})
			_, err := s.report(t, 108.15)
			if tt.told {
				if err != nil {
					t.Error(err)
				}
				return
			}
			mustRefuse(t, err, "told to nobody")
		})
	}
}

// A town's desk does what is to be done about it, and may say that it is nothing private: then
// it is not there for the desk any more, as of other events between the towns.
func TestATownsDeskHandlesCareBesideTheTown(t *testing.T) {
	s := newShire(t, staff.Post{Role: "operator", Area: firstTown}, staff.Post{Role: "operator", Area: ofBoth}, staff.Post{Role: "doctor", Area: otherTown})
	id, err := s.report(t, 108.9)
	if err != nil {
		t.Fatal(err)
	}
	ref := grid.Ref{Kind: events.Events, ID: id, Revision: 1}
	if _, err := s.account(3).Edit(t.Context(), ref, []byte(`{"state":"handling"}`), access.Origin{}); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("another county's town handles it: %v", err)
	}
	for i, patch := range []string{`{"state":"handling"}`, `{"category":"water","title":"漏水"}`} {
		ref.Revision = int64(i + 1)
		if _, err := s.account(1).Edit(t.Context(), ref, []byte(patch), access.Origin{}); err != nil {
			t.Fatalf("%s: %v", patch, err)
		}
	}
	s.show(t, events.Events)
	if got := s.readers(t, id, 3); fmt.Sprint(got) != "[2]" {
		t.Errorf("a leak between the towns is told to %v", got)
	}
}

// What is handled from the town beside the gap is private: of an ordinary event there, of which
// somebody knows by another post, that post alone says whether it is handled.
func TestATownsDeskHandlesNothingElseBesideTheTown(t *testing.T) {
	for _, tt := range []struct {
		category string
		want     error
	}{{"care", nil}, {"water", access.ErrForbidden}} {
		s := newShire(t, staff.Post{Role: "operator", Area: firstTown})
		put(s.directory, &staff.Post{Head: grid.Head{ID: 200, Revision: 1}, Account: 1, Role: "integration", Area: ofBoth})
		made := s.create(t, events.Events, fmt.Sprintf(`{"category":%q,"title":"某事","lon":108.9,"lat":29.5}`, tt.category))
		s.show(t, events.Events)
		ref := grid.Ref{Kind: events.Events, ID: made.ID, Revision: made.Revision}
		if _, err := s.account(1).Edit(t.Context(), ref, []byte(`{"state":"handling"}`), access.Origin{}); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.category, err, tt.want)
		}
	}
}

// A division goes, or its border moves: what lay in it is the manager's and, between the
// towns, the desks'. Where that is nobody the division stays.
func TestCareDoesNotGoWithADivision(t *testing.T) {
	upTo := func(east float64) string {
		return fmt.Sprintf(`{"geometry":{"type":"Polygon","coordinates":[[[108,29],[%[1]v,29],[%[1]v,30],[108,30],[108,29]]]}}`, east)
	}
	first, second := staff.Post{Role: "operator", Area: firstTown}, staff.Post{Role: "operator", Area: secondTown}
	community := staff.Post{Role: "secretary", Area: firstTown + "001"}
	for _, tt := range []struct {
		name  string
		posts []staff.Post
		lon   float64
		code  grid.Code
		patch string  // empty for a removal
		want  []int64 // who is told after; nil for a refusal
	}{
		{"a town beside another that has a desk is removed", []staff.Post{first, second}, 108.15, firstTown, "", []int64{2}},
		{"the only town with a desk is removed", []staff.Post{first}, 108.15, firstTown, "", nil},
		{"it ends", []staff.Post{first}, 108.15, firstTown, `{"valid_to":"2026-02-01"}`, nil},
		{"its border moves past it, and its desk stays", []staff.Post{first}, 108.15, firstTown, upTo(108.1), []int64{1}},
		{"a community's border moves, but not past it", []staff.Post{community}, 108.05, firstTown + "001", upTo(108.06), []int64{1}},
		{"it moves past it in a town without a desk", []staff.Post{community}, 108.05, firstTown + "001", upTo(108.04), nil},
		{"its name changes", []staff.Post{first}, 108.15, firstTown, `{"name":"新镇"}`, []int64{1}},
		{"a community is removed from a town that has a desk", []staff.Post{first, community}, 108.05, firstTown + "001", "", []int64{1}},
		{"a community is removed from a town without one", []staff.Post{community}, 108.05, firstTown + "001", "", nil},
		{"a town without care events is removed", []staff.Post{first}, 108.15, secondTown, "", []int64{1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShire(t, tt.posts...)
			event, err := s.report(t, tt.lon)
			if err != nil {
				t.Fatal(err)
			}
			city := s.views.For(access.Local(), "")
			if tt.patch == "" {
				_, err = city.Remove(t.Context(), s.ids[tt.code], access.Origin{})
			} else {
				_, err = city.Edit(t.Context(), s.ids[tt.code], []byte(tt.patch), access.Origin{})
			}
			if tt.want == nil {
				mustRefuse(t, err, "nobody would know")
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if tt.patch == "" {
				ref := s.ids[tt.code]
				ref.Revision++
				s.letGo(t, ref)
			}
			s.show(t, grid.Divisions)
			if got := s.readers(t, event, len(tt.posts)); fmt.Sprint(got) != fmt.Sprint(tt.want) {
				t.Errorf("then it is told to %v, want %v", got, tt.want)
			}
		})
	}
}

// A token that was made for less is told of what lies between the towns if it was made for
// that as well, and not if it is for a town.
func TestATokenForATownHasNoGaps(t *testing.T) {
	s := newShire(t, staff.Post{Role: "operator", Area: firstTown})
	grant, _ := s.directory.Grant(1, clock(), s.world.Snapshot().ScopeOfPost)
	for name, tt := range map[string]struct {
		scope grid.Scope
		told  bool
	}{"for all of it": {grid.Everywhere(), true}, "for the county": {grid.NewScope(grid.Under(ofBoth)), true}, "for the town": {grid.NewScope(grid.Under(firstTown)), false}} {
		v := access.NewViewer("1", grant.Within(role.Limit{Rights: role.AllRights, Scope: tt.scope}))
		if got := v.SeesEvents(events.Care, ofBoth); got != tt.told || !v.SeesEvents(events.Care, firstTown) {
			t.Errorf("%s: told of care between the towns %v, want %v", name, got, tt.told)
		}
		if v.Standing() == access.NewViewer("1", grant).Standing() {
			t.Errorf("%s: a cursor of the account's own is taken", name)
		}
	}
}
