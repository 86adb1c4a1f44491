package feedload_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quanxi/feed"
	"quanxi/feed/bus"
	"quanxi/feed/feedtest"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/server/socket"
	"quanxi/server/socket/feedload"
)

// TestMain lets the test's binary be the load process too.
func TestMain(m *testing.M) {
	if os.Getenv("QUANXI_FEED_LOAD") == "" {
		os.Exit(m.Run())
	}
	if err := feedload.Serve(context.Background(), os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// A screen stub draws tiles of 4 kB that differ after every change.
type screenStub struct {
	feedtest.Viewer
	drawn *atomic.Uint64
	body  []byte
}

func (s screenStub) Standing() string { return s.Viewer.Account }

func (s screenStub) Tile(context.Context, string, uint8, uint32, uint32) ([]byte, uint64, error) {
	return s.body, s.drawn.Load(), nil
}

func (s screenStub) Counters(grid.Code) (json.RawMessage, bool) { return nil, false }

// A visit is of a screen that stays as it is.
type visit struct{ screen screenStub }

func (v visit) Screen() socket.Screen { return v.screen }

func (visit) Changed() <-chan struct{} { return nil }

func (visit) Signals() uint64 { return 0 }

func (visit) Close() {}

// A bench is a whole feed over a log in memory: log, relay, NATS, node, hub, sockets.
type bench struct {
	log     *feedtest.Log
	hub     *feed.Hub
	url     string
	changed *atomic.Uint64
	cpu     time.Duration // of this process when the screens were open
	loadCPU time.Duration // of the load process, the opening included
	memory  uint64        // bytes of heap and stacks when the screens were open
}

func newBench(t testing.TB) *bench {
	b := &bench{log: feedtest.NewLog(nil), changed: new(atomic.Uint64)}
	carrier, err := bus.Open(bus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(carrier.Close)
	sets := feed.NewSets([]string{"base", "events"})
	b.hub = feed.NewHub(sets, feed.HubOptions{})
	relay := feed.NewRelay(b.log, carrier, feed.RelayOptions{})
	node := feed.NewNode(feed.Sources{Log: b.log, Loads: b.log, Transport: carrier, Applier: feedtest.NewWorld(), Audience: b.hub}, feed.NodeOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { relay.Run(ctx) })
	wg.Go(func() { _ = node.Run(ctx) })
	t.Cleanup(func() { cancel(); wg.Wait() })
	handler := socket.New(socket.Options{
		Hub: b.hub, Sets: sets, Sealer: feed.NewSealer([]byte("bench")),
		Visit: func(*http.Request, string) socket.Visit {
			return visit{screenStub{feedtest.Everybody(), b.changed, make([]byte, 4<<10)}}
		},
		Late: func() time.Duration { return 0 },
		Own:  func() json.RawMessage { return nil }, Covers: func(geo.Envelope) (some, all bool) { return true, true },
		Ready: func() bool { return true }, Plan: func() int64 { return 0 }, Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
	})
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := handler.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		server.Close()
	})
	b.url = "ws" + strings.TrimPrefix(server.URL, "http")
	return b
}

// place is where the group's changes happen, and where its screens look.
func place(group int) (lon, lat float64) { return 106 + float64(group)/10, 29.5 }

func look(group int) feedload.Look {
	lon, lat := place(group)
	view := fmt.Sprintf(`{"op":"view","bbox":[%f,%f,%f,%f],"zoom":16,"layers":["events"],"topics":["events"]}`, lon-0.01, lat-0.01, lon+0.01, lat+0.01)
	p := geo.Project(geo.At(lon, lat))
	return feedload.Look{View: json.RawMessage(view), Tiles: []feedload.Tile{{Layers: "events", Z: 16, X: p.X >> 16, Y: p.Y >> 16}}}
}

// run opens screens, publishes changes at a rate and says what reached them.
func (b *bench) run(t testing.TB, screens, groups, changes int, every time.Duration) (feedload.Delays, feedload.Totals) {
	cmd := exec.Command(os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), "QUANXI_FEED_LOAD=1"), os.Stderr
	config := feedload.Config{URL: b.url, Screens: screens}
	for g := range groups {
		config.Looks = append(config.Looks, look(g))
	}
	load, err := feedload.Start(cmd, config)
	if err != nil {
		t.Fatal(err)
	}
	b.cpu, b.memory = ownCPU(t), inUse()
	done := make(map[feedload.Write]time.Time)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := range changes {
		<-tick.C
		lon, lat := place(i % groups)
		e := feedtest.Event(int64(i%groups)+1, "500101001001001", lon, lat)
		b.changed.Add(1)
		b.log.Put(e)
		done[feedload.Write{ID: e.ID, Revision: e.Revision}] = time.Now()
	}
	for deadline := time.Now().Add(10 * time.Second); b.hub.Stats().Waiting > 0 && time.Now().Before(deadline); {
		<-tick.C
	}
	for range 20 { // what has left the queues is still on its way
		<-tick.C
	}
	totals, err := load.Stop()
	if err != nil {
		t.Fatal(err)
	}
	b.loadCPU = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return feedload.DelaysSince(done, totals.Receipts), totals
}

// inUse is the memory that this process holds.
func inUse() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// ownCPU is the time that this process has used so far.
func ownCPU(t testing.TB) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func TestEveryScreenGetsEveryChangeOfItsView(t *testing.T) {
	delays, totals := newBench(t).run(t, 20, 4, 12, 20*time.Millisecond)
	if delays.Got != 12*20/4 || totals.Resyncs != 0 || totals.Tiles < 20 {
		t.Errorf("%+v, %d tiles, %d resyncs; want %d changes", delays, totals.Tiles, totals.Resyncs, 12*20/4)
	}
}

// The bars of DESIGN §8: 500 screens that all see each change, and 10,000 with
// views of their own of which 500 see each change and fetch the tile that follows.
func BenchmarkScreens(b *testing.B) {
	for _, bb := range []struct{ screens, groups, changes int }{{500, 1, 100}, {10_000, 20, 160}} {
		b.Run(fmt.Sprintf("%d screens, each change seen by %d", bb.screens, bb.screens/bb.groups), func(b *testing.B) {
			for range b.N {
				bench := newBench(b)
				delays, totals := bench.run(b, bb.screens, bb.groups, bb.changes, 50*time.Millisecond)
				b.ReportMetric((ownCPU(b) - bench.cpu).Seconds(), "server-cpu-s")
				b.ReportMetric(float64(bench.memory)/(1<<20), "MB")
				b.ReportMetric(bench.loadCPU.Seconds(), "load-cpu-s")
				b.ReportMetric(float64(delays.P50.Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(delays.P99.Microseconds())/1000, "p99-ms")
				b.ReportMetric(float64(delays.Max.Microseconds())/1000, "max-ms")
				b.ReportMetric(float64(delays.Got), "changes")
				b.ReportMetric(float64(totals.Tiles), "tiles")
				b.ReportMetric(float64(totals.Resyncs), "resyncs")
			}
		})
	}
}
