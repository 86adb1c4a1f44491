package access

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"sync"
	"time"

	"quanxi/grid"
)

// ErrTampered reports an audit that is not what was sealed.
var ErrTampered = errors.New("the audit is not what was sealed")

const (
	// sealTick is how often the audit is sealed: what is older than that is safe.
	sealTick = time.Second
	// sealEnd is how long an orderly end waits for the last seal.
	sealEnd = 5 * time.Second
	// sealRows is how many rows one transaction seals, so that it is short.
	sealRows = 500
)

// AuditLog is the part of a store that a Sealer works on.
type AuditLog interface {
	SealAudit(ctx context.Context, limit int, chain grid.AuditChain) (grid.AuditSeal, error)
	SealedAudit(ctx context.Context, after int64) iter.Seq2[grid.AuditRow, error]
}

// A Sealer chains the audit every second and keeps seals outside the store. As
// soon as the store is not where the last seal says, it raises an alarm and seals
// nothing more until the store is right again or somebody appends a seal that is
// Restored. It waits while another process has the file.
type Sealer struct {
	store AuditLog
	chain Chain
	path  string
	log   *slog.Logger
	tick  time.Duration
	now   func() time.Time

	last Seal // of the file; for the goroutine of Run
	cuts chan cutRequest

	mu     sync.Mutex
	status SealerStatus // guarded by mu
}

// SealerStatus says how far a Sealer has come.
type SealerStatus struct {
	Last  Seal  // the last seal in the file
	Alarm error // why the audit is not being sealed; nil if it is
}

// NewSealer returns a Sealer that keeps its seals in the file at path.
func NewSealer(store AuditLog, master MasterKey, path string, log *slog.Logger) *Sealer {
	return &Sealer{store: store, chain: NewChain(master), path: path, log: log, tick: sealTick, now: time.Now, cuts: make(chan cutRequest)}
}

// Status returns how far the sealer has come. It is safe for concurrent use.
func (s *Sealer) Status() SealerStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// Run seals until ctx ends, and once more then, so that an orderly end leaves
// nothing unsealed. What goes wrong is an alarm, never an end: the audit goes on
// being written.
func (s *Sealer) Run(ctx context.Context) error {
	tick := time.NewTicker(s.tick)
	defer tick.Stop()
	var file *os.File
	defer func() {
		if file != nil {
			_ = file.Close() // every seal in it is synced
		}
	}()
	for {
		var err error
		if file == nil {
			file, err = s.take()
		}
		if file != nil {
			err = s.seal(ctx, file)
		}
		s.tell(ctx, err)
		select {
		case <-ctx.Done():
			return s.finish(ctx, file)
		case r := <-s.cuts:
			r.done <- s.noteCut(file, r.cut)
		case <-tick.C:
		}
	}
}

// A cutRequest asks Run to note a cut. done has room for the answer.
type cutRequest struct {
	cut  Cut
	done chan error
}

// errNotSealing reports that another process has the file, or an alarm holds.
var errNotSealing = errors.New("this process does not seal the audit now")

// NoteCut notes in the file, before it is done, that retention removes rows of the audit.
// It waits for Run. The error is errNotSealing where it may not be done.
func (s *Sealer) NoteCut(ctx context.Context, cut Cut) error {
	r := cutRequest{cut, make(chan error, 1)}
	select {
	case s.cuts <- r:
	case <-ctx.Done():
		return ctx.Err()
	}
	return <-r.done // Run answers at once
}

// noteCut appends the last seal once more, with the cut. The row of that seal stays: by it
// the file and the store know each other.
func (s *Sealer) noteCut(file *os.File, cut Cut) error {
	if file == nil || s.Status().Alarm != nil || cut.Seq >= s.last.Seq {
		return errNotSealing
	}
	return appendSeal(file, Seal{Seq: s.last.Seq, MAC: s.last.MAC, At: s.now().UTC(), Cut: &cut})
}

// take opens and locks the file; nil if another process has it.
func (s *Sealer) take() (*os.File, error) {
	file, err := openSeals(s.path)
	if err != nil {
		return nil, err
	}
	mine, err := tryLock(file)
	if err == nil && mine {
		return file, nil
	}
	return nil, errors.Join(err, file.Close())
}

// finish seals what the last second has brought.
func (s *Sealer) finish(ctx context.Context, file *os.File) error {
	if file == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sealEnd)
	defer cancel()
	s.tell(ctx, s.seal(ctx, file))
	return nil
}

// seal seals everything that waits. After an alarm it looks at the file and the
// store anew.
func (s *Sealer) seal(ctx context.Context, file *os.File) error {
	if status := s.Status(); status.Alarm != nil || s.last.At.IsZero() {
		if err := s.compare(ctx, file); err != nil {
			return err
		}
	}
	for more := true; more && ctx.Err() == nil; {
		end, err := s.store.SealAudit(ctx, sealRows, s.next)
		if err == nil {
			err = s.keep(ctx, file, end)
		}
		if err != nil {
			return s.explain(err)
		}
		more = end.Count == sealRows
	}
	return nil
}

// compare takes up the last seal of the file and looks for it in the store.
func (s *Sealer) compare(ctx context.Context, file *os.File) error {
	last, err := lastSeal(file)
	if err != nil {
		return err
	}
	s.last = last
	return s.stands(ctx)
}

// stands returns ErrTampered unless the store has the row of the last seal.
func (s *Sealer) stands(ctx context.Context) error {
	if s.last.Seq == 0 {
		return nil
	}
	for row, err := range s.store.SealedAudit(ctx, s.last.Seq-1) {
		if err != nil {
			return err
		}
		if row.Seq == s.last.Seq && bytes.Equal(row.MAC, s.last.MAC) {
			return nil
		}
		return fmt.Errorf("%w: row %d is not the one of the seal of %s", ErrTampered, s.last.Seq, stamp(s.last.At))
	}
	return fmt.Errorf("%w: it ends before row %d, which was sealed at %s", ErrTampered, s.last.Seq, stamp(s.last.At))
}

func stamp(at time.Time) string { return at.UTC().Format(time.RFC3339) }

// next chains a row, unless the store's chain ends before the last seal or not as
// it says.
func (s *Sealer) next(previous []byte, row grid.AuditRow) []byte {
	end := row.Seq - 1
	if end < s.last.Seq || end == s.last.Seq && !bytes.Equal(previous, s.last.MAC) {
		return nil
	}
	return s.chain.MAC(previous, row)
}

// explain turns a refusal of next into what it means.
func (s *Sealer) explain(err error) error {
	if errors.Is(err, grid.ErrConflict) {
		return fmt.Errorf("%w: its end is not the row %d of the seal of %s", ErrTampered, s.last.Seq, stamp(s.last.At))
	}
	return err
}

// keep appends a seal if the chain has grown, by this sealer or another.
func (s *Sealer) keep(ctx context.Context, file *os.File, end grid.AuditSeal) error {
	if end.Seq-int64(end.Count) != s.last.Seq || end.Count == 0 && !bytes.Equal(end.MAC, s.last.MAC) {
		if err := s.stands(ctx); err != nil {
			return err
		}
	}
	if end.Seq == s.last.Seq {
		return nil
	}
	if before := end.Seq - int64(end.Count); s.last.Seq == 0 && before > 0 {
		s.log.WarnContext(ctx, "the seals begin in the middle of the audit: this node is new, or its file was lost", "seq", before, "seals", s.path)
	}
	seal := Seal{Seq: end.Seq, MAC: end.MAC, At: s.now().UTC(), Count: end.Seq - s.last.Seq}
	if err := appendSeal(file, seal); err != nil {
		return err
	}
	s.last = seal
	return nil
}

// tell shows the outcome of a second in the status, and a change of it in the log.
func (s *Sealer) tell(ctx context.Context, err error) {
	if err != nil && ctx.Err() != nil {
		return // interrupted, not wrong
	}
	s.mu.Lock()
	before := s.status.Alarm
	s.status = SealerStatus{Last: s.last, Alarm: err}
	s.mu.Unlock()
	switch wrong := errors.Is(err, ErrTampered) || errors.Is(err, ErrSeals); {
	case wrong && (before == nil || before.Error() != err.Error()):
		s.log.ErrorContext(ctx, "the audit is not sealed; run quanxi audit verify, and after a restore quanxi audit accept", "err", err, "seals", s.path)
	case err != nil && !wrong && before == nil:
		s.log.WarnContext(ctx, "the audit cannot be sealed now", "err", err)
	case err == nil && before != nil:
		s.log.InfoContext(ctx, "the audit is sealed again", "seq", s.last.Seq)
	}
}
