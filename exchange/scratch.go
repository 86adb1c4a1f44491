package exchange

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// A Scratch is a folder for files that nobody shall find: they hold what people are
// registered with, and are gone when they have served. What a process leaves that is killed
// goes at the next Sweep. Several processes may use one.
type Scratch string

// Sweep removes what no living process holds.
func (s Scratch) Sweep() error {
	return s.locked(s.sweep)
}

// Folder makes a new folder that only its owner may enter, after a sweep. It is held until
// release, which removes it.
func (s Scratch) Folder(name string) (path string, release func() error, err error) {
	err = s.locked(func(root string) error {
		if err := s.sweep(root); err != nil {
			return err
		}
		if path, err = os.MkdirTemp(root, name+"-"); err != nil {
			return err
		}
		held, err := lock(path, syscall.LOCK_EX)
		if err != nil {
			return errors.Join(err, os.Remove(path))
		}
		release = func() error { return errors.Join(os.RemoveAll(path), held.Close()) }
		return nil
	})
	return path, release, err
}

// locked makes the folder if there is none and works in it while nobody else does: a folder
// that is made is held before anybody looks whether it is.
func (s Scratch) locked(work func(root string) error) error {
	root, err := filepath.Abs(string(s))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(root, 0o700); err != nil {
		return err
	}
	held, err := lock(root, syscall.LOCK_EX)
	if err != nil {
		return err
	}
	return errors.Join(work(root), held.Close())
}

func (Scratch) sweep(root string) error {
	left, err := os.ReadDir(root)
	if err != nil {
		return err
	}
	for _, entry := range left {
		path := filepath.Join(root, entry.Name())
		held, err := lock(path, syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EWOULDBLOCK), errors.Is(err, os.ErrNotExist): // at work, or just done
			continue
		case err != nil:
			return err
		}
		if err := errors.Join(os.RemoveAll(path), held.Close()); err != nil {
			return err
		}
	}
	return nil
}

// lock holds a file or folder until it is closed or the process ends, however that ends.
func lock(path string, how int) (*os.File, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	for {
		err = syscall.Flock(int(file.Fd()), how)
		if !errors.Is(err, syscall.EINTR) {
			break
		}
	}
	if err != nil {
		return nil, errors.Join(&os.PathError{Op: "flock", Path: path, Err: err}, file.Close())
	}
	return file, nil
}
