package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/world"
)

// A node that starts again on the same day shows the census that it showed before.
func TestTheCensusOfTheDayIsKeptForTheNextStart(t *testing.T) {
	const day = 24 * time.Hour
	began := time.Date(2026, 3, 2, 8, 0, 0, 0, time.Local)
	for _, tt := range []struct {
		name  string
		after time.Duration
		spoil string // what is written over the file
		taken time.Duration
	}{
		{"an hour later", time.Hour, "", 0},
		{"the next day", day, "", day},
		{"of a file that was spoilt", time.Hour, "{", time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path, now := filepath.Join(t.TempDir(), "census.json"), began
			start := func() *censusFile {
				w := world.New(world.Options{Now: func() time.Time { return now }})
				f := &censusFile{path: path, world: w, told: slog.New(slog.NewTextHandler(io.Discard, nil))}
				load := applier{w, access.NewDirectory(), func() time.Time { return now }, nil, f}.begin()
				if err := load.Add(&grid.Division{Head: grid.Head{ID: 1, Revision: 1}, Code: "500106001", Name: "镇", Level: grid.TownLevel}); err != nil {
					t.Fatal(err)
				}
				if err := load.world.Publish(world.Position{Epoch: "one"}); err != nil {
					t.Fatal(err)
				}
				return f
			}
			ended, end := context.WithCancel(t.Context())
			end()
			if err := start().run(ended); err != nil {
				t.Fatal(err)
			}
			if tt.spoil != "" {
				if err := os.WriteFile(path, []byte(tt.spoil), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			now = now.Add(tt.after)
			if at := start().world.Snapshot().CensusAt(); at != began.Add(tt.taken).Unix() {
				t.Errorf("it is of %v, want %v", time.Unix(at, 0), began.Add(tt.taken))
			}
		})
	}
}
