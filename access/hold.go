package access

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// ErrInUse reports a key that somebody is using.
var ErrInUse = errors.New("the key is in use")

// Hold seals what waits and keeps every other sealer from the file until release is
// called. The error wraps ErrInUse if one has it, ErrTampered as in Run.
func (s *Sealer) Hold(ctx context.Context) (release func() error, err error) {
	file, err := s.take()
	if err != nil {
		return nil, err
	}
	if file == nil {
		return nil, fmt.Errorf("%w: the audit is being sealed", ErrInUse)
	}
	if err := s.seal(ctx, file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file.Close, nil
}

// ShareKey says that the key of a folder is in use until ctx ends; ErrInUse if it is being
// changed. It is for the processes of one machine.
func ShareKey(ctx context.Context, folder string) error {
	file, err := lockKey(folder, syscall.LOCK_SH)
	if err == nil {
		context.AfterFunc(ctx, func() { _ = file.Close() }) // there is nothing in it
	}
	return err
}

// LockKey keeps everybody else from using the key of a folder, or returns ErrInUse.
func LockKey(folder string) (release func() error, err error) {
	file, err := lockKey(folder, syscall.LOCK_EX)
	if err != nil {
		return nil, err
	}
	return file.Close, nil
}

func lockKey(folder string, how int) (*os.File, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMasterKey, err)
	}
	file, err := os.OpenFile(filepath.Join(folder, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMasterKey, err)
	}
	err = syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		err = ErrInUse
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// ReplaceKey puts the key of the file next in place of that at path, which stays beside it
// as path.1, path.2 …; it returns that name. If it is interrupted it is called again.
func ReplaceKey(path, next string) (kept string, err error) {
	old, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrMasterKey, err)
	}
	for n := 1; ; n++ {
		kept = fmt.Sprintf("%s.%d", path, n)
		err := os.Link(path, kept)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", fmt.Errorf("%w: %w", ErrMasterKey, err)
		}
		if text, err := os.ReadFile(kept); err == nil && strings.TrimSpace(string(text)) == strings.TrimSpace(string(old)) {
			break
		}
	}
	if err := errors.Join(os.Rename(next, path), syncFolder(filepath.Dir(path))); err != nil {
		return "", fmt.Errorf("%w: %w", ErrMasterKey, err)
	}
	return kept, nil
}
