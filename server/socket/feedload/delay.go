package feedload

import (
	"slices"
	"time"
)

// A Write is one change that was published.
type Write struct{ ID, Revision int64 }

// Delays says how long changes took from their writes to the screens.
type Delays struct {
	Got      int // receipts of the writes
	P50, P99 time.Duration
	Max      time.Duration
}

// DelaysSince returns how long the receipts took since their writes were done.
// Receipts of other writes are left out.
func DelaysSince(done map[Write]time.Time, receipts []Receipt) Delays {
	var spans []time.Duration
	for _, r := range receipts {
		if at, ok := done[Write{r.ID, r.Revision}]; ok {
			spans = append(spans, time.Duration(r.At-at.UnixNano()))
		}
	}
	if len(spans) == 0 {
		return Delays{}
	}
	slices.Sort(spans)
	at := func(share float64) time.Duration { return spans[int(share*float64(len(spans)-1))] }
	return Delays{len(spans), at(0.5), at(0.99), spans[len(spans)-1]}
}
