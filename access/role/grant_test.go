package role_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quanxi/access/role"
	"quanxi/grid"
)

const (
	eastGrid  grid.Code = "500106001001001"
	westGrid  grid.Code = "500106001002001"
	eastTown  grid.Code = "500106001"
	otherTown grid.Code = "500106002"
)

// Three posts at once add up, each in its own area only.
func TestPostsAddUpEachInItsArea(t *testing.T) {
	g := role.NewGrant([]role.Post{
		{Role: "grid-worker", Area: eastGrid}, {Role: "steward", Area: westGrid}, {Role: "planner", Area: otherTown},
	}, role.Shipped(), under)
	for _, tt := range []struct {
		right role.Right
		area  grid.Code
		want  bool
	}{
		{role.SeePeople, eastGrid, true}, {role.SeePeople, westGrid, true}, {role.SeePeople, otherTown + "001", false},
		{role.SeeCare, eastGrid, true}, {role.SeeCare, westGrid, false},
		{role.DrawDivisions, otherTown + "001", true}, {role.DrawDivisions, eastGrid, false},
		{role.SeePeople, eastGrid + "01", true}, {role.SeePeople, eastTown, false}, {role.SeePeople, "", false},
	} {
		if got := g.May(tt.right, tt.area); got != tt.want {
			t.Errorf("%s in %q: %v, want %v", tt.right, tt.area, got, tt.want)
		}
	}
}

func TestAPostForOneBoardSaysNothingOfOthers(t *testing.T) {
	g := role.NewGrant([]role.Post{{Role: "department", Area: eastTown, Board: "safety"}}, role.Shipped(), under)
	if !g.MayOn(role.HandleEvents, eastGrid, "safety") || g.MayOn(role.HandleEvents, eastGrid, "service") {
		t.Error("a post of the board of safety handles other events, or not its own")
	}
	if g.May(role.SeeEvents, eastGrid) || !g.May(role.SeeNumbers, eastGrid) {
		t.Error("it sees events of every board, or no numbers")
	}
	if !g.MayOn(role.SeeNumbers, eastGrid, "service") {
		t.Error("what has no board depends on one")
	}
	both := role.NewGrant([]role.Post{
		{Role: "department", Area: eastTown, Board: "safety"}, {Role: "operator", Area: otherTown},
	}, role.Shipped(), under)
	if both.MayOn(role.HandleEvents, eastGrid, "service") || !both.MayOn(role.HandleEvents, otherTown, "service") {
		t.Error("a post for all boards elsewhere opens the board here")
	}
}

// A token that was made for less gives less, and never more.
func TestWithinALimit(t *testing.T) {
	posts := []role.Post{{Role: "grid-worker", Area: eastGrid}, {Role: "integration", Area: eastTown}, {Role: "department", Area: otherTown, Board: "safety"}}
	all := role.NewGrant(posts, role.Shipped(), under)
	in := func(areas ...grid.Code) grid.Scope {
		var ranges []grid.CodeRange
		for _, area := range areas {
			ranges = append(ranges, grid.Under(area))
		}
		return grid.NewScope(ranges...)
	}
	for _, tt := range []struct {
		name  string
		limit role.Limit
		right role.Right
		area  grid.Code
		want  bool
	}{
		{"a right that is named", role.Limit{Rights: role.SetOf(role.SeeEvents), Scope: grid.Everywhere()}, role.SeeEvents, eastTown, true},
		{"one that is not", role.Limit{Rights: role.SetOf(role.SeeEvents), Scope: grid.Everywhere()}, role.ReportEvents, eastTown, false},
		{"one that no post gives there", role.Limit{Rights: role.AllRights, Scope: grid.Everywhere()}, role.SeePeople, westGrid, false},
		{"in a grid of the town", role.Limit{Rights: role.AllRights, Scope: in(westGrid)}, role.ReportEvents, westGrid, true},
		{"beside it", role.Limit{Rights: role.AllRights, Scope: in(westGrid)}, role.ReportEvents, eastGrid, false},
		{"in the town as a whole, of a limit to a grid", role.Limit{Rights: role.AllRights, Scope: in(westGrid)}, role.ReportEvents, eastTown, false},
		{"in a limit wider than the post", role.Limit{Rights: role.AllRights, Scope: in("500106")}, role.SeePeople, eastGrid, true},
		{"outside the post, of a limit wider than it", role.Limit{Rights: role.AllRights, Scope: in("500106")}, role.SeePeople, westGrid, false},
		{"of the zero limit", role.Limit{}, role.SeeEvents, eastGrid, false},
		{"of a limit without areas", role.Limit{Rights: role.AllRights}, role.SeeEvents, eastGrid, false},
	} {
		less := all.Within(tt.limit)
		if got := less.May(tt.right, tt.area); got != tt.want {
			t.Errorf("%s: %s in %s: %v, want %v", tt.name, tt.right, tt.area, got, tt.want)
		}
		if !less.NeedsSecondFactor() {
			t.Errorf("%s: what the posts ask for of their holder is gone", tt.name)
		}
	}
	events := all.Within(role.Limit{Rights: role.SetOf(role.SeeEvents, role.HandleEvents), Scope: in(otherTown)})
	if !events.MayOn(role.HandleEvents, otherTown, "safety") || events.MayOn(role.HandleEvents, otherTown, "service") {
		t.Error("the board of a post is not that of the limited one")
	}
}

// Whatever a limit is, nothing holds that does not hold without it.
func TestALimitNeverWidens(t *testing.T) {
	area := rapid.SampledFrom([]grid.Code{"", "5001", "500106", eastTown, otherTown, eastGrid, westGrid, eastGrid + "01"})
	code := rapid.SampledFrom([]string{"grid-worker", "operator", "department", "integration", "steward", "doctor"})
	rapid.Check(t, func(t *rapid.T) {
		var posts []role.Post
		for range rapid.IntRange(0, 3).Draw(t, "posts") {
			posts = append(posts, role.Post{Role: code.Draw(t, "role"), Area: area.Filter(func(c grid.Code) bool { return c != "" }).Draw(t, "of")})
		}
		all := role.NewGrant(posts, role.Shipped(), under)
		rights, to := role.Set(rapid.Uint32().Draw(t, "rights")), area.Draw(t, "to")
		less := all.Within(role.Limit{Rights: rights, Scope: under(to)})
		where := area.Draw(t, "where")
		for _, r := range role.Rights() {
			want := all.May(r, where) && rights.Has(r) && under(to).Holds(where)
			if got := less.May(r, where); got != want {
				t.Fatalf("%s in %q: %v, want %v", r, where, got, want)
			}
		}
	})
}

// What asks for several rights at once asks one post for all of them.
func TestSeveralRightsAreOnePosts(t *testing.T) {
	events, care := role.SetOf(role.SeeEvents), role.SetOf(role.SeeEvents, role.SeeCare)
	homes := role.SetOf(role.SeeHomes, role.SeeCare)
	for _, tt := range []struct {
		name  string
		posts []role.Post
		asked role.Set
		area  grid.Code
		want  bool
	}{
		{"a post that gives both", []role.Post{{Role: "grid-worker", Area: eastGrid}}, care, eastGrid, true},
		{"elsewhere it gives nothing", []role.Post{{Role: "grid-worker", Area: eastGrid}}, care, westGrid, false},
		{"a post that gives one of them", []role.Post{{Role: "provider", Area: eastTown}}, care, eastGrid, false},
		{"and that one alone", []role.Post{{Role: "provider", Area: eastTown}}, events, eastGrid, true},
		{"two posts of which each gives one", []role.Post{{Role: "doctor", Area: eastTown}, {Role: "steward", Area: eastGrid}}, homes, eastGrid, false},
		{"two posts of which one gives both", []role.Post{{Role: "doctor", Area: eastTown}, {Role: "grid-worker", Area: eastGrid}}, homes, eastGrid, true},
		{"a post above the level at which a role shows people", []role.Post{{Role: "operator", Area: "500106"}}, care, eastGrid, false},
		{"a post for one board", []role.Post{{Role: "operator", Area: eastTown, Board: "safety"}}, care, eastGrid, false},
		{"a post for one board, of what has no board", []role.Post{{Role: "operator", Area: eastTown, Board: "safety"}}, homes, eastGrid, true},
		{"a post for one board beside one that sees events", []role.Post{{Role: "operator", Area: eastTown, Board: "safety"}, {Role: "provider", Area: eastTown}}, care, eastGrid, false},
		{"no post", nil, care, eastGrid, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := role.NewGrant(tt.posts, role.Shipped(), under)
			scope := g.ScopeOfAll(tt.asked)
			if g.MayAll(tt.asked, tt.area) != tt.want || scope.Holds(tt.area) != tt.want {
				t.Errorf("may: %v, in the scope: %v; want %v", g.MayAll(tt.asked, tt.area), scope.Holds(tt.area), tt.want)
			}
		})
	}
}

func TestTheHighestPostIsThatByWhichARightHolds(t *testing.T) {
	g := role.NewGrant([]role.Post{
		{Role: "grid-worker", Area: eastGrid}, {Role: "secretary", Area: eastTown + "001"}, {Role: "leader", Area: eastTown}, {Role: "leader", Area: otherTown},
	}, role.Shipped(), under)
	for _, tt := range []struct {
		name  string
		right role.Right
		area  grid.Code
		code  string
		over  grid.Code
	}{
		{"of two posts the higher", role.Export, eastTown + "001", "leader", eastTown},
		{"a post elsewhere says nothing", role.Export, otherTown + "001", "leader", otherTown},
		{"only posts that give the right count", role.KeepPeople, eastGrid, "secretary", eastTown + "001"},
		{"where none gives it there is none", role.KeepPeople, otherTown, "", ""},
	} {
		code, over, ok := g.Highest(tt.right, tt.area)
		if code != tt.code || over != tt.over || ok != (tt.code != "") {
			t.Errorf("%s: %s of %q, %v", tt.name, code, over, ok)
		}
	}
}

// A post whose division was removed is a post still, and gives nothing.
func TestAPostInNoDivisionGivesNothing(t *testing.T) {
	posts := []role.Post{{Role: "steward", Area: westGrid}, {Role: "grid-worker", Area: eastGrid}, {Role: "planner", Area: eastTown}}
	without := func(gone ...grid.Code) role.Grant {
		return role.NewGrant(posts, role.Shipped(), func(c grid.Code) grid.Scope {
			if slices.Contains(gone, c) {
				return grid.Scope{}
			}
			return under(c)
		})
	}
	for _, tt := range []struct {
		name    string
		grant   role.Grant
		rights  []role.Right // that it gives
		not     []role.Right
		highest grid.Code
	}{
		{"while all are there", without(), []role.Right{role.SeePeople, role.Unmask, role.DrawDivisions}, nil, eastTown},
		{"without the planner's town", without(eastTown), []role.Right{role.SeePeople, role.Unmask}, []role.Right{role.DrawDivisions}, westGrid},
		{"without the grid worker's grid", without(eastTown, eastGrid), []role.Right{role.SeePeople}, []role.Right{role.DrawDivisions, role.Unmask}, westGrid},
		{"without any", without(eastTown, eastGrid, westGrid), nil, role.Rights(), ""},
	} {
		all := tt.grant.Rights()
		for _, r := range tt.rights {
			if !all.Has(r) {
				t.Errorf("%s: %s is not given", tt.name, r)
			}
		}
		for _, r := range tt.not {
			if all.Has(r) || len(tt.grant.Scope(r).Ranges()) > 0 {
				t.Errorf("%s: %s is given", tt.name, r)
			}
		}
		if _, over, _ := tt.grant.HighestOfAll(); over != tt.highest || !tt.grant.NeedsSecondFactor() {
			t.Errorf("%s: the highest post is that of %q, and it asks for a second factor: %v", tt.name, over, tt.grant.NeedsSecondFactor())
		}
	}
}

func TestEverythingAndNothing(t *testing.T) {
	all, none := role.Everything(), role.Grant{}
	for _, r := range role.Rights() {
		if two := role.SetOf(r, role.SeeEvents); !all.MayAll(two, "") || none.MayAll(two, "") || !none.ScopeOfAll(two).IsEmpty() {
			t.Errorf("%s with events: everything denies it, or nothing allows it", r)
		}
		if !all.May(r, "") || !all.MayOn(r, eastGrid, "any") || none.May(r, eastGrid) || none.MayOn(r, eastGrid, "") {
			t.Errorf("%s: everything denies it, or nothing allows it", r)
		}
	}
}

// A is away from 09:00 to 18:00 and B stands in: to the second, and each learns
// when to look again.
func TestStandIns(t *testing.T) {
	at := func(clock string) time.Time {
		moment, err := time.Parse(time.DateTime, "2026-03-02 "+clock)
		if err != nil {
			t.Fatal(err)
		}
		return moment
	}
	posts := []role.Post{
		{ID: 1, Account: "a", Role: "grid-worker", Area: eastGrid},
		{ID: 2, Account: "b", Role: "grid-worker", Area: westGrid, Term: role.Term{Ends: at("23:00:00")}},
	}
	leave := []role.StandIn{{Post: 1, Deputy: "b", Term: role.Term{Begins: at("09:00:00"), Ends: at("18:00:00")}}}
	again := append(leave, role.StandIn{Post: 1, Deputy: "c", Term: role.Term{Begins: at("12:00:00"), Ends: at("13:00:00")}})
	for _, tt := range []struct {
		name     string
		account  string
		standIns []role.StandIn
		clock    string
		held     int
		until    string // when it changes next; empty for never
	}{
		{"a before the leave", "a", leave, "08:59:59", 1, "09:00:00"},
		{"b before the leave has but his own", "b", leave, "08:59:59", 1, "09:00:00"},
		{"a on leave", "a", leave, "09:00:00", 0, "18:00:00"},
		{"b stands in", "b", leave, "17:59:59", 2, "18:00:00"},
		{"b a second later", "b", leave, "18:00:00", 1, "23:00:00"},
		{"a is back", "a", leave, "18:00:00", 1, ""},
		{"b's own post has ended", "b", leave, "23:00:00", 0, ""},
		{"c takes over for an hour", "c", again, "12:30:00", 1, "13:00:00"},
		{"b meanwhile, who gets it back", "b", again, "12:30:00", 1, "13:00:00"},
		{"b when c has gone", "b", again, "13:00:00", 2, "18:00:00"},
		{"somebody else hears of nothing", "d", again, "12:30:00", 0, ""},
	} {
		held, until := role.Held(tt.account, posts, tt.standIns, at(tt.clock))
		want := time.Time{}
		if tt.until != "" {
			want = at(tt.until)
		}
		if len(held) != tt.held || !until.Equal(want) {
			t.Errorf("%s: %d posts until %v, want %d until %v", tt.name, len(held), until, tt.held, want)
		}
	}
}

// At every moment a post in force is held by exactly one account, and what Held
// says of the time until which nothing changes is true.
func TestEveryPostHasOneHolder(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	accounts := []string{"a", "b", "c"}
	rapid.Check(t, func(t *rapid.T) {
		term := rapid.Custom(func(t *rapid.T) role.Term {
			from := rapid.IntRange(1, 9).Draw(t, "from")
			return role.Term{Begins: day(from), Ends: day(from + rapid.IntRange(1, 5).Draw(t, "days"))}
		})
		account := rapid.SampledFrom(accounts)
		var posts []role.Post
		var standIns []role.StandIn
		for id := range int64(rapid.IntRange(1, 4).Draw(t, "posts")) {
			posts = append(posts, role.Post{ID: id, Account: account.Draw(t, "holder"), Term: term.Draw(t, "term")})
			for range rapid.IntRange(0, 3).Draw(t, "stand-ins") {
				standIns = append(standIns, role.StandIn{Post: id, Deputy: account.Draw(t, "by"), Term: term.Draw(t, "away")})
			}
		}
		at := day(rapid.IntRange(1, 15).Draw(t, "day"))
		holders := map[int64]int{}
		for _, who := range accounts {
			held, until := role.Held(who, posts, standIns, at)
			for _, p := range held {
				holders[p.ID]++
			}
			for later := at; later.Before(day(20)) && (until.IsZero() || later.Before(until)); later = later.AddDate(0, 0, 1) {
				if now, _ := role.Held(who, posts, standIns, later); len(now) != len(held) {
					t.Fatalf("%s has %d posts at %v and %d at %v, though nothing was to change until %v", who, len(held), at, len(now), later, until)
				}
			}
		}
		for _, p := range posts {
			if want := map[bool]int{true: 1}[p.Holds(at)]; holders[p.ID] != want {
				t.Fatalf("post %d has %d holders at %v, want %d", p.ID, holders[p.ID], at, want)
			}
		}
	})
}

// However they came together: the rights of two administrators are none of either.
func TestTwoAdministrationsAllowNeither(t *testing.T) {
	g := role.NewGrant([]role.Post{{Role: "audit-admin", Area: eastTown}, {Role: "security-admin", Area: otherTown}, {Role: "planner", Area: otherTown}}, role.Shipped(), under)
	for _, r := range []role.Right{role.ReadAudit, role.ManageAccounts, role.ManageRoles} {
		if !g.Scope(r).IsEmpty() {
			t.Errorf("%s holds", r)
		}
	}
	if !g.May(role.DrawDivisions, otherTown) {
		t.Error("what is no administrator's is gone too")
	}
}

// A grant allows what one of its posts allows, and nothing else, of posts that go together.
func TestAGrantIsTheSumOfItsPosts(t *testing.T) {
	codes := rapid.SampledFrom([]grid.Code{"5001", "500106", eastTown, otherTown, "500106001001", eastGrid, westGrid, "50010600100100101"})
	roles := role.Shipped()
	rapid.Check(t, func(t *rapid.T) {
		post := rapid.Custom(func(t *rapid.T) role.Post {
			return role.Post{Role: rapid.SampledFrom([]string{"grid-worker", "operator", "planner", "audit-admin", "nobody"}).Draw(t, "role"), Area: codes.Draw(t, "area")}
		})
		posts := rapid.SliceOfN(post, 0, 4).Draw(t, "posts")
		g := role.NewGrant(posts, roles, under)
		area, r := codes.Draw(t, "asked"), rapid.SampledFrom(role.Rights()).Draw(t, "right")
		want := false
		var codes []string
		for _, p := range posts {
			one := role.NewGrant([]role.Post{p}, roles, under)
			want = want || one.May(r, area)
			codes = append(codes, p.Role)
		}
		if role.CheckTogether(codes, roles) != nil && r == role.ReadAudit {
			want = false
		}
		if got := g.May(r, area); got != want || g.MayOn(r, area, "any") != want {
			t.Fatalf("%s in %s: %v, want %v", r, area, got, want)
		}
	})
}

func BenchmarkMay(b *testing.B) {
	g := role.NewGrant([]role.Post{
		{Role: "grid-worker", Area: eastGrid}, {Role: "steward", Area: westGrid}, {Role: "planner", Area: otherTown},
	}, role.Shipped(), under)
	for b.Loop() {
		if !g.May(role.SeePeople, eastGrid) || !g.MayOn(role.HandleEvents, eastGrid, "safety") {
			b.Fatal("denied")
		}
	}
}

// A post that a second person has yet to confirm shows nobody, takes nothing away and changes
// nobody; it allows all else, and asks for a second factor at once: nobody confirms who has none.
func TestWhatAwaitsASecondPersonShowsNobody(t *testing.T) {
	for _, tt := range []struct {
		name  string
		posts []role.Post
		all   bool
	}{
		{"a post that awaits nobody", []role.Post{{Role: "secretary", Area: eastGrid}}, true},
		{"a post that awaits somebody", []role.Post{{Role: "secretary", Area: eastGrid, Awaits: true}}, false},
		{"beside one that awaits nobody, there", []role.Post{{Role: "secretary", Area: eastGrid, Awaits: true}, {Role: "secretary", Area: eastGrid[:12]}}, true},
		{"beside one that awaits nobody, elsewhere", []role.Post{{Role: "secretary", Area: eastGrid, Awaits: true}, {Role: "secretary", Area: otherTown}}, false},
	} {
		g := role.NewGrant(tt.posts, role.Shipped(), under)
		for _, right := range []role.Right{role.SeeHomes, role.SeePeople, role.SeeCare, role.Unmask, role.Export, role.KeepPeople, role.KeepStaff, role.AppointStandIn} {
			if got := g.May(right, eastGrid); got != tt.all {
				t.Errorf("%s: %s %v", tt.name, right, got)
			}
		}
		if !g.May(role.ReportEvents, eastGrid) || !g.NeedsSecondFactor() {
			t.Errorf("%s: reports nothing, or a password is enough", tt.name)
		}
	}
}

// No administrator watches another while nobody has confirmed who he is.
func TestAnAdministratorWhoAwaitsASecondPersonIsNone(t *testing.T) {
	for _, code := range []string{"system-admin", "security-admin", "audit-admin"} {
		g := role.NewGrant([]role.Post{{Role: code, Area: eastTown, Awaits: true}}, role.Shipped(), under)
		if got := g.Rights(); got != 0 {
			t.Errorf("%s: %v", code, got)
		}
	}
}
