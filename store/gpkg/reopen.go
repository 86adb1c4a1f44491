package gpkg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"

	"quanxi/grid"
)

// An identity tells a file from another at the same path.
type identity struct{ Device, Inode uint64 }

// identify returns which file stands at path.
func identify(path string) (identity, error) {
	info, err := os.Stat(path)
	if err != nil {
		return identity{}, err
	}
	sys, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return identity{}, errors.ErrUnsupported
	}
	return identity{sys.Dev, sys.Ino}, nil
}

// errMoved reports that the open file is no longer the one at the store's path.
var errMoved = fmt.Errorf("another file stands at the store's path: %w", grid.ErrUnavailable)

// stands returns an error unless the open file is the one at the store's path: a
// write into one that was put aside would be acknowledged and lost.
func (s *Store) stands() error {
	is, err := identify(s.path)
	if err != nil {
		return fmt.Errorf("%w: %w", grid.ErrUnavailable, err)
	}
	if opened := s.opened.Load(); opened == nil || *opened != is {
		return errMoved
	}
	return nil
}

// verify opens the file anew if another was put in its place, such as a restored
// backup: a new epoch begins.
func (s *Store) verify(ctx context.Context) error {
	if err := s.stands(); !errors.Is(err, errMoved) {
		return errors.Join(err, ctx.Err())
	}
	s.reopening.Lock()
	defer s.reopening.Unlock()
	if err := s.stands(); !errors.Is(err, errMoved) {
		return err
	}
	if s.closing.Err() != nil {
		return fmt.Errorf("store is closed: %w", grid.ErrUnavailable)
	}
	if err := s.reopen(ctx); err != nil {
		s.opened.Store(nil)
		return fmt.Errorf("open anew: %w", classify(err))
	}
	return nil
}

// reopen leaves the file that was open for the one that stands at the path. What
// still reads the old one reads it to the end.
func (s *Store) reopen(ctx context.Context) error {
	is, err := identify(s.path)
	if err != nil {
		return err
	}
	if err := s.side.reopen(); err != nil {
		return err
	}
	if err := s.writer.reopen(ctx, s.path, s.options); err != nil {
		return err
	}
	old := s.readers.Swap(openReaders(s.path))
	_ = old.Close() // nothing was written through it
	s.opened.Store(&is)
	return s.begin(ctx)
}
