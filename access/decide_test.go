package access_test

import (
	"errors"
	"testing"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/events"
	"quanxi/grid"
)

const (
	ourGrid   grid.Code = "500106003012003"
	theirGrid grid.Code = "500106004001001"
	nowhere   grid.Code = ""
)

var (
	stranger = new(access.Viewer)
	noPost   = access.NewViewer("new", role.Grant{})
	townDesk = deskOf("town", "500106003")
)

// deskOf is a viewer who sees and keeps everything in one area.
func deskOf(account string, area grid.Code) *access.Viewer {
	all := role.Role{Code: "desk", Personal: grid.CityLevel, Rights: role.SetOf(role.SeeNumbers, role.SeeHomes, role.SeePeople, role.SeeCare,
		role.SeeDevices, role.SeeStaff, role.SeeEvents, role.ReportEvents, role.HandleEvents, role.KeepThings, role.KeepPeople, role.KeepStaff)}
	return holder(account, map[string]role.Role{"desk": all}, role.Post{Role: "desk", Area: area})
}

// holder is a viewer who holds posts in a city whose codes say who manages.
func holder(account string, roles map[string]role.Role, posts ...role.Post) *access.Viewer {
	under := func(c grid.Code) grid.Scope { return grid.NewScope(grid.Under(c)) }
	return access.NewViewer(account, role.NewGrant(posts, roles, under))
}

// shipped is a viewer with one post of a shipped role.
func shipped(code string, area grid.Code) *access.Viewer {
	return holder(code, role.Shipped(), role.Post{Role: code, Area: area})
}

func TestDecisions(t *testing.T) {
	const (
		unseen   = "does not know of it"
		readOnly = "sees it"
		writes   = "changes it"
	)
	for _, tt := range []struct {
		name   string
		viewer *access.Viewer
		kind   grid.Kind
		area   grid.Code
		want   string
	}{
		{"a stranger and the base map", stranger, grid.Roads, nowhere, unseen},
		{"a stranger and a building", stranger, grid.Buildings, ourGrid, unseen},
		{"a stranger and people", stranger, grid.People, ourGrid, unseen},
		{"staff without a post see the base map", noPost, grid.Waters, nowhere, readOnly},
		{"staff without a post see buildings", noPost, grid.Buildings, ourGrid, readOnly},
		{"staff without a post see no homes", noPost, grid.Dwellings, ourGrid, unseen},
		{"staff without a post see nothing unplaced", noPost, grid.People, nowhere, unseen},
		{"the town changes its buildings", townDesk, grid.Buildings, ourGrid, writes},
		{"the town sees the next town's buildings", townDesk, grid.Buildings, theirGrid, readOnly},
		{"the town changes its people", townDesk, grid.People, ourGrid, writes},
		{"the town does not know the next town's people", townDesk, grid.People, theirGrid, unseen},
		{"the town does not know the next town's homes", townDesk, grid.Dwellings, theirGrid, unseen},
		{"the town does not know the next town's door contacts", townDesk, grid.Devices, theirGrid, unseen},
		{"the town does not know the next town's events", townDesk, events.Events, theirGrid, unseen},
		{"the town does not know the next town's cameras", townDesk, grid.Cameras, theirGrid, unseen},
		{"the town does not know the next town's workers", townDesk, grid.Workers, theirGrid, unseen},
		{"the town sees no people outside every grid", townDesk, grid.People, nowhere, unseen},
		{"the town may not redraw the base map", townDesk, grid.Roads, nowhere, readOnly},
		{"the town may not redraw divisions", townDesk, grid.Divisions, nowhere, readOnly},
		{"a grid worker keeps the people of the grid", shipped("grid-worker", ourGrid), grid.People, ourGrid, writes},
		{"a grid worker does not know the neighbours' homes", shipped("grid-worker", ourGrid), grid.Dwellings, theirGrid, unseen},
		{"a county's operator sees no home", shipped("operator", "500106"), grid.Dwellings, ourGrid, unseen},
		{"a county's operator sees no people", shipped("operator", "500106"), grid.People, ourGrid, unseen},
		{"a county's operator handles events", shipped("operator", "500106"), events.Events, ourGrid, writes},
		{"a town's operator sees people and does not keep them", shipped("operator", "500106003"), grid.People, ourGrid, readOnly},
		{"a planner sees no events", shipped("planner", "500106003"), events.Events, ourGrid, unseen},
		{"a doctor sees no door contacts", shipped("doctor", "500106003"), grid.Devices, ourGrid, unseen},
		{"an administrator sees no people", shipped("system-admin", "5000"), grid.People, ourGrid, unseen},
		{"an administrator sees no events", shipped("security-admin", "5000"), events.Events, ourGrid, unseen},
		{"an auditor changes no building", shipped("audit-admin", "5000"), grid.Buildings, ourGrid, readOnly},
		{"the city redraws divisions", access.Local(), grid.Divisions, nowhere, writes},
		{"the city places the unplaced", access.Local(), grid.People, nowhere, writes},
		{"nobody sees a kind that is in no table", access.Local(), "petitions", ourGrid, unseen},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := unseen
			err := tt.viewer.MayChange(tt.kind, tt.area)
			switch {
			case err == nil:
				got = writes
			case errors.Is(err, access.ErrForbidden):
				got = readOnly
			}
			if got != tt.want {
				t.Errorf("viewer %s", got)
			}
			if sees := tt.viewer.Sees(tt.kind, tt.area); sees != (tt.want != unseen) {
				t.Errorf("Sees = %v", sees)
			}
		})
	}
}

// Who may know of care events, by role, area and board.
func TestCareEventsAreForWhoHasTheDuty(t *testing.T) {
	onBoard := func(code string, area grid.Code) *access.Viewer {
		return holder(code, role.Shipped(), role.Post{Role: code, Area: area, Board: "service"})
	}
	for _, tt := range []struct {
		name   string
		viewer *access.Viewer
		water  bool // what everybody sees who sees events
		care   bool
	}{
		{"a grid worker in the own grid", shipped("grid-worker", ourGrid), true, true},
		{"a grid worker of the next grid", shipped("grid-worker", theirGrid), false, false},
		{"a part-time grid worker", shipped("grid-worker-part-time", ourGrid), true, true},
		{"a lead of the micro-grid around", shipped("micro-grid-lead", ourGrid), true, true},
		{"community staff", shipped("community-staff", ourGrid[:12]), true, true},
		{"a secretary", shipped("secretary", ourGrid[:12]), true, true},
		{"a doctor of the community", shipped("doctor", ourGrid[:12]), true, true},
		{"a doctor of the town", shipped("doctor", ourGrid[:9]), true, true},
		{"a doctor of the county, who does not come herself", shipped("doctor", ourGrid[:6]), true, false},
		{"a doctor of the next town", shipped("doctor", theirGrid[:9]), false, false},
		{"an operator of the town", shipped("operator", ourGrid[:9]), true, true},
		{"an operator of the county", shipped("operator", ourGrid[:6]), true, false},
		{"an operator of the city", shipped("operator", "5000"), false, false},
		{"a provider", shipped("provider", ourGrid[:9]), true, false},
		{"a department", shipped("department", ourGrid[:6]), true, false},
		{"a steward", shipped("steward", ourGrid), true, false},
		{"a mentor", shipped("grid-mentor", ourGrid), true, false},
		{"an integration", shipped("integration", ourGrid[:6]), true, false},
		{"an operator of one board", onBoard("operator", ourGrid[:9]), false, false},
		{"an operator of one board who is a provider too", holder("both", role.Shipped(),
			role.Post{Role: "operator", Area: ourGrid[:9], Board: "service"}, role.Post{Role: "provider", Area: ourGrid[:9]}), true, false},
		{"a planner", shipped("planner", ourGrid[:9]), false, false},
		{"an administrator", shipped("system-admin", "5000"), false, false},
		{"who stands at a machine without accounts", access.Local(), true, true},
		{"nobody", stranger, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.viewer.SeesEvents(events.Ordinary, ourGrid); got != tt.water || got != tt.viewer.Sees(events.Events, ourGrid) {
				t.Errorf("sees events: %v", got)
			}
			if got := tt.viewer.SeesEvents(events.Care, ourGrid); got != tt.care {
				t.Errorf("sees care events: %v", got)
			}
			if got := tt.viewer.SeesAllIn(events.Events, ourGrid); got != (tt.water && tt.care) {
				t.Errorf("sees all events of the grid: %v", got)
			}
		})
	}
	watch := map[string]role.Role{"watch": {Code: "watch", Rights: role.SetOf(role.SeeEvents, role.SeeStaff)}}
	city := access.NewViewer("city", role.NewGrant([]role.Post{{Role: "watch", Area: "5000"}}, watch, func(grid.Code) grid.Scope { return grid.Everywhere() }))
	if city.SeesAll(events.Events) || !city.SeesAll(grid.Workers) || !access.Local().SeesAll(events.Events) {
		t.Error("who has no duty sees all events, or who has it everywhere does not")
	}
}

func TestEveryKindIsDecided(t *testing.T) {
	for _, kind := range events.Kinds() {
		if !access.Local().Sees(kind, ourGrid) {
			t.Errorf("the viewer of the whole city does not see %s", kind)
		}
		if stranger.Sees(kind, ourGrid) || stranger.MayList(kind) {
			t.Errorf("a stranger sees %s", kind)
		}
	}
}

// Who reports is not who handles, and numbers are not names.
func TestWhatIsDecidedApart(t *testing.T) {
	mentor, county := shipped("grid-mentor", ourGrid), shipped("operator", "500106")
	if err := mentor.MayMake(events.Events, ourGrid); err != nil {
		t.Errorf("a mentor may not report: %v", err)
	}
	if err := mentor.MayChange(events.Events, ourGrid); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a mentor handles events: %v", err)
	}
	if !county.SeesNumbers(ourGrid) || county.Sees(grid.People, ourGrid) {
		t.Error("a county reads names, or no numbers")
	}
	if stranger.SeesNumbers(ourGrid) || noPost.SeesNumbers(ourGrid) || townDesk.SeesNumbers(theirGrid) {
		t.Error("numbers are seen without a post there")
	}
	if all := access.Local(); !all.SeesAll(grid.People) || townDesk.SeesAll(grid.People) || !townDesk.SeesAll(grid.Roads) {
		t.Error("who sees all of a kind")
	}
}

// Every entity of a list is decided on by itself, so a decision makes nothing anew: the scopes
// of a viewer are worked out once.
func TestADecisionMakesNothingAnew(t *testing.T) {
	for _, kind := range events.Kinds() {
		decide := func() {
			townDesk.Sees(kind, ourGrid)
			townDesk.SeesAll(kind)
			townDesk.SeesAllIn(kind, ourGrid)
			townDesk.MayList(kind)
		}
		if n := testing.AllocsPerRun(10, decide); n != 0 {
			t.Errorf("%s: %v allocations", kind, n)
		}
	}
}

// A cursor is bound to it: whoever comes back with other rights holds what those do not show.
func TestAStandingIsOfAnAccountAndItsRights(t *testing.T) {
	doctor := func(account string, posts ...role.Post) string {
		return holder(account, role.Shipped(), posts...).Standing()
	}
	ours, theirs := role.Post{Role: "doctor", Area: ourGrid[:9]}, role.Post{Role: "doctor", Area: theirGrid[:9]}
	before := doctor("7", ours)
	for _, tt := range []struct {
		name  string
		after string
		same  bool
	}{
		{"the same post", doctor("7", ours), true},
		{"the same post on a node of another area, where it gives nothing", access.NewViewer("7", role.NewGrant([]role.Post{ours}, role.Shipped(), func(grid.Code) grid.Scope { return grid.Scope{} })).Standing(), true},
		{"another account with the post", doctor("8", ours), false},
		{"the duty of care is withdrawn", doctor("7", role.Post{Role: "provider", Area: ourGrid[:9]}), false},
		{"a post elsewhere", doctor("7", ours, theirs), false},
		{"the post is moved elsewhere", doctor("7", theirs), false},
		{"the post is for one board by now", doctor("7", role.Post{Role: "doctor", Area: ourGrid[:9], Board: "service"}), false},
		{"the post is withdrawn", doctor("7"), false},
	} {
		if same := tt.after == before; same != tt.same {
			t.Errorf("%s: the same %v, want %v", tt.name, same, tt.same)
		}
	}
}
