package socket

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A client that floods is read at its pace; one that pans fast is not held up.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, began := newPace(200), time.Now()
		for range 2000 {
			if err := p.next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("a burst takes %v", took)
		}
		for range 1000 {
			if err := p.next(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("a thousand more take %v, want 5s", took)
		}
		gone := errors.New("gone")
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(gone)
		if err := p.next(ctx); !errors.Is(err, gone) {
			t.Errorf("a connection that has ended waits on: %v", err)
		}
	})
}
