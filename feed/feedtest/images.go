package feedtest

import (
	"context"
	"io/fs"
	"maps"
	"slices"
	"sync"

	"quanxi/feed"
	"quanxi/grid"
	"quanxi/staff"
)

// Images keeps one state of a World. It is safe for concurrent use.
type Images struct {
	mu        sync.Mutex
	kept      *image
	discarded []error
}

type image struct {
	at     feed.Position
	state  map[grid.Ref]row
	broken error
}

// Keep keeps what a World shows, but not of staff, as the state at a position.
func (i *Images) Keep(w *World, at feed.Position) {
	w.mu.Lock()
	state := maps.Clone(w.state)
	w.mu.Unlock()
	maps.DeleteFunc(state, func(ref grid.Ref, _ row) bool { return staff.Is(ref.Kind) })
	i.mu.Lock()
	defer i.mu.Unlock()
	i.kept = &image{at: at, state: state}
}

// Break makes the image that is kept fail while it is taken up.
func (i *Images) Break(err error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.kept.broken = err
}

// Discarded returns why images were discarded.
func (i *Images) Discarded() []error {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.discarded)
}

// Open implements feed.Images.
func (i *Images) Open() (feed.Image, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.kept == nil {
		return nil, fs.ErrNotExist
	}
	return i.kept, nil
}

// Discard implements feed.Images.
func (i *Images) Discard(_ context.Context, why error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.kept, i.discarded = nil, append(i.discarded, why)
}

// At implements feed.Image.
func (i *image) At() feed.Position { return i.at }

// Holds implements feed.Image.
func (i *image) Holds(kind grid.Kind) bool { return !staff.Is(kind) }

// Restore implements feed.Image.
func (i *image) Restore(to feed.Loading) error {
	maps.Copy(to.(*loading).state, i.state)
	return i.broken
}

// Close implements feed.Image.
func (i *image) Close() error { return nil }
