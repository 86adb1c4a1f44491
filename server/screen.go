package server

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"quanxi/access"
	"quanxi/events"
	"quanxi/grid"
	"quanxi/tiles"
)

// A Screen is a View as the feed's socket holds it. It is safe for concurrent use.
type Screen struct {
	view     *access.View
	standing string
}

// NewScreen returns the screen of a View.
func NewScreen(view *access.View) *Screen { return &Screen{view, view.Viewer().Standing()} }

// Sees reports whether the viewer may know of an entity of a kind in an area.
func (s *Screen) Sees(kind grid.Kind, area grid.Code) bool { return s.view.Viewer().Sees(kind, area) }

// SeesEvents reports whether the viewer may know of events of a privacy in an area.
func (s *Screen) SeesEvents(p events.Privacy, area grid.Code) bool {
	return s.view.Viewer().SeesEvents(p, area)
}

// SeesNumbers reports whether the viewer may know how many people and homes a
// division has.
func (s *Screen) SeesNumbers(division grid.Code) bool { return s.view.Viewer().SeesNumbers(division) }

// Ranges returns the codes of all areas in which the viewer may know of anything.
func (s *Screen) Ranges() []grid.CodeRange { return s.view.Viewer().Ranges() }

// Standing names the viewer by what it may be told of.
func (s *Screen) Standing() string { return s.standing }

// Tile returns the MVT bytes of a tile of layers joined by commas, and a digest of
// them. The bytes are shared: nobody changes them.
func (s *Screen) Tile(ctx context.Context, layers string, z uint8, x, y uint32) ([]byte, uint64, error) {
	tile, err := s.view.Tile(ctx, strings.Split(layers, ","), tiles.ID{Z: z, X: x, Y: y}, "")
	if err != nil {
		return nil, 0, err
	}
	digest, err := strconv.ParseUint(tile.Digest, 16, 64)
	return tile.Body, digest, err
}

// Counters returns a division's counters as a JSON object with its code; false if
// there is no such division for this viewer.
func (s *Screen) Counters(code grid.Code) (json.RawMessage, bool) {
	counters, err := s.view.Counters(code)
	if err != nil {
		return nil, false
	}
	text, err := json.Marshal(countersBody{Code: string(code), Counters: counters})
	return text, err == nil
}
