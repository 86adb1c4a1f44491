package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"quanxi/grid"
	"quanxi/staff"
)

// Images keeps a state of the Applier for the next start, where reading every row
// would take long. It is a cache and never the truth: what is in doubt is thrown away.
type Images interface {
	// Open returns the image that is kept. The error wraps fs.ErrNotExist if there is none.
	Open() (Image, error)
	// Discard removes the image, and tells why.
	Discard(ctx context.Context, why error)
}

// An Image is a state that was visible once. It is for one goroutine. Call Close.
type Image interface {
	// At returns of which position of the log the state is, its Horizon left out.
	At() Position
	// Holds reports whether the state holds the entities of a kind; the others are
	// read from the log.
	Holds(kind grid.Kind) bool
	// Restore has a Loading of the Applier, to which nothing was added yet, take up the
	// state. After an error the Loading is to be dropped.
	Restore(to Loading) error
	Close() error
}

// errDoubt reports that an image is not to be trusted, or not worth it. Any other error
// is of the log, and says nothing against the image.
var errDoubt = errors.New("image in doubt")

// mostSince is after how many changes an image is worth nothing: to read their bodies
// takes longer than to read rows.
const mostSince = 2_000_000

// begin returns a whole state that nobody sees yet and its position: at the first load
// from the image, if there is one of this history, else from the rows. Later there was a
// reason not to trust what was loaded.
func (n *Node) begin(ctx context.Context) (Loading, Position, error) {
	began := time.Now()
	if n.images != nil && n.Status().Loads == 0 {
		loading, at, err := n.fromImage(ctx)
		if err == nil {
			n.tellLoaded(ctx, "image", at, began)
		}
		if !errors.Is(err, errDoubt) {
			return loading, at, err
		}
		if !errors.Is(err, fs.ErrNotExist) {
			n.images.Discard(ctx, err)
		}
	}
	loading, at, err := n.fromRows(ctx)
	if err == nil {
		n.tellLoaded(ctx, "rows", at, began)
	}
	return loading, at, err
}

// fromRows returns the state of the rows.
func (n *Node) fromRows(ctx context.Context) (Loading, Position, error) {
	loading := n.to.Begin()
	part, ok := loading.(PartLoading)
	if !ok {
		at, err := n.log.Load(ctx, Kinds(), loading.Add)
		return loading, at, err
	}
	at, err := n.log.Look(ctx, func(m Moment) error { return fill(ctx, m, part) })
	return loading, at, err
}

// fill adds what a part wants, and all of staff. What was outrun is added last, wherever it
// is, and may make more wanted.
func fill(ctx context.Context, m Moment, to PartLoading) error {
	asked := make([]Want, 0, len(staff.Kinds()))
	for _, kind := range staff.Kinds() {
		asked = append(asked, Want{Kind: kind})
	}
	wants := func() []Want {
		all := append(asked, to.Wants()...)
		asked = nil
		return all
	}
	if err := answer(ctx, m, wants, to.Add); err != nil {
		return err
	}
	for e, err := range m.Outrun(ctx, Kinds()) {
		if err == nil {
			err = to.Add(e)
		}
		if err != nil {
			return err
		}
	}
	return answer(ctx, m, to.Wants, to.Add)
}

func (n *Node) tellLoaded(ctx context.Context, from string, at Position, began time.Time) {
	n.Logger.InfoContext(ctx, "loaded", "from", from, "pos", at.Pos, "seconds", time.Since(began).Seconds())
}

// fromImage returns the state of the image with all that changed since, as the rows
// would give it. The error wraps errDoubt if that cannot be had.
func (n *Node) fromImage(ctx context.Context) (Loading, Position, error) {
	image, err := n.images.Open()
	if err != nil {
		return nil, Position{}, fmt.Errorf("%w: %w", errDoubt, err)
	}
	defer image.Close()
	if err := n.verifyImage(ctx, image.At()); err != nil {
		return nil, Position{}, err
	}
	loading := n.to.Begin()
	if err := image.Restore(loading); err != nil {
		return nil, Position{}, fmt.Errorf("%w: %w", errDoubt, err)
	}
	at, err := n.log.Load(ctx, without(image), loading.Add)
	if part, ok := loading.(PartLoading); ok && err == nil {
		return loading, at, n.addToPart(ctx, image, at, part)
	}
	if err == nil {
		err = n.addChanges(ctx, image, image.At().Pos, at, loading)
	}
	return loading, at, err
}

// addToPart adds the changes between an image and a position to a part, and what it wants
// then. It begins a page before the image: of what was let go of, or never held, an older
// state may come after a newer one, of which an image does not know.
func (n *Node) addToPart(ctx context.Context, image Image, upTo Position, to PartLoading) error {
	if err := n.addChanges(ctx, image, max(0, image.At().Pos-page), upTo, to); err != nil {
		return err
	}
	at, err := n.log.Look(ctx, func(m Moment) error { return answer(ctx, m, to.Wants, to.Add) })
	if err == nil && at.Epoch != upTo.Epoch {
		err = fmt.Errorf("%w: epoch %s has begun", errDoubt, at.Epoch)
	}
	return err
}

// verifyImage compares the history that an image is of with that of the log (RULES A3).
func (n *Node) verifyImage(ctx context.Context, of Position) error {
	at, err := n.log.Position(ctx)
	if err != nil {
		return err
	}
	if of.Epoch != at.Epoch || of.Pos > at.Pos {
		return fmt.Errorf("%w: it is of %d in epoch %s, the log stands at %d in %s", errDoubt, of.Pos, of.Epoch, at.Pos, at.Epoch)
	}
	if at.Pos-of.Pos > mostSince {
		return fmt.Errorf("%w: %d changes came since", errDoubt, at.Pos-of.Pos)
	}
	digest, err := n.digest(ctx, of.Pos)
	if errors.Is(err, ErrEpoch) || err == nil && !bytes.Equal(digest, of.Digest) {
		return fmt.Errorf("%w: row %d is another", errDoubt, of.Pos)
	}
	return err
}

// without lists the kinds that an image does not hold.
func without(image Image) (kinds []grid.Kind) {
	for _, kind := range Kinds() {
		if !image.Holds(kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// addChanges adds the changes after a position and up to another to what an image gave.
// Those of kinds that were read at that position are in the state already, and so are
// loads that the image knows.
func (n *Node) addChanges(ctx context.Context, image Image, pos int64, upTo Position, to Loading) error {
	if upTo.Epoch != image.At().Epoch {
		return fmt.Errorf("%w: epoch %s has begun", errDoubt, upTo.Epoch)
	}
	for pos < upTo.Pos {
		changes, err := n.log.Changes(ctx, pos, upTo.Pos, page)
		if err != nil {
			return fmt.Errorf("changes after %d: %w", pos, err)
		}
		if len(changes) == 0 || changes[len(changes)-1].Pos != pos+int64(len(changes)) {
			return fmt.Errorf("%w: changes after %d are not in the log", errDoubt, pos)
		}
		pos += int64(len(changes))
		changes = slices.DeleteFunc(changes, func(c Change) bool { return c.Kind == Loads && c.Pos <= image.At().Pos })
		if err := n.addPage(ctx, image, changes, to); err != nil {
			return err
		}
	}
	return nil
}

func (n *Node) addPage(ctx context.Context, image Image, changes []Change, to Loading) error {
	r := reading{loads: n.loads}
	for step, err := range r.steps(ctx, byRevision(changes)) {
		var e grid.Entity
		if err == nil {
			e, err = step.entity()
		}
		if err == nil && image.Holds(e.Kind()) {
			err = to.Add(e)
		}
		if errors.Is(err, errApply) || errors.Is(err, grid.ErrInvalid) {
			return fmt.Errorf("%w: %w", errDoubt, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// entity returns what a Loading takes for a step: the entity, or its tombstone.
func (s Step) entity() (grid.Entity, error) {
	if s.Entity != nil {
		return s.Entity, nil
	}
	e, err := New(s.Remove.Kind)
	if err == nil {
		*e.Entity() = grid.Head{ID: s.Remove.ID, Revision: -s.Remove.Revision}
	}
	return e, err
}
