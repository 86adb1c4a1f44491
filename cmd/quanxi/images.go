package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/world"
	"quanxi/world/image"
)

const (
	// imagePause is how soon after an image the next is written: that of a whole city
	// takes seconds of a core.
	imagePause = 5 * time.Minute

	// manySince is how many steps an image is behind when another is worth writing: to
	// take them up takes seconds.
	manySince = 200_000

	// imageLook is how often the keeper of the image looks whether there is something to do.
	imageLook = 5 * time.Second
)

// imageFile returns where the World is kept for the next start.
func (f storeFlags) imageFile() string { return filepath.Join(f.Data, "world.image") }

// images keeps the World for the next start of this node, and nothing that was erased.
// It is safe for concurrent use.
type images struct {
	path  string
	area  grid.Code // that the World holds; empty for everything
	key   []byte
	world *world.World
	log   feed.Log
	told  *slog.Logger

	mu    sync.Mutex
	kept  *image.Head // of the image in the file; nil if there is none that we know of. Guarded by mu
	gone  int         // times that people were removed from the World. Guarded by mu
	steps int         // that the World took since the image. Guarded by mu
}

var _ feed.Images = (*images)(nil)

// Open implements feed.Images.
func (m *images) Open() (feed.Image, error) {
	file, err := image.Open(m.path, m.key)
	if err != nil {
		return nil, err
	}
	head := file.Head()
	if layout := world.ImageLayout(); head.Layout != layout {
		return nil, errors.Join(fmt.Errorf("it is laid out as %q, this program reads %q", head.Layout, layout), file.Close())
	}
	if head.Area != string(m.area) {
		return nil, errors.Join(fmt.Errorf("it is of %s, this node holds %s", areaName(head.Area), areaName(string(m.area))), file.Close())
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept = &head
	return imageFile{file}, nil
}

// areaName is how the log speaks of what a node holds.
func areaName(code string) string {
	if code == "" {
		return "everything"
	}
	return "area " + code
}

// Discard implements feed.Images.
func (m *images) Discard(ctx context.Context, why error) {
	m.told.WarnContext(ctx, "image of the World thrown away", "err", why)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove()
}

// remove removes the file. The caller holds m.mu.
func (m *images) remove() {
	m.kept = nil
	if err := image.Remove(m.path); err != nil {
		m.told.Error("remove the image of the World by hand: it holds what was erased", "err", err)
	}
}

// changed says what the World shows since: so many steps, and that people are gone, who
// must not be in a file any longer.
func (m *images) changed(steps int, gone bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.steps += steps
	if gone {
		m.gone++
		m.remove()
	}
}

// An imageFile is an image as a feed.Node takes it up.
type imageFile struct{ *image.File }

// At implements feed.Image.
func (f imageFile) At() feed.Position {
	head := f.Head()
	return feed.Position{Epoch: feed.Epoch(head.Epoch), Pos: head.Pos, Digest: head.Digest}
}

// Holds implements feed.Image.
func (f imageFile) Holds(kind grid.Kind) bool { return !staff.Is(kind) }

// Restore implements feed.Image.
func (f imageFile) Restore(to feed.Loading) error {
	return to.(interface{ loader() *world.Loader }).loader().Restore(f, f.Size())
}

// run writes the image from time to time while the node is ready, and at the end, when
// nobody changes anything any more.
func (m *images) run(ctx context.Context, ready func() bool) error {
	if err := image.Sweep(m.path); err != nil {
		m.told.WarnContext(ctx, "image of the World", "err", err)
	}
	look := time.NewTicker(imageLook)
	defer look.Stop()
	var last time.Time
	for {
		select {
		case <-ctx.Done():
			if ready() && !m.current() {
				m.writeAndTell(context.WithoutCancel(ctx))
			}
			return nil
		case now := <-look.C:
			if ready() && now.Sub(last) > imagePause && m.due() {
				m.writeAndTell(ctx)
				last = time.Now()
			}
		}
	}
}

// current reports whether the image is of what the World shows.
func (m *images) current() bool {
	at := m.world.Snapshot().Position()
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept != nil && m.kept.Epoch == at.Epoch && m.kept.Pos == at.Pos
}

// due reports whether there is no image, or one of another history or of long ago.
func (m *images) due() bool {
	at := m.world.Snapshot().Position()
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.kept == nil || m.kept.Epoch != at.Epoch || m.steps >= manySince
}

// writeAndTell writes the image. Without one the next start takes longer, and that is all.
func (m *images) writeAndTell(ctx context.Context) {
	began := time.Now()
	head, err := m.write(ctx)
	switch {
	case errors.Is(err, context.Canceled): // the node stops, and writes another
		return
	case err != nil:
		m.told.WarnContext(ctx, "image of the World not written", "err", err)
		return
	}
	m.told.InfoContext(ctx, "image of the World written", "pos", head.Pos, "seconds", time.Since(began).Seconds())
}

var errMoved = errors.New("the store became another, or somebody was removed, meanwhile")

// write writes what the World shows at this moment, and keeps it if by then nobody was
// removed who is in it, and the history is still the one that it is of.
func (m *images) write(ctx context.Context) (image.Head, error) {
	m.mu.Lock()
	gone, steps := m.gone, m.steps
	m.mu.Unlock()
	seen := m.world.Snapshot()
	head, err := m.headOf(ctx, seen)
	if err != nil {
		return head, err
	}
	partial, err := image.Create(m.path, m.key, head, func(to io.Writer) error { return seen.WriteImage(to) })
	if err != nil {
		return head, err
	}
	again, err := m.headOf(ctx, seen)
	if err == nil && !bytes.Equal(again.Digest, head.Digest) {
		err = errMoved
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err == nil && m.gone != gone {
		err = errMoved
	}
	if err != nil {
		return head, errors.Join(err, partial.Drop())
	}
	if err := partial.Keep(); err != nil {
		return head, err
	}
	m.kept = &head
	m.steps -= steps
	return head, nil
}

// headOf returns of what a state is: the history of the log to the row of its position.
func (m *images) headOf(ctx context.Context, s *world.Snapshot) (image.Head, error) {
	at := s.Position()
	head := image.Head{Layout: world.ImageLayout(), Area: string(m.area), Epoch: at.Epoch, Pos: at.Pos}
	now, err := m.log.Position(ctx)
	if err == nil && (string(now.Epoch) != at.Epoch || now.Pos < at.Pos) {
		err = errMoved
	}
	if err == nil && at.Pos > 0 {
		head.Digest, err = m.log.Digest(ctx, at.Pos)
	}
	return head, err
}

// forgetImage removes the image of a store from which somebody is gone. If a server runs
// on it, that does the same when it hears of it.
func (f storeFlags) forgetImage() error { return image.Remove(f.imageFile()) }
