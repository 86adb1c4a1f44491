package main

import (
	"context"
	"iter"
	"math/rand/v2"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// BenchmarkBigLoad has a node apply one load of half a million buildings, and says
// how much lived on the heap at the most, beside what the World keeps of them.
func BenchmarkBigLoad(b *testing.B) {
	defer debug.SetGCPercent(debug.SetGCPercent(5)) // so that the heap is hardly more than what lives
	for b.Loop() {
		log, wire, told := feedtest.NewLog(nil), feedtest.NewWire(nil), make(audience)
		node := feed.NewNode(feed.Sources{Log: log, Loads: bigLoad(500_000), Transport: wire, Audience: told,
			Applier: applier{world.New(world.Options{Now: time.Now}), access.NewDirectory(), time.Now, nil, nil}}, feed.NodeOptions{})
		relay := feed.NewRelay(log, wire, feed.RelayOptions{})
		ctx, cancel := context.WithCancel(b.Context())
		var running sync.WaitGroup
		running.Go(func() { relay.Run(ctx) })
		running.Go(func() { _ = node.Run(ctx) })
		for !node.Status().Ready {
			time.Sleep(time.Millisecond)
		}
		log.PutLoad(1)
		peak := mostHeap(told)
		kept := heap()
		b.ReportMetric((peak-kept)/1e6, "MB-beside")
		b.ReportMetric(kept/1e6, "MB-World")
		cancel()
		running.Wait()
		runtime.KeepAlive(node)
	}
}

// mostHeap returns the largest heap that was seen until done.
func mostHeap(done <-chan struct{}) float64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	var most uint64
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return float64(most)
		case <-tick.C:
			metrics.Read(sample)
			most = max(most, sample[0].Value.Uint64())
		}
	}
}

// An audience is closed when it hears of an application.
type audience chan struct{}

// Publish implements feed.Audience.
func (a audience) Publish(feed.Update) { close(a) }

// Touch implements feed.Audience.
func (a audience) Touch(feed.Effects) {}

// Reset implements feed.Audience.
func (a audience) Reset(feed.Position) {}

// A bigLoad is a load of so many invented buildings in a square of a fifth of a degree.
type bigLoad int

// LoadEntities implements feed.LoadReader.
func (n bigLoad) LoadEntities(context.Context, int64) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		random := rand.New(rand.NewPCG(1, 2))
		for i := range n {
			lon, lat := 106.4+random.Float64()/5, 29.4+random.Float64()/5
			ring := geo.Ring{geo.At(lon, lat), geo.At(lon+1e-4, lat), geo.At(lon+1e-4, lat+1e-4), geo.At(lon, lat+1e-4), geo.At(lon, lat)}
			building := &grid.Building{Head: grid.Head{ID: int64(i + 1), Revision: 1}, Name: "楼", Use: grid.Housing, Floors: 6,
				Footprint: geo.MultiPolygon{{ring}}}
			if !yield(building, nil) {
				return
			}
		}
	}
}
