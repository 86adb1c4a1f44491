package feed

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"quanxi/grid"
)

// After a burst a queue keeps room for a few frames, not for the burst: there are ten
// thousand queues.
func TestAQueueLetsGoOfTheRoomOfABurst(t *testing.T) {
	q := newQueue(time.Second)
	for range 3 {
		for range maxFrames {
			q.push(Frame{})
		}
		if got := len(q.takeFrames()); got != maxFrames {
			t.Fatalf("%d frames", got)
		}
	}
	if room := cap(q.frames) + cap(q.taken); room > 2*keptFrames {
		t.Errorf("room for %d frames is kept, want %d at most", room, 2*keptFrames)
	}
}

// The timer of a turn has run out, and before it gets the lock a reader takes what the turn
// was for, and something is queued for the next.
func TestATurnComesForWhatIsQueuedWhileAnotherIsTaken(t *testing.T) {
	for _, before := range []bool{true, false} {
		t.Run(fmt.Sprintf("queued before it is taken: %v", before), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := newQueue(time.Second)
				q.suspect(Tile{Z: 1})
				q.timer.Stop() // and turned waits for the lock
				time.Sleep(time.Second)
				if before {
					q.suspect(Tile{Z: 2})
				}
				if got := q.take().Suspects; len(got) != 1 || got[0] != (Tile{Z: 1}) {
					t.Fatalf("%v is due", got)
				}
				q.suspect(Tile{Z: 2})
				q.turned()
				<-q.wake
				q.take()
				time.Sleep(time.Second)
				synctest.Wait()
				select {
				case <-q.wake:
				default:
					t.Fatal("nobody is told that something is due")
				}
				if got := q.take().Suspects; len(got) != 1 || got[0] != (Tile{Z: 2}) {
					t.Errorf("%v is due", got)
				}
			})
		})
	}
}

// What is queued in a turn is due in the next, however often it is queued again, and however
// much of the turn before is taken late.
func TestWhatIsQueuedIsDueInTheNextTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(time.Second)
		number := func(code grid.Code) state { return state{key: stateKey{topic: CountersTopic, code: code}} }
		due := func(want ...grid.Code) {
			t.Helper()
			if got := q.take().Counters; !slices.Equal(got, want) {
				t.Fatalf("%v is due, want %v", got, want)
			}
		}
		q.put(number("5001"))
		time.Sleep(1100 * time.Millisecond) // the first turn has ended, and nobody has taken it
		q.put(number("5001"))               // waits already
		q.put(number("5002"))
		due("5001")
		q.put(number("5002")) // in the place of the one that waits
		q.put(number("5001"))
		due()
		time.Sleep(time.Second)
		synctest.Wait()
		select {
		case <-q.wake:
		default:
			t.Fatal("nobody is told that something is due")
		}
		due("5002", "5001")
		time.Sleep(2 * time.Second)
		due()
	})
}
