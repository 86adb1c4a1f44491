package bus_test

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"

	"quanxi/feed"
	"quanxi/feed/bus"
	"quanxi/geo"
)

func open(t *testing.T, o bus.Options) *bus.Bus {
	t.Helper()
	b, err := bus.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// startServer starts a NATS server with a port, as `--nats URL` names one.
func startServer(t *testing.T, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(5 * time.Second) {
		t.Fatal("the external server does not start")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(5 * time.Second):
		t.Fatal("nothing arrived")
		panic("unreachable")
	}
}

func batch(after int64, bodies ...string) feed.Batch {
	b := feed.Batch{Epoch: "e", After: after, Pos: after + int64(len(bodies)), Horizon: 9}
	for i, body := range bodies {
		b.Changes = append(b.Changes, feed.Change{
			Pos: after + int64(i) + 1, Kind: "events", ID: 7, Revision: int64(i) + 1, Op: feed.Put,
			At: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Body: json.RawMessage(body),
		})
	}
	return b
}

func TestBatchesArriveAsTheyWereSent(t *testing.T) {
	for name, options := range map[string]bus.Options{
		"within the process":         {},
		"through an external server": {URL: startServer(t, -1).ClientURL()},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, options)
			got := make(chan feed.Batch, 8)
			stop, err := b.Subscribe(func(b feed.Batch) { got <- b })
			if err != nil {
				t.Fatal(err)
			}
			defer stop()
			large := fmt.Sprintf(`{"title":%q}`, strings.Repeat("长", feed.MaxInline/3))
			for _, sent := range []feed.Batch{batch(0, `{"id":7}`, `{"id":7,"title":"巷"}`), batch(2, large, `{}`), batch(4)} {
				if err := b.Publish(t.Context(), sent); err != nil {
					t.Fatal(err)
				}
				want := sent
				for i := range want.Changes {
					if len(want.Changes[i].Body) > feed.MaxInline {
						want.Changes[i].Body, want.Changes[i].Large = nil, true
					}
				}
				if diff := cmp.Diff(want, receive(t, got)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestMovesArriveAndChangesDoNotMeetThem(t *testing.T) {
	b := open(t, bus.Options{})
	moves, batches := make(chan feed.Move, 8), make(chan feed.Batch, 8)
	stopMoves, err := b.SubscribeMoves(func(m feed.Move) { moves <- m })
	if err != nil {
		t.Fatal(err)
	}
	defer stopMoves()
	stop, err := b.Subscribe(func(b feed.Batch) { batches <- b })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	sent := feed.Move{ID: 3, Name: "何大勇", Area: "500101001001001", Place: geo.At(106.5, 29.5), At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	if err := b.PublishMove(sent); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sent, receive(t, moves)); diff != "" {
		t.Error(diff)
	}
	if len(batches) != 0 {
		t.Error("a move arrived as a batch")
	}
}

func TestStopEndsDelivery(t *testing.T) {
	b := open(t, bus.Options{})
	first, second := make(chan feed.Batch, 8), make(chan feed.Batch, 8)
	stop, err := b.Subscribe(func(b feed.Batch) { first <- b })
	if err != nil {
		t.Fatal(err)
	}
	stop()
	stopSecond, err := b.Subscribe(func(b feed.Batch) { second <- b })
	if err != nil {
		t.Fatal(err)
	}
	defer stopSecond()
	if err := b.Publish(t.Context(), batch(0)); err != nil {
		t.Fatal(err)
	}
	receive(t, second)
	if len(first) != 0 {
		t.Error("a stopped subscription still delivers")
	}
}

func TestAServerThatComesBackIsFoundAgain(t *testing.T) {
	first := startServer(t, -1)
	port := first.Addr().(*net.TCPAddr).Port
	b := open(t, bus.Options{URL: first.ClientURL()})
	got := make(chan feed.Batch, 64)
	stop, err := b.Subscribe(func(b feed.Batch) { got <- b })
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	first.Shutdown()
	first.WaitForShutdown()
	startServer(t, port)
	beat := time.NewTicker(50 * time.Millisecond)
	defer beat.Stop()
	for deadline := time.After(10 * time.Second); ; {
		select {
		case <-got:
			return
		case <-deadline:
			t.Fatal("nothing arrives")
		case <-beat.C: // what the relay does anyway; while cut off it is an error
			if err := b.Publish(t.Context(), batch(0)); err != nil && len(got) > 0 {
				t.Error(err)
			}
		}
	}
}

func TestAnUnreachableServerIsAnError(t *testing.T) {
	if _, err := bus.Open(bus.Options{URL: "nats://127.0.0.1:1"}); err == nil {
		t.Error("no error")
	}
}
