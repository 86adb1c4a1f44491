package simulate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// move lets a home change hands when it is time.
func (s *Simulation) move(ctx context.Context, now time.Time) error {
	if now.Before(s.nextHome) || len(s.homes) == 0 {
		return nil
	}
	s.nextHome = now.Add(s.wait(s.Homes))
	h := &s.homes[s.chance.IntN(len(s.homes))]
	path := fmt.Sprintf("/api/dwellings/%d", h.ID)
	err := s.api.do(ctx, http.MethodPatch, path, h.Revision, map[string]string{"state": s.handOver(h.State)}, h)
	if errors.Is(err, errStale) {
		return failed("home", h.ID, s.api.do(ctx, http.MethodGet, path, 0, nil, h))
	}
	return failed("home", h.ID, err)
}

// handOver returns what becomes of a home: a vacant one is let or moved into, an
// occupied one falls vacant or changes between owner and tenant.
func (s *Simulation) handOver(state string) string {
	switch state {
	case "vacant":
		return pick(s.chance, []string{"rented", "rented", "own"})
	case "rented":
		return pick(s.chance, []string{"vacant", "own"})
	}
	return pick(s.chance, []string{"rented", "vacant"})
}
