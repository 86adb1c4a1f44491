package main

import (
	"context"
	"errors"
	"fmt"
)

// parts run side by side and stop in the reverse of the order in which they were
// started: what others stand on goes last. It is for one goroutine.
type parts struct {
	base    context.Context // carries values; its end stops nothing by itself
	failed  chan error
	leave   []func() // called when all are told to stop, before any does
	running []part
}

type part struct {
	stop  context.CancelFunc
	ended chan struct{}
}

func newParts(ctx context.Context) *parts {
	return &parts{base: context.WithoutCancel(ctx), failed: make(chan error, 1)}
}

// start runs a part until it is stopped. If it ends of itself with an error,
// everything is stopped.
func (p *parts) start(name string, run func(context.Context) error) {
	ctx, stop := context.WithCancel(p.base)
	it := part{stop, make(chan struct{})}
	p.running = append(p.running, it)
	go func() {
		defer close(it.ended)
		if err := run(ctx); err != nil && !errors.Is(err, context.Canceled) {
			select {
			case p.failed <- fmt.Errorf("%s: %w", name, err):
			default: // another part failed first, and that is the reason to tell
			}
		}
	}()
}

// atEnd has f called when everything started later has stopped.
func (p *parts) atEnd(name string, f func() error) {
	p.start(name, func(ctx context.Context) error {
		<-ctx.Done()
		return f()
	})
}

// atLeave has f called when the process is told to stop, while everything still runs.
func (p *parts) atLeave(f func()) { p.leave = append(p.leave, f) }

// wait returns when ctx ends or a part fails, after all parts have stopped.
func (p *parts) wait(ctx context.Context) error {
	var err error
	select {
	case <-ctx.Done():
		for _, f := range p.leave {
			f()
		}
	case err = <-p.failed:
	}
	return errors.Join(err, p.stop())
}

// stop ends all parts in reverse and returns what one of them failed with while
// ending.
func (p *parts) stop() error {
	for i := len(p.running) - 1; i >= 0; i-- {
		p.running[i].stop()
		<-p.running[i].ended
	}
	p.running = nil
	select {
	case err := <-p.failed:
		return err
	default:
		return nil
	}
}
