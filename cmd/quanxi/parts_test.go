package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
)

func TestPartsStopInReverse(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := newParts(ctx)
	var mu sync.Mutex
	var ended []string
	for _, name := range []string{"store", "world", "server"} {
		p.atEnd(name, func() error {
			mu.Lock()
			defer mu.Unlock()
			ended = append(ended, name)
			return nil
		})
	}
	cancel()
	if err := p.wait(ctx); err != nil {
		t.Fatal(err)
	}
	if want := []string{"server", "world", "store"}; !slices.Equal(ended, want) {
		t.Errorf("stopped in the order %v, want %v", ended, want)
	}
}

func TestAPartThatFailsStopsTheRest(t *testing.T) {
	p := newParts(t.Context())
	stopped := false
	p.atEnd("store", func() error { stopped = true; return nil })
	broken := errors.New("port in use")
	p.start("server", func(context.Context) error { return broken })
	if err := p.wait(t.Context()); !errors.Is(err, broken) {
		t.Errorf("wait = %v, want %v", err, broken)
	}
	if !stopped {
		t.Error("the store was left open")
	}
}

func TestWhatFailsWhileStoppingIsTold(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := newParts(ctx)
	broken := errors.New("disk full")
	p.atEnd("store", func() error { return broken })
	if err := p.wait(ctx); !errors.Is(err, broken) {
		t.Errorf("wait = %v, want %v", err, broken)
	}
}
