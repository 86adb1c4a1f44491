package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"quanxi/server/socket/feedload"
)

// feedLoad is the load process: it opens the screens and writes down what comes.
func feedLoad(ctx context.Context) error { return feedload.Serve(ctx, os.Stdin, os.Stdout) }

// benchFeed reports events to a server of this process over HTTP and measures,
// from the request to each of the screens of another process, how long it takes.
func (c *benchCommand) benchFeed(ctx context.Context, tell func(figure)) error {
	path, remove, err := folder()
	if err != nil {
		return err
	}
	defer remove()
	ctx, cancel := context.WithCancel(ctx)
	p := newParts(ctx)
	serve := serveCommand{
		storeFlags:  storeFlags{Data: filepath.Join(path, "data")},
		listenFlags: listenFlags{Addr: "127.0.0.1:0"},
	}
	at, err := serve.start(ctx, p, logFlags{LogLevel: 8, LogFormat: "json"}.logger(io.Discard), io.Discard)
	if err != nil {
		cancel()
		return errors.Join(err, p.stop())
	}
	err = c.measureFeed(ctx, at, tell)
	cancel()
	return errors.Join(err, p.stop())
}

func (c *benchCommand) measureFeed(ctx context.Context, at string, tell func(figure)) error {
	if err := ready(ctx, at); err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	const changes = 100
	view := json.RawMessage(`{"op":"view","bbox":[106,29,107,30],"zoom":14,"layers":["events"],"topics":["events"]}`)
	load, err := feedload.Start(exec.Command(program, "bench", "--load"), feedload.Config{
		URL: "ws" + strings.TrimPrefix(at, "http") + "/feed", Screens: c.Screens, Looks: []feedload.Look{{View: view}},
	})
	if err != nil {
		return err
	}
	sent := map[int64]int64{}
	for n := range changes {
		id, when, err := reportEvent(ctx, at, n)
		if err != nil {
			return errors.Join(err, ignore(load.Stop()))
		}
		sent[id] = when
		pause(ctx, 50*time.Millisecond)
	}
	pause(ctx, time.Second) // the last frames are on their way
	totals, err := load.Stop()
	if err != nil {
		return err
	}
	tellDelays(totals, sent, c.Screens, tell)
	return nil
}

func ignore(_ feedload.Totals, err error) error { return err }

func tellDelays(totals feedload.Totals, sent map[int64]int64, screens int, tell func(figure)) {
	var delays []time.Duration
	for _, r := range totals.Receipts {
		if when, ok := sent[r.ID]; ok {
			delays = append(delays, time.Duration(r.At-when))
		}
	}
	slices.SortFunc(delays, cmp.Compare)
	on := fmt.Sprintf("%d screens, %d events reported over HTTP, request to screen, %d of %d frames", screens, len(sent), len(delays), len(sent)*screens)
	tell(figure{"feed_p50", milliseconds(percentile(delays, 0.5)), "ms wall", on})
	tell(figure{"feed_p99", milliseconds(percentile(delays, 0.99)), "ms wall", on})
	tell(figure{"feed_resyncs", float64(totals.Resyncs), "", on})
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

// reportEvent reports one event and returns its id and the time just before.
func reportEvent(ctx context.Context, at string, n int) (id, when int64, err error) {
	body := fmt.Sprintf(`{"category":"lamp","title":"bench %d","lon":106.5,"lat":29.5,"urgency":"routine","occurred_at":"2026-11-08T02:10:00Z"}`, n)
	when = time.Now().UnixNano()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at+"/api/events", bytes.NewBufferString(body))
	if err != nil {
		return 0, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		return 0, 0, fmt.Errorf("report: %s", res.Status)
	}
	var event struct {
		ID int64 `json:"id"`
	}
	if err := json.NewDecoder(res.Body).Decode(&event); err != nil {
		return 0, 0, err
	}
	return event.ID, when, nil
}
