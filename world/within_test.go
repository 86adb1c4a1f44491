package world_test

import (
	"context"
	"errors"
	"testing"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// failing is what tests of all kinds have.
type failing interface{ Fatalf(string, ...any) }

// of returns the scopes of somebody who may know of everything in one scope.
func of(scope grid.Scope) *world.Scopes {
	all := world.AllOf(scope)
	return &all
}

func within(t failing, s *world.Snapshot, area world.Area, scope grid.Scope) world.Counters {
	c, err := s.Within(context.Background(), area, of(scope))
	if err != nil {
		t.Fatalf("within: %v", err)
	}
	return c
}

func list(t failing, s *world.Snapshot, kind grid.Kind, area world.Area, scope grid.Scope, after int64, limit int) []int64 {
	ids, err := s.List(context.Background(), kind, area, of(scope), after, limit)
	if err != nil {
		t.Fatalf("list %s: %v", kind, err)
	}
	return ids
}

func TestAZoneCountsWhatIsNearItsLine(t *testing.T) {
	s := street(t).Snapshot()
	// From the houses at 2 and 4 to the one at 40, a unit apart from one another.
	line := []geo.Point{at(0, 1), at(5, 1)}
	unitM := geo.DistanceM(at(0, 0), at(1, 0))
	for _, tt := range []struct {
		name      string
		area      world.Area
		buildings int32
	}{
		{"along the street", geo.Around(line, unitM), 2},
		{"around one house", geo.Around([]geo.Point{at(40, 1)}, unitM), 1},
		{"as far as both", geo.Around(line, 40*unitM), 3},
		{"around nothing", geo.Around(nil, unitM), 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := within(t, s, tt.area, grid.Everywhere()); got.Buildings != tt.buildings {
				t.Errorf("%d buildings, want %d", got.Buildings, tt.buildings)
			}
			if got := list(t, s, grid.Buildings, tt.area, grid.Everywhere(), 0, 10); int32(len(got)) != tt.buildings {
				t.Errorf("listed %v, want %d", got, tt.buildings)
			}
		})
	}
}

// fickle is an area whose asker goes away at the first question.
type fickle struct {
	geo.MultiPolygon
	leave context.CancelFunc
	asked *int
}

func (f fickle) Contains(geo.Point) bool {
	f.leave()
	*f.asked++
	return true
}

func TestCountingEndsWhenNobodyWaits(t *testing.T) {
	var many []grid.Entity
	for i := range 5000 {
		many = append(many, &grid.Component{Category: "lamp", Code: "L", Place: at(1+i%60, 1+i/60%60)})
	}
	s := worldOf(t, many...).Snapshot()
	for _, tt := range []struct {
		name string
		ask  func(context.Context, world.Area) error
	}{
		{"counting", func(ctx context.Context, a world.Area) error {
			_, err := s.Within(ctx, a, of(grid.Everywhere()))
			return err
		}},
		{"listing", func(ctx context.Context, a world.Area) error {
			_, err := s.List(ctx, grid.Components, a, of(grid.Everywhere()), 0, 10)
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, leave := context.WithCancel(t.Context())
			asked := 0
			err := tt.ask(ctx, fickle{box(0, 0, 64, 64), leave, &asked})
			if !errors.Is(err, context.Canceled) || asked > 2000 {
				t.Errorf("%v after %d of 5000", err, asked)
			}
		})
	}
}
