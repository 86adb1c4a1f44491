package feed

import (
	"testing"
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
