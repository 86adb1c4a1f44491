package access_test

import (
	"errors"
	"testing"

	"quanxi/access"
	"quanxi/events"
	"quanxi/grid"
)

const (
	ourGrid   grid.Code = "500106003012003"
	theirGrid grid.Code = "500106004001001"
	nowhere   grid.Code = ""
)

var (
	stranger = access.Viewer{}
	// signedOut has a scope left over from somewhere, but no sign-in.
	signedOut = access.Viewer{Scope: grid.Everywhere()}
	noPost    = access.Viewer{Account: "new", SignedIn: true}
	townDesk  = access.Viewer{Account: "town", SignedIn: true, Scope: grid.NewScope(grid.Under("500106003"))}
)

func TestDecisions(t *testing.T) {
	const (
		unseen   = "does not know of it"
		readOnly = "sees it"
		writes   = "changes it"
	)
	for _, tt := range []struct {
		name   string
		viewer access.Viewer
		kind   grid.Kind
		area   grid.Code
		want   string
	}{
		{"a stranger and the base map", stranger, grid.Roads, nowhere, unseen},
		{"a stranger and a building", stranger, grid.Buildings, ourGrid, unseen},
		{"a stranger and people", stranger, grid.People, ourGrid, unseen},
		{"a scope without a sign-in is worth nothing", signedOut, grid.Buildings, ourGrid, unseen},
		{"a scope without a sign-in opens no home", signedOut, grid.People, ourGrid, unseen},
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
		{"the city redraws divisions", access.Local(), grid.Divisions, nowhere, writes},
		{"the city places the unplaced", access.Local(), grid.People, nowhere, writes},
		{"nobody sees a kind that is in no table", access.Local(), "petitions", ourGrid, unseen},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := unseen
			err := tt.viewer.MayWrite(tt.kind, tt.area)
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
