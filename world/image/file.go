package image

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A File is an image that is being read.
type File struct {
	*Reader
	file *os.File
	size int64
}

// Open opens the image at a path and checks its head. The error wraps fs.ErrNotExist
// if there is none, ErrDamaged if there is another file. Call Close.
func Open(path string, key []byte) (*File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	info, err := file.Stat()
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = fmt.Errorf("may be read by others (mode %v): %w", info.Mode().Perm(), ErrDamaged)
	}
	var r *Reader
	if err == nil {
		r, err = NewReader(file, key)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("image: %w", err), file.Close())
	}
	return &File{r, file, info.Size()}, nil
}

// Size returns how many bytes the file has.
func (f *File) Size() int64 { return f.size }

// Close implements io.Closer.
func (f *File) Close() error { return f.file.Close() }

// partial is how the names of images that are being written begin and end.
const partialBegin, partialEnd = ".", ".partial"

// Create writes an image that will stand at path, beside it, with what content
// writes, and syncs it. Nobody sees it until Keep. It is readable by its owner alone.
func Create(path string, key []byte, head Head, content func(io.Writer) error) (*Partial, error) {
	file, err := os.CreateTemp(filepath.Dir(path), partialBegin+filepath.Base(path)+"-*"+partialEnd) // mode 0600
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	p := &Partial{file.Name(), path}
	if err := fill(file, key, head, content); err != nil {
		return nil, fmt.Errorf("image: %w", errors.Join(err, file.Close(), p.Drop()))
	}
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return nil, fmt.Errorf("image: %w", errors.Join(err, p.Drop()))
	}
	return p, nil
}

func fill(file io.Writer, key []byte, head Head, content func(io.Writer) error) error {
	w, err := NewWriter(file, key, head)
	if err == nil {
		err = content(w)
	}
	if err == nil {
		err = w.Close()
	}
	return err
}

// A Partial is a whole image that does not stand in its place yet.
type Partial struct{ at, path string }

// Keep puts the image in its place, instead of whatever stands there, at once and for
// good.
func (p *Partial) Keep() error {
	if err := os.Rename(p.at, p.path); err != nil {
		return fmt.Errorf("image: %w", errors.Join(err, p.Drop()))
	}
	return syncFolder(p.path)
}

// Drop removes it.
func (p *Partial) Drop() error { return os.Remove(p.at) }

// Remove removes the image at a path, if there is one, for good.
func Remove(path string) error {
	err := os.Remove(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = syncFolder(path)
	}
	if err != nil {
		return fmt.Errorf("image: %w", err)
	}
	return nil
}

// Sweep removes what processes left that died while they wrote the image at a path.
func Sweep(path string) error {
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), partialBegin+filepath.Base(path)+"-*"+partialEnd))
	for _, name := range left {
		if gone := os.Remove(name); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	if err != nil {
		return fmt.Errorf("image: %w", err)
	}
	return nil
}

// syncFolder makes the names beside a path last.
func syncFolder(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
