package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"quanxi/access"
	"quanxi/grid"
)

// areaHeader names on every reply the area that this node holds, if it does not hold
// everything: what is counted and listed is of that area.
const areaHeader = "Quanxi-Area"

// An OwnAreaBody says which area a node holds.
type OwnAreaBody struct {
	Code     string     `json:"code"`
	Name     string     `json:"name"`
	Envelope [4]float64 `json:"envelope" doc:"west, south, east, north"`
}

// OwnArea returns the area that a node holds, nil if it holds everything.
func OwnArea(vs *access.Views) *OwnAreaBody {
	own, ok := vs.Own()
	if !ok {
		return nil
	}
	return &OwnAreaBody{Code: string(own.Code), Name: own.Name, Envelope: degreesOf(own.Envelope)}
}

// OwnAreaJSON is OwnArea as the feed tells it; nil if the node holds everything.
func OwnAreaJSON(vs *access.Views) json.RawMessage {
	own := OwnArea(vs)
	if own == nil {
		return nil
	}
	text, err := json.Marshal(own)
	if err != nil {
		return nil // strings and numbers always marshal
	}
	return text
}

// here says of an error what it means on a node that does not hold everything: what lies
// elsewhere is to be asked of another node (421), and so is what was refused to somebody
// who has posts elsewhere, where it may be allowed. On a node that holds everything it
// returns err.
func (s *Server) here(ctx context.Context, err error) error {
	own := OwnArea(s.Views)
	if own == nil || err == nil {
		return err
	}
	who := askerFrom(ctx)
	refused := errors.Is(err, grid.ErrNotFound) || errors.Is(err, access.ErrForbidden)
	switch {
	case errors.Is(err, access.ErrNotHeld):
	case refused && who.viewer != nil && who.viewer.IsBeyond():
		*who.verdict = problem(err).Status
	default:
		return err
	}
	p := newProblem(http.StatusMisdirectedRequest, "this node holds "+own.Code+" "+own.Name+" only: ask another one")
	p.Area = own
	return p
}

// isMap reports whether a request is of what lies somewhere, and not of the application.
func isMap(path string) bool {
	for _, begin := range []string{"/api/", "/tiles/", "/ogc"} {
		if strings.HasPrefix(path, begin) {
			return true
		}
	}
	return false
}
