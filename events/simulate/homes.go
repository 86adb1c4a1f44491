package simulate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// How people belong to a home, and how a home is used, as the API says it.
const (
	livesHere  = "both"       // is registered in the home and lives in it
	livesAway  = "registered" // is registered only
	ownerHome  = "own"
	rentedHome = "rented"
	vacantHome = "vacant"
)

// move lets a home change hands when it is time.
func (s *Simulation) move(ctx context.Context, now time.Time) error {
	if now.Before(s.nextHome) || len(s.homes) == 0 {
		return nil
	}
	s.nextHome = now.Add(s.wait(s.Homes))
	h := &s.homes[s.chance.IntN(len(s.homes))]
	people, err := s.api.residents(ctx, h.ID)
	if err != nil {
		return failed("home", h.ID, err)
	}
	state, residence := s.handOver(h.State, people)
	for _, p := range people {
		if p.Residence != residence && residence != "" {
			path := fmt.Sprintf("/api/people/%d", p.ID)
			err = errors.Join(err, s.api.do(ctx, http.MethodPatch, path, p.Revision, map[string]string{"residence": residence}, nil))
		}
	}
	if err == nil && state != h.State {
		err = s.api.do(ctx, http.MethodPatch, homePath(h), h.Revision, map[string]string{"state": state}, h)
	}
	if errors.Is(err, errStale) {
		err = s.api.do(ctx, http.MethodGet, homePath(h), 0, nil, h)
	}
	return failed("home", h.ID, err)
}

func homePath(h *home) string { return fmt.Sprintf("/api/dwellings/%d", h.ID) }

// handOver returns what becomes of a home, and of its people if that changes: a
// family that is registered there may move away and come back, so that nobody lives
// in a vacant home. Others only change between owner and tenant.
func (s *Simulation) handOver(state string, people []resident) (next, residence string) {
	all := func(residence string) bool {
		for _, p := range people {
			if p.Residence != residence {
				return false
			}
		}
		return len(people) > 0
	}
	switch {
	case state == vacantHome && all(livesAway):
		return ownerHome, livesHere
	case state == vacantHome:
		return vacantHome, ""
	case all(livesHere) && s.chance.IntN(3) == 0:
		return vacantHome, livesAway
	case state == ownerHome:
		return rentedHome, ""
	case state == rentedHome:
		return ownerHome, ""
	}
	return state, ""
}
