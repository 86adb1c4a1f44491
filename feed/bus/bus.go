// Package bus carries the feed between nodes over NATS: changes and the moves of
// workers. By default the NATS server runs inside this process and opens no port.
//
// It knows nothing of stores, the World, subscriptions or HTTP. Nothing on it is
// the only copy of anything, so it needs neither JetStream nor acknowledgements.
package bus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/nats-io/nats.go"

	"quanxi/access/signin"
	"quanxi/feed"
)

// Options say how to reach NATS; the zero value starts a server in this process.
type Options struct {
	// URL of an external NATS server or cluster; empty for one in this process.
	URL string
	// TelemetryURL is the same server with the credentials of its telemetry account;
	// empty means URL.
	TelemetryURL string
	// Subject begins every subject, so that installations can share a cluster;
	// "quanxi" if empty.
	Subject string
	Logger  *slog.Logger // nil discards
}

// A Bus is a connection to each account. It implements feed.Transport and
// feed.MoveTransport.
type Bus struct {
	changes, telemetry *nats.Conn
	subject            string
	log                *slog.Logger
	server             *embedded // nil with an external server
}

// Open connects. With an external server it returns an error if that cannot be
// reached now; later losses are repaired in the background, for ever.
func Open(o Options) (*Bus, error) {
	b := &Bus{subject: o.Subject, log: o.Logger}
	if b.subject == "" {
		b.subject = "quanxi"
	}
	if b.log == nil {
		b.log = slog.New(slog.DiscardHandler)
	}
	if err := b.connect(o); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func (b *Bus) connect(o Options) (err error) {
	changes, telemetry := b.options("changes"), b.options("telemetry")
	if o.URL == "" {
		if b.server, err = startEmbedded(); err != nil {
			return err
		}
		changes = append(changes, b.server.as(changesAccount)...)
		telemetry = append(telemetry, b.server.as(telemetryAccount)...)
	}
	if o.TelemetryURL == "" {
		o.TelemetryURL = o.URL
	}
	if b.changes, err = nats.Connect(o.URL, changes...); err != nil {
		return fmt.Errorf("nats: changes: %w", err)
	}
	if b.telemetry, err = nats.Connect(o.TelemetryURL, telemetry...); err != nil {
		return fmt.Errorf("nats: telemetry: %w", err)
	}
	b.tellAway(o.URL)
	return nil
}

func (b *Bus) options(name string) []nats.Option {
	return []nats.Option{
		nats.Name("quanxi " + name),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(250 * time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, time.Second),
		// What was sent while cut off is stale when the link is back; the log has it.
		nats.ReconnectBufSize(-1),
		nats.DisconnectErrHandler(func(_ *nats.Conn, err error) {
			if err != nil { // nil when we close the link ourselves
				b.log.Warn("nats lost", "link", name, "err", err)
			}
		}),
		nats.ReconnectHandler(func(*nats.Conn) { b.log.Info("nats is back", "link", name) }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
			b.log.Warn("nats", "link", name, "err", err)
		}),
	}
}

// Close ends the connections, and the server if it is ours, and waits for it.
func (b *Bus) Close() {
	for _, c := range []*nats.Conn{b.changes, b.telemetry} {
		if c != nil {
			c.Close()
		}
	}
	if b.server != nil {
		b.server.stop()
	}
}

// Publish implements feed.Transport.
func (b *Bus) Publish(_ context.Context, batch feed.Batch) error {
	data, err := batch.Encode()
	if err != nil {
		return err
	}
	if err := b.changes.Publish(b.subject+".changes", data); err != nil {
		return fmt.Errorf("nats: publish after %d: %w", batch.After, err)
	}
	return nil
}

// Subscribe implements feed.Transport. A message that is no batch is logged and dropped.
func (b *Bus) Subscribe(deliver func(feed.Batch)) (stop func(), err error) {
	return subscribe(b, b.changes, b.subject+".changes", func(data []byte) error {
		batch, err := feed.DecodeBatch(data)
		if err == nil {
			deliver(batch)
		}
		return err
	})
}

// PublishMove implements feed.MoveTransport.
func (b *Bus) PublishMove(m feed.Move) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("move of %d: %w", m.ID, err)
	}
	if err := b.telemetry.Publish(b.subject+".moves", data); err != nil {
		return fmt.Errorf("nats: move of %d: %w", m.ID, err)
	}
	return nil
}

// SubscribeMoves implements feed.MoveTransport.
func (b *Bus) SubscribeMoves(deliver func(feed.Move)) (stop func(), err error) {
	return subscribe(b, b.telemetry, b.subject+".moves", func(data []byte) error {
		var m feed.Move
		err := json.Unmarshal(data, &m)
		if err == nil {
			deliver(m)
		}
		return err
	})
}

// PublishFailure tells other nodes of a failed sign-in. It goes beside the changes, where
// no device can write: else one could have others wait.
func (b *Bus) PublishFailure(f signin.Failure) error {
	data, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("failed sign-in: %w", err)
	}
	if err := b.changes.Publish(b.subject+".failures", data); err != nil {
		return fmt.Errorf("nats: failed sign-in: %w", err)
	}
	return nil
}

// SubscribeFailures hands on the failed sign-ins of all nodes, one's own too.
func (b *Bus) SubscribeFailures(deliver func(signin.Failure)) (stop func(), err error) {
	return subscribe(b, b.changes, b.subject+".failures", func(data []byte) error {
		var f signin.Failure
		err := json.Unmarshal(data, &f)
		if err == nil {
			deliver(f)
		}
		return err
	})
}

// PublishTelling tells other nodes what this one gave out of what is metered, beside the
// changes: else a device could use up what others have.
func (b *Bus) PublishTelling(t signin.Telling) error {
	data, err := t.Encode()
	if err != nil {
		return err
	}
	if err := b.changes.Publish(b.subject+".meters", data); err != nil {
		return fmt.Errorf("nats: meters: %w", err)
	}
	return nil
}

// SubscribeTellings hands on the tellings of all nodes, one's own too.
func (b *Bus) SubscribeTellings(deliver func(signin.Telling)) (stop func(), err error) {
	return subscribe(b, b.changes, b.subject+".meters", func(data []byte) error {
		t, err := signin.DecodeTelling(data)
		if err == nil {
			deliver(t)
		}
		return err
	})
}

// subscribe calls take for each message, from one goroutine, until stop has
// returned; a call in progress ends first.
func subscribe(b *Bus, conn *nats.Conn, subject string, take func([]byte) error) (stop func(), err error) {
	done := make(chan struct{})
	sub, err := conn.Subscribe(subject, func(m *nats.Msg) {
		if err := take(m.Data); err != nil {
			b.log.Warn("nats: message dropped", "subject", subject, "err", err)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("nats: subscribe %s: %w", subject, err)
	}
	sub.SetClosedHandler(func(string) { close(done) })
	// The server must know of the subscription before the caller reads the log.
	if err := conn.FlushTimeout(5 * time.Second); err != nil {
		return nil, errors.Join(fmt.Errorf("nats: subscribe %s: %w", subject, err), sub.Unsubscribe())
	}
	return func() {
		if sub.Unsubscribe() == nil {
			<-done
		}
	}, nil
}
