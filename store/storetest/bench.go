package storetest

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
)

// Bench measures a store: durable intake, an import beside it, and the load of
// the state. Run it with -benchtime 1x; figures are reported as metrics.
func Bench(b *testing.B, open func() Store) {
	b.Run("durable changes in writes of 100", func(b *testing.B) { benchIntake(b, open(), 100, 1) })
	b.Run("durable changes one by one", func(b *testing.B) { benchIntake(b, open(), 1, 1) })
	b.Run("durable changes one by one from 16 writers", func(b *testing.B) { benchIntake(b, open(), 1, 16) })
	b.Run("durable changes in writes of 100, sealed meanwhile", func(b *testing.B) { benchSealed(b, open(), 100, 1) })
	b.Run("durable changes one by one from 16 writers, sealed meanwhile", func(b *testing.B) { benchSealed(b, open(), 1, 16) })
	b.Run("import of 500000 buildings beside a writer", func(b *testing.B) { benchImport(b, open(), 500_000) })
}

func scattered(i int) *grid.Building {
	lon, lat := int32(i%1000)*1500, int32(i/1000)*1500
	return &grid.Building{Name: "锦绣花园", Code: "17", Address: "一号路", Use: grid.Housing, Floors: 18, HeightCM: 5400, Area: "50010100100100101",
		Footprint: geo.MultiPolygon{{{at(lon, lat), at(lon+300, lat), at(lon+300, lat+200), at(lon+200, lat+200), at(lon+200, lat+400),
			at(lon+100, lat+400), at(lon+100, lat+200), at(lon, lat+200), at(lon, lat)}}}}
}

// benchIntake writes for five seconds.
func benchIntake(b *testing.B, s Store, size, writers int) {
	for range b.N {
		until := time.Now().Add(5 * time.Second)
		var wg sync.WaitGroup
		var mu sync.Mutex
		var waits []time.Duration
		for range writers {
			wg.Go(func() {
				for time.Now().Before(until) {
					put := make([]grid.Entity, size)
					for i := range put {
						put[i] = scattered(i)
					}
					began := time.Now()
					if _, err := s.Write(b.Context(), grid.Write{Actor: "bench", Action: "bench", Put: put}); err != nil {
						b.Error(err)
						return
					}
					mu.Lock()
					waits = append(waits, time.Since(began))
					mu.Unlock()
				}
			})
		}
		wg.Wait()
		slices.Sort(waits)
		b.ReportMetric(float64(len(waits)*size)/5, "changes/s")
		b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "ms-median")
		b.ReportMetric(float64(waits[len(waits)-1].Microseconds())/1000, "ms-longest")
	}
}

// benchSealed is benchIntake beside a sealer, which tells how many rows it sealed
// by the end.
func benchSealed(b *testing.B, s Store, size, writers int) {
	ctx, cancel := context.WithCancel(b.Context())
	sealer := access.NewSealer(s, access.MasterKey{1}, filepath.Join(b.TempDir(), "seals"), slog.New(slog.DiscardHandler))
	ended := make(chan error, 1)
	go func() { ended <- sealer.Run(ctx) }()
	benchIntake(b, s, size, writers)
	cancel()
	if err := errors.Join(<-ended, sealer.Status().Alarm); err != nil {
		b.Error(err)
	}
	b.ReportMetric(float64(sealer.Status().Last.Seq), "rows-sealed")
}

func benchImport(b *testing.B, s Store, n int) {
	for range b.N {
		ctx, stop := context.WithCancel(b.Context())
		waits := make(chan []time.Duration, 1)
		go func() { waits <- writeUntil(ctx, b, s) }()
		began := time.Now()
		importBuildings(b, s, n)
		took := time.Since(began)
		stop()
		list := <-waits
		slices.Sort(list)
		b.ReportMetric(float64(n)/took.Seconds(), "rows/s")
		b.ReportMetric(float64(list[len(list)/2].Microseconds())/1000, "ms-median-wait")
		b.ReportMetric(float64(list[len(list)-1].Microseconds())/1000, "ms-longest-wait")
		runtime.GC()
		benchLoad(b, s)
	}
}

func benchLoad(b *testing.B, s Store) {
	began, count := time.Now(), 0
	if _, err := s.Load(b.Context(), feed.Kinds(), func(grid.Entity) error { count++; return nil }); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(count)/time.Since(began).Seconds(), "rows-loaded/s")
}

func importBuildings(b *testing.B, s Store, n int) {
	l, err := s.BeginLoad(b.Context(), grid.LoadInfo{Actor: "bench"})
	if err != nil {
		b.Fatal(err)
	}
	const size = 5000
	for i := 0; i < n; i += size {
		put := make([]grid.Entity, size)
		for k := range put {
			put[k] = scattered(i + k)
			put[k].Entity().ID = int64(i + k + 1)
		}
		if err := l.Put(b.Context(), put, nil); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := l.Commit(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// writeUntil writes a small event of a day's work a hundred times a second, and
// returns how long each took.
func writeUntil(ctx context.Context, b *testing.B, s Store) []time.Duration {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var waits []time.Duration
	for {
		select {
		case <-ctx.Done():
			return waits
		case <-tick.C:
		}
		began := time.Now()
		if _, err := s.Write(b.Context(), grid.Write{Actor: "bench", Action: "bench", Put: []grid.Entity{scattered(1)}}); err != nil {
			b.Error(err)
			return waits
		}
		waits = append(waits, time.Since(began))
	}
}
