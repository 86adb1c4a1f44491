package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"quanxi/world"
)

// censusLook is how often the keeper of the census looks whether another was taken.
const censusLook = time.Second

// A censusFile keeps the census of the day for the next start of this node: taken anew then, it
// would tell in the course of a day how many moved, which is shown daily at most (RULES C1). It
// holds what everybody is shown who counts. Without it, or where it cannot be read, the census is
// taken at the start.
type censusFile struct {
	path  string
	world *world.World
	told  *slog.Logger
}

// read returns the census that was kept; the zero one if there is none.
func (f *censusFile) read() (c world.DayCensus) {
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return c
	}
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		f.told.Warn("census of the day not read: it is taken anew", "err", err)
		return world.DayCensus{}
	}
	return c
}

// run keeps each census that is taken, also the one that is shown at the end.
func (f *censusFile) run(ctx context.Context) error {
	look := time.NewTicker(censusLook)
	defer look.Stop()
	var kept int64
	warned := false
	keep := func() {
		seen := f.world.Snapshot()
		if seen.CensusAt() == kept {
			return
		}
		switch err := f.write(seen.DayCensus()); {
		case err == nil:
			kept, warned = seen.CensusAt(), false
		case !warned: // it is tried again each second, and said once
			f.told.Warn("census of the day not kept: the next start takes another", "err", err)
			warned = true
		}
	}
	for {
		select {
		case <-ctx.Done():
			keep()
			return nil
		case <-look.C:
			keep()
		}
	}
}

// write keeps a census in the place of the one before: whoever reads finds one of them whole.
func (f *censusFile) write(c world.DayCensus) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	next := f.path + ".next"
	if err := os.WriteFile(next, text, 0o600); err != nil {
		return err
	}
	return os.Rename(next, f.path)
}
