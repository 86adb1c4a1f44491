package server

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A pipes listener hands out one end of pipes, whose deadlines go by the test's clock.
type pipes struct {
	dialled chan net.Conn
	closed  chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.dialled:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p pipes) Close() error   { close(p.closed); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// Who sends a byte a second and never ends holds a connection for no longer than others do.
func TestASlowClientHoldsNoConnection(t *testing.T) {
	for _, tt := range []struct {
		name, begins string
		drips        bool // goes on a byte a second
		within       time.Duration
	}{
		{"headers that never end", "GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ", true, 11 * time.Second},
		{"a body that never ends", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n", true, replyTimeout + time.Second},
		{"nothing at all", "", false, 11 * time.Second},
		{"nothing after a request", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", false, 3 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { slowly(t, tt.begins, tt.drips, tt.within) })
		})
	}
}

// slowly begins a request, and expects to be cut off in time.
func slowly(t *testing.T, begins string, drips bool, within time.Duration) {
	listener := pipes{make(chan net.Conn), make(chan struct{})}
	reads := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusRequestTimeout)
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() {
		served <- Serve(ctx, listener, deadline(workTimeout, replyTimeout, reads), nil, slog.New(slog.DiscardHandler))
	}()
	ours, theirs := net.Pipe()
	listener.dialled <- theirs
	began := time.Now()
	var client sync.WaitGroup
	client.Go(func() {
		_, err := io.WriteString(ours, begins)
		for drips && err == nil {
			time.Sleep(time.Second) // of the test's clock
			_, err = ours.Write([]byte("x"))
		}
	})
	if _, err := io.Copy(io.Discard, ours); err != nil && !errors.Is(err, io.ErrClosedPipe) {
		t.Error(err)
	}
	if took := time.Since(began); took > within {
		t.Errorf("held for %v", took)
	}
	ours.Close()
	client.Wait()
	cancel()
	if err := <-served; err != nil {
		t.Error(err)
	}
}
