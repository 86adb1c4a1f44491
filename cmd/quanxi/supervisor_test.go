package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"quanxi/server"
)

// hearing opens the socket of a supervisor and returns its name and what is said there, in turn.
func hearing(t *testing.T) (supervisor, func() string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return supervisor(path), func() string {
		t.Helper()
		if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
			t.Fatal(err)
		}
		said := make([]byte, 256)
		n, err := conn.Read(said)
		if err != nil {
			t.Fatalf("the supervisor hears nothing more: %v", err)
		}
		return string(said[:n])
	}
}

func TestASupervisorHearsWhenTheServerIsReadyAndWhenItStops(t *testing.T) {
	by, heard := hearing(t)
	c := &serveCommand{storeFlags: storeFlags{Data: t.TempDir()}, listenFlags: listenFlags{Addr: "127.0.0.1:0", Supervisor: by}}
	ctx, stop := context.WithCancel(t.Context())
	p := newParts(ctx)
	at, err := c.start(ctx, p, slog.New(slog.DiscardHandler), io.Discard, openDoor)
	if err != nil {
		t.Fatal(err)
	}
	for heard() != "STATUS=ready\nREADY=1" {
	}
	if status, _, body := askOnce(t, "GET", at+"/readyz", ""); status != 200 {
		t.Errorf("/readyz of a server that said it was ready: %d %s", status, body)
	}
	stop()
	if err := p.wait(ctx); err != nil {
		t.Fatal(err)
	}
	for heard() != "STOPPING=1" {
	}
}

func TestASupervisorHearsOnlyWhatIsOtherwiseThanBefore(t *testing.T) {
	by, heard := hearing(t)
	loading, silent, ready := server.NodeStatus{}, server.NodeStatus{Loaded: true}, server.NodeStatus{Loaded: true, Fresh: true}
	course := []server.NodeStatus{loading, loading, ready, ready, silent, ready}
	ctx, stop := context.WithCancel(t.Context())
	status := func() server.NodeStatus {
		now := course[0]
		if course = course[1:]; len(course) == 0 {
			stop()
			course = []server.NodeStatus{now}
		}
		return now
	}
	if err := by.follow(ctx, status); err != nil {
		t.Fatal(err)
	}
	want := []string{"STATUS=the World is loading", "STATUS=ready\nREADY=1", "STATUS=the relay is silent", "STATUS=ready\nREADY=1"}
	var got []string
	for range want {
		got = append(got, heard())
	}
	if !slices.Equal(got, want) {
		t.Errorf("heard %q, want %q", got, want)
	}
}

func TestASupervisorThatDoesNotHearStopsNothing(t *testing.T) {
	c := &serveCommand{storeFlags: storeFlags{Data: t.TempDir()},
		listenFlags: listenFlags{Addr: "127.0.0.1:0", Supervisor: supervisor(filepath.Join(t.TempDir(), "nobody"))}}
	ctx, stop := context.WithCancel(t.Context())
	p := newParts(ctx)
	at, err := c.start(ctx, p, slog.New(slog.DiscardHandler), io.Discard, openDoor)
	if err != nil {
		t.Fatal(err)
	}
	awaitReady(t, at)
	stop()
	if err := p.wait(ctx); err != nil {
		t.Error(err)
	}
}
