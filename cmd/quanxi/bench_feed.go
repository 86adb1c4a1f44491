package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/server/socket/feedload"
)

// feedLoad is the load process: it opens the screens and writes down what comes.
func feedLoad(ctx context.Context) error { return feedload.Serve(ctx, os.Stdin, os.Stdout) }

// A crowd is the screens of a measurement, and what is reported while they look.
type crowd struct {
	name    string
	screens int
	places  int // that they look at in turn; a change is at one of them
	changes int
	token   string // of the screens and of who reports; empty where nobody needs one
	tiles   bool   // each holds a tile of events, and fetches it again when it is stale
}

// benchFeed is the bar of 500 screens that all see each change.
func (c *benchCommand) benchFeed(ctx context.Context, tell func(figure)) error {
	return benchCrowd(ctx, crowd{name: "feed", screens: c.Screens, places: 1, changes: 100}, tell)
}

// benchScreens is the bar of 10,000 screens with views of their own, 20 changes/s
// each seen by 500, and the tiles that are fetched for them.
func (c *benchCommand) benchScreens(ctx context.Context, tell func(figure)) error {
	return benchCrowd(ctx, crowd{name: "screens", screens: 20 * c.Screens, places: 20, changes: 200, tiles: true}, tell)
}

// benchCrowd reports events to a server of this process over HTTP and measures,
// from the commit in its store to each of the screens of another process, how long
// it takes.
func benchCrowd(ctx context.Context, c crowd, tell func(figure)) error {
	listen := listenFlags{Rates: map[string]int{"feed": 0, "address": 0}} // all screens are one account's, and here
	open := func(*serveCommand) (door, error) { return openDoor() }
	return onServer(ctx, listen, open, func(at string, commits *commits) error { return c.measure(ctx, at, commits, tell) })
}

// onServer has a server of this process, with a store of its own that tells its commits,
// used at an address.
func onServer(ctx context.Context, listen listenFlags, prepare func(*serveCommand) (door, error), use func(at string, commits *commits) error) error {
	path, remove, err := folder()
	if err != nil {
		return err
	}
	defer remove()
	ctx, cancel := context.WithCancel(ctx)
	p := newParts(ctx)
	commits := &commits{at: make(map[int64]time.Time)}
	listen.Addr = "127.0.0.1:0"
	serve := serveCommand{storeFlags: storeFlags{Data: filepath.Join(path, "data"), wrap: commits.watch}, listenFlags: listen}
	quiet := logFlags{LogLevel: 8, LogFormat: "json"}.logger(io.Discard)
	at, err := serve.start(ctx, p, quiet, io.Discard, func() (door, error) { return prepare(&serve) })
	if err == nil {
		err = use(at, commits)
	}
	cancel()
	return errors.Join(err, p.stop())
}

// commits remembers when writes were durable. It is safe for concurrent use.
type commits struct {
	mu sync.Mutex
	at map[int64]time.Time // by entity; guarded by mu
}

// A watched store tells commits of each write.
type watched struct {
	store
	commits *commits
}

func (c *commits) watch(s store) store { return watched{s, c} }

// Write implements grid.Store.
func (w watched) Write(ctx context.Context, write grid.Write) (grid.Receipt, error) {
	receipt, err := w.store.Write(ctx, write)
	now := time.Now()
	w.commits.mu.Lock()
	defer w.commits.mu.Unlock()
	for _, e := range write.Put {
		w.commits.at[e.Entity().ID] = now
	}
	return receipt, err
}

// place is where the crowd's number i looks.
func (c crowd) place(i int) (lon, lat float64) { return 106 + float64(i%c.places)/10, 29.5 }

// looks returns the views of the crowd, one for each place.
func (c crowd) looks() []feedload.Look {
	looks := make([]feedload.Look, c.places)
	for i := range looks {
		lon, lat := c.place(i)
		looks[i].View = fmt.Appendf(nil, `{"op":"view","bbox":[%f,%f,%f,%f],"zoom":16,"layers":["events"],"topics":["events"]}`, lon-0.01, lat-0.01, lon+0.01, lat+0.01)
		if c.tiles {
			p := geo.Project(geo.At(lon, lat))
			looks[i].Tiles = []feedload.Tile{{Layers: "events", Z: 16, X: p.X >> 16, Y: p.Y >> 16}}
		}
	}
	return looks
}

func (c crowd) measure(ctx context.Context, at string, commits *commits, tell func(figure)) error {
	if err := ready(ctx, at); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	load, err := feedload.Start(exec.Command(program, "bench", "--load"), feedload.Config{
		URL: "ws" + strings.TrimPrefix(at, "http") + "/feed", Token: c.token, Screens: c.screens, Looks: c.looks(),
	})
	if err != nil {
		return err
	}
	requests, before := map[int64]time.Time{}, cpu()
	for n := range c.changes {
		began := time.Now()
		lon, lat := c.place(n)
		id, err := c.reportEvent(ctx, at, n, lon, lat)
		if err != nil {
			return errors.Join(err, ignore(load.Stop()))
		}
		requests[id] = began
		pause(ctx, 50*time.Millisecond-time.Since(began))
	}
	pause(ctx, time.Second) // the last frames are on their way
	used := cpu() - before
	totals, err := load.Stop()
	if err != nil {
		return err
	}
	on := fmt.Sprintf("%d screens, %d events reported over HTTP, each seen by %d", c.screens, c.changes, c.screens/c.places)
	c.tellDelays("commit", feedload.DelaysSince(commits.of(requests), totals.Receipts), on, tell)
	c.tellDelays("request", feedload.DelaysSince(firsts(requests), totals.Receipts), on, tell)
	tell(figure{c.name + "_cpu", milliseconds(used) / float64(c.changes), "ms/change", on + ", CPU of the server and the reporter"})
	tell(figure{c.name + "_tiles", float64(totals.Tiles), "tiles", on})
	tell(figure{c.name + "_resyncs", float64(totals.Resyncs), "", on})
	return nil
}

func ignore(_ feedload.Totals, err error) error { return err }

// tellDelays tells how long it took from an instant to the screens.
func (c crowd) tellDelays(since string, d feedload.Delays, on string, tell func(figure)) {
	on = fmt.Sprintf("%s, %s to screen, %d of %d frames", on, since, d.Got, c.changes*c.screens/c.places)
	tell(figure{c.name + "_" + since + "_p50", milliseconds(d.P50), "ms wall", on})
	tell(figure{c.name + "_" + since + "_p99", milliseconds(d.P99), "ms wall", on})
}

// firsts returns the writes that made new entities.
func firsts(at map[int64]time.Time) map[feedload.Write]time.Time {
	writes := make(map[feedload.Write]time.Time, len(at))
	for id, when := range at {
		writes[feedload.Write{ID: id, Revision: 1}] = when
	}
	return writes
}

// of returns when the given new entities were committed.
func (c *commits) of(ids map[int64]time.Time) map[feedload.Write]time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := make(map[int64]time.Time, len(ids))
	for id := range ids {
		at[id] = c.at[id]
	}
	return firsts(at)
}

// ready waits until the server has loaded its World.
func ready(ctx context.Context, at string) error {
	for ctx.Err() == nil {
		res, err := http.Get(at + "/readyz")
		if err == nil {
			res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return nil
			}
		}
		pause(ctx, 20*time.Millisecond)
	}
	return ctx.Err()
}

// reportEvent reports one event and returns its id.
func (c crowd) reportEvent(ctx context.Context, at string, n int, lon, lat float64) (int64, error) {
	body := fmt.Sprintf(`{"category":"lamp","title":"bench %d","lon":%f,"lat":%f,"urgency":"routine","occurred_at":"2026-11-08T02:10:00Z"}`, n, lon, lat)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/api/events", bytes.NewBufferString(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		return 0, fmt.Errorf("report: %s", res.Status)
	}
	var event struct {
		ID int64 `json:"id"`
	}
	if err := json.NewDecoder(res.Body).Decode(&event); err != nil {
		return 0, err
	}
	return event.ID, nil
}
