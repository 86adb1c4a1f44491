package feed

import (
	"testing"
	"testing/synctest"
	"time"
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
// was for, and something else is queued for the next.
func TestATurnComesForWhatIsQueuedWhileAnotherIsTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newQueue(time.Second)
		q.suspect(Tile{Z: 1})
		q.timer.Stop() // and turned waits for the lock
		time.Sleep(time.Second)
		if got := q.take().Suspects; len(got) != 1 {
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
}
