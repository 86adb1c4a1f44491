package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"syscall"
	"time"
)

// benchCommand measures the figures of docs/BENCHMARKS.md. Times are CPU seconds
// of this process unless a figure says otherwise: these are what a shared machine
// leaves comparable.
type benchCommand struct {
	Figures []string `arg:"" optional:"" name:"FIGURE" help:"tile, scope, identify, memory, changes, import, floor, feed, screens, sign-in, made, city; default: all."`
	JSON    bool     `help:"A JSON object a line."`
	Load    bool     `hidden:"" help:"Be the load process of the feed bench."`
	Ask     []string `hidden:"" help:"Be the asking process of the city bench, on these sockets."`
	Screens int      `help:"Screens that see one change, in floor, feed, screens and sign-in." default:"500"`
	madeFlags
	cityFlags
	SignIns int `name:"sign-ins" help:"Accounts that sign in, in sign-in." default:"10000"`
}

// A figure is one measured number.
type figure struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
	On    string  `json:"on"` // on what it was measured
}

// A meter measures one group of figures and hands each to tell.
type meter func(ctx context.Context, tell func(figure)) error

// Run implements kong's command.
func (c *benchCommand) Run(in *invocation) error {
	if c.Load {
		return feedLoad(in.ctx)
	}
	if len(c.Ask) > 0 {
		return askSockets(in.ctx, c.Ask, in.stdout)
	}
	meters := []struct {
		name string
		run  meter
	}{
		{"tile", benchTile}, {"scope", benchScope}, {"identify", benchIdentify}, {"memory", benchMemory},
		{"changes", benchChanges}, {"import", benchImport}, {"floor", c.benchFloor}, {"feed", c.benchFeed}, {"screens", c.benchScreens}, {"sign-in", c.benchDoor}, {"made", c.benchMade}, {"city", c.benchCity},
	}
	unknown := slices.Clone(c.Figures)
	var failed error
	for _, m := range meters {
		unknown = slices.DeleteFunc(unknown, func(name string) bool { return name == m.name })
		if len(c.Figures) > 0 && !slices.Contains(c.Figures, m.name) {
			continue
		}
		tell := func(f figure) { failed = errors.Join(failed, c.print(in.stdout, f)) }
		if err := m.run(in.ctx, tell); err != nil {
			return fmt.Errorf("bench %s: %w", m.name, err)
		}
	}
	if len(unknown) > 0 {
		return fmt.Errorf("bench %s: there is no such figure", unknown[0])
	}
	return failed
}

func (c *benchCommand) print(to io.Writer, f figure) error {
	if c.JSON {
		return json.NewEncoder(to).Encode(f)
	}
	_, err := fmt.Fprintf(to, "%-28s %14.3f %-12s %s\n", f.Name, f.Value, f.Unit, f.On)
	return err
}

// cpu returns the CPU time that this process has used.
func cpu() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// perRun returns the CPU time of one run of f, over as many as fill about a second.
func perRun(f func()) time.Duration {
	f() // what is made once is made now
	runtime.GC()
	began, runs := cpu(), 0
	for cpu()-began < time.Second {
		f()
		runs++
	}
	return (cpu() - began) / time.Duration(runs)
}

// heap returns the bytes of live objects.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// percentile returns the value below which share of the sorted values lie.
func percentile(sorted []time.Duration, share float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// folder makes a folder that lives as long as a measurement.
func folder() (path string, remove func(), err error) {
	path, err = os.MkdirTemp("", "quanxi-bench-")
	return path, func() { os.RemoveAll(path) }, err
}
