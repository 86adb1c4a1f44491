package main

import "runtime/metrics"

// runtimeFigures are what the runtime counts from its start on.
type runtimeFigures struct{ samples []metrics.Sample }

const (
	stopsFigure = iota
	runnableFigure
	assistFigure
	collectingFigure
	collectionsFigure
	allocatedFigure
	scannedFigure
)

func runtimeNow() runtimeFigures {
	names := [...]string{
		stopsFigure: "/sched/pauses/total/gc:seconds", runnableFigure: "/sched/latencies:seconds",
		assistFigure: "/cpu/classes/gc/mark/assist:cpu-seconds", collectingFigure: "/cpu/classes/gc/total:cpu-seconds",
		collectionsFigure: "/gc/cycles/total:gc-cycles", allocatedFigure: "/gc/heap/allocs:bytes",
		scannedFigure: "/gc/scan/heap:bytes",
	}
	r := runtimeFigures{make([]metrics.Sample, len(names))}
	for i, name := range names {
		r.samples[i].Name = name
	}
	metrics.Read(r.samples)
	return r
}

// runtimeSpan is what the runtime did in a span of time. Times are seconds.
type runtimeSpan struct {
	stop, runnable     float64 // the longest, rounded up to the runtime's bucket
	assist, collecting float64 // of CPU, as of the last collection that ended
	collections        uint64
	allocated          float64 // bytes
}

// scanned returns how many bytes the last collection had to look through: what holds no
// pointers is passed over.
func (r runtimeFigures) scanned() float64 { return float64(r.samples[scannedFigure].Value.Uint64()) }

func (r runtimeFigures) since(before runtimeFigures) runtimeSpan {
	float := func(i int) float64 { return r.samples[i].Value.Float64() - before.samples[i].Value.Float64() }
	count := func(i int) uint64 { return r.samples[i].Value.Uint64() - before.samples[i].Value.Uint64() }
	most := func(i int) float64 {
		return longest(before.samples[i].Value.Float64Histogram(), r.samples[i].Value.Float64Histogram())
	}
	return runtimeSpan{stop: most(stopsFigure), runnable: most(runnableFigure), assist: float(assistFigure), collecting: float(collectingFigure),
		collections: count(collectionsFigure), allocated: float64(count(allocatedFigure))}
}

// longest returns the upper end of the highest bucket that was added to; 0 if none was.
func longest(before, after *metrics.Float64Histogram) float64 {
	for i := len(after.Counts) - 1; i >= 0; i-- {
		if after.Counts[i] > before.Counts[i] {
			return after.Buckets[i+1]
		}
	}
	return 0
}
