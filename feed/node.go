package feed

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"
)

// NodeOptions tune a Node; the zero value is right for production.
type NodeOptions struct {
	// Silence is how long a node hears nothing before it is no longer fresh; 1 s if zero.
	Silence time.Duration
	// Verify is how often the history is compared with the log's; 2 s if zero.
	Verify time.Duration
	Logger *slog.Logger // nil discards
}

func (o NodeOptions) withDefaults() NodeOptions {
	o.Silence = cmp.Or(o.Silence, time.Second)
	o.Verify = cmp.Or(o.Verify, 2*time.Second)
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return o
}

// A Node keeps the World level with the log: it loads everything once, applies
// each batch that is the next, drops what it has, reads from the log what the
// transport lost, and begins anew when the history is another (RULES A2, A3).
type Node struct {
	log      Log
	loads    LoadReader
	in       Transport
	to       Applier
	part     PartApplier // to, if it holds a part only; else nil
	audience Audience
	images   Images // nil for none
	NodeOptions

	inbox chan Batch // what arrived; when it is full the rest is dropped and read from the log

	turn chan struct{} // holds a token while something is made visible and told

	// Only the goroutine of Run touches these.
	check   Position // the newest row whose digest we know
	suspect bool     // the history must be compared before anything is applied

	began  time.Time
	serves atomic.Int64 // how long after began Serves ends if nothing more is heard, in ns

	mu     sync.Mutex
	at     Position // guarded by mu; Run alone writes it, and reads it without
	status NodeStatus
	heard  time.Time
	late   lateness
	silent bool          // heard nothing for longer than Silence, and not verified since
	moved  chan struct{} // closed at every advance
}

// NodeStatus says where a node stands.
type NodeStatus struct {
	Epoch   Epoch
	Pos     int64
	Ready   bool // the World has passed the position at which its load ended
	Fresh   bool // the relay was heard within NodeOptions.Silence
	Loads   int64
	Holes   int64 // times that changes were read from the log
	Applied int64 // changes
	// Late is since when something that was committed may not be shown; zero if all is.
	Late time.Time
}

// Sources are what a node works on.
type Sources struct {
	Log       Log
	Loads     LoadReader
	Transport Transport
	Applier   Applier
	Audience  Audience
	Images    Images // nil for none
}

// NewNode returns a node. Call Run.
func NewNode(s Sources, options NodeOptions) *Node {
	part, _ := s.Applier.(PartApplier)
	return &Node{
		part: part,
		log:  s.Log, loads: s.Loads, in: s.Transport, to: s.Applier, audience: s.Audience, images: s.Images,
		NodeOptions: options.withDefaults(), began: time.Now(),
		inbox: make(chan Batch, 64), moved: make(chan struct{}), turn: make(chan struct{}, 1),
	}
}

// Status returns the present state. It is safe for concurrent use.
func (n *Node) Status() NodeStatus {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.status
	s.Epoch, s.Pos = n.at.Epoch, n.at.Pos
	s.Fresh = time.Since(n.heard) <= n.Silence
	s.Late = n.late.since()
	return s
}

// Serves reports whether the node is ready and fresh. Every frame of every screen asks, so
// nobody waits for anybody. It is safe for concurrent use.
func (n *Node) Serves() bool { return int64(time.Since(n.began)) <= n.serves.Load() }

// renew notes until when the node serves. The caller holds n.mu.
func (n *Node) renew() {
	until := int64(-1)
	if n.status.Ready {
		until = int64(n.heard.Add(n.Silence).Sub(n.began))
	}
	n.serves.Store(until)
}

// Run follows the log until ctx ends. It subscribes first and loads second, so
// that no change falls between. It returns an error only if it cannot subscribe;
// whatever happens later it outlives.
func (n *Node) Run(ctx context.Context) error {
	stop, err := n.in.Subscribe(n.deliver)
	if err != nil {
		return fmt.Errorf("node: %w", err)
	}
	defer stop()
	retry := backoff{from: 50 * time.Millisecond, to: 2 * time.Second}
	for ctx.Err() == nil {
		err := n.load(ctx)
		if err == nil {
			retry.reset()
			err = n.follow(ctx)
		}
		n.setReady(false)
		if ctx.Err() == nil {
			n.Logger.WarnContext(ctx, "node loads anew", "err", err)
			wait(ctx, retry.next())
		}
	}
	return nil
}

// deliver takes a batch from the transport without ever blocking it, and notes
// that the relay speaks.
func (n *Node) deliver(b Batch) {
	n.mu.Lock()
	if now := time.Now(); b.Epoch == n.at.Epoch {
		n.silent = n.silent || now.Sub(n.heard) > n.Silence
		n.heard = now
		n.renew()
		n.late.hear(b, n.at.Pos, now)
	}
	n.mu.Unlock()
	select {
	case n.inbox <- b:
	default:
	}
}

// follow applies what arrives until the history is another or the World refuses.
// A store that is away is neither: the World stays as it is.
func (n *Node) follow(ctx context.Context) error {
	verify := time.NewTicker(n.Verify)
	defer verify.Stop()
	retry := backoff{from: 50 * time.Millisecond, to: 2 * time.Second}
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case b := <-n.inbox:
			err = n.take(ctx, b)
		case <-verify.C:
			if n.check.Pos != n.at.Pos || n.suspect {
				err = n.verify(ctx)
			}
		}
		switch {
		case err == nil:
			retry.reset()
		case errors.Is(err, ErrEpoch), errors.Is(err, errApply):
			return err
		default:
			n.Logger.WarnContext(ctx, "node cannot read the log", "err", err)
			wait(ctx, retry.next())
		}
	}
}

// take applies one batch, if it is the next.
func (n *Node) take(ctx context.Context, b Batch) error {
	ours := b.Epoch == n.at.Epoch
	if n.wasSilent() || !ours || n.suspect {
		if err := n.verify(ctx); err != nil {
			return err
		}
	}
	if !ours {
		return nil // another installation's
	}
	if b.After > n.at.Pos {
		if err := n.fill(ctx, b.After); err != nil {
			return err
		}
	}
	// Of a batch that overlaps, or comes again from a relay that thawed, what we have is dropped.
	return n.apply(ctx, b.Changes[min(n.at.Pos-b.After, int64(len(b.Changes))):], b.Horizon)
}

// wasSilent reports whether the relay was silent for long since the last call:
// whatever happened meanwhile, the store may be another now.
func (n *Node) wasSilent() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	silent := n.silent
	n.silent = false
	return silent
}

// verify compares our history with the log's and returns ErrEpoch if they differ:
// the store was restored, copied or promoted.
func (n *Node) verify(ctx context.Context) error {
	n.suspect = true
	at, err := n.log.Position(ctx)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	if at.Epoch != n.at.Epoch || at.Pos < n.at.Pos {
		return fmt.Errorf("log stands at %d, node at %d: %w", at.Pos, n.at.Pos, ErrEpoch)
	}
	known, err := n.digest(ctx, n.check.Pos)
	if err != nil {
		return err
	}
	if !bytes.Equal(known, n.check.Digest) {
		return fmt.Errorf("row %d is another: %w", n.check.Pos, ErrEpoch)
	}
	if n.check.Digest, err = n.digest(ctx, n.at.Pos); err != nil {
		return err
	}
	n.check.Pos, n.suspect = n.at.Pos, false
	return nil
}

// digest returns the digest of the row at pos, nil at 0, where no row is.
func (n *Node) digest(ctx context.Context, pos int64) ([]byte, error) {
	if pos == 0 {
		return nil, nil
	}
	digest, err := n.log.Digest(ctx, pos)
	if err != nil {
		return nil, fmt.Errorf("digest of %d: %w", pos, err)
	}
	return digest, nil
}
