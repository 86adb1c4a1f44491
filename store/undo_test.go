package store_test

import (
	"errors"
	"strings"
	"testing"

	"quanxi/grid"
	"quanxi/store"
)

func TestWhyALoadIsNotTakenBack(t *testing.T) {
	for _, tt := range []struct {
		name   string
		state  grid.LoadState
		edited bool
		above  int64
		want   string // empty if it may be
	}{
		{"a live load", grid.LoadLive, false, 0, ""},
		{"one that was taken back before", grid.LoadUndone, false, 0, "it is undone"},
		{"one that never was live", grid.LoadAborted, false, 0, "it is aborted"},
		{"one that was edited", grid.LoadLive, true, 0, "edited since"},
		{"one under a later load says what to do", grid.LoadLive, false, 5, "load 5 lies over it, undo that first"},
		{"one under a later load that was edited as well", grid.LoadLive, true, 5, "load 5 lies over it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := store.MayUndo(tt.state, tt.edited, tt.above)
			if tt.want == "" && err != nil || tt.want != "" && (!errors.Is(err, grid.ErrConflict) || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}
