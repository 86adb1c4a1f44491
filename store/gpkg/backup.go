package gpkg

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"quanxi/grid"
)

// Backup writes the state of one moment to a new file at path, compact and
// synced. Writers go on meanwhile. It refuses to overwrite.
func (s *Store) Backup(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer f.Close()
	if _, err := s.readers.Load().ExecContext(ctx, "VACUUM INTO ?", path); err != nil {
		return fmt.Errorf("backup: %w", errors.Join(classify(err), os.Remove(path)))
	}
	if err := errors.Join(f.Sync(), syncFolder(path)); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	return nil
}

// ErrNoBackup reports a file that holds no whole store.
var ErrNoBackup = errors.New("not a whole backup of a store")

// Restore puts a backup, which is read to its end, at path, where there must be no store. It starts a new
// epoch as soon as it is opened, since nothing beside it vouches for the old one.
// A file that is something else, or damaged, is refused with ErrNoBackup: who
// restores has lost the original, and must not find out later.
//
// prepare is handed the store before it is put in place, and may change it: what it
// refuses is not restored.
func Restore(ctx context.Context, backup io.Reader, path string, prepare func(context.Context, *Store) error) error {
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("restore %s: %w", path, fs.ErrExist)
	}
	if err := removeBeside(path, stale...); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	err := writeFile(backup, path+"-restoring")
	if err == nil {
		err = checkBackup(ctx, path+"-restoring")
	}
	if err == nil {
		err = prepared(ctx, path+"-restoring", prepare)
	}
	err = errors.Join(err, removeBeside(path+"-restoring", slices.Concat(stale, []string{"-loads", "-relay"})...))
	if err != nil {
		return fmt.Errorf("restore: %w", errors.Join(err, os.Remove(path+"-restoring")))
	}
	if err := errors.Join(ctx.Err(), os.Rename(path+"-restoring", path), syncFolder(path)); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	return nil
}

// stale are the suffixes of the files beside a store that speak of no other one. The locks
// are not among them: somebody may wait for one.
var stale = []string{"-wal", "-shm", "-epoch"}

// removeBeside removes files beside a store that is not open.
func removeBeside(path string, suffixes ...string) error {
	for _, suffix := range suffixes {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// prepared has a store changed, whole in its file when it is closed.
func prepared(ctx context.Context, path string, prepare func(context.Context, *Store) error) error {
	s, err := Open(ctx, path)
	if err != nil {
		return err
	}
	err = prepare(ctx, s)
	if err == nil {
		var emptied bool
		if emptied, err = s.writer.emptyLog(ctx); err == nil && !emptied {
			err = fmt.Errorf("somebody reads it: %w", grid.ErrUnavailable)
		}
	}
	return errors.Join(err, s.Close())
}

// checkBackup refuses a file that is no store of ours, or not whole.
func checkBackup(ctx context.Context, path string) error {
	db := openFile(path)
	defer db.Close()
	var schema, found string
	if err := db.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'schema'").Scan(&schema); err != nil {
		return fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); err != nil {
		return fmt.Errorf("%w: %w", ErrNoBackup, err)
	}
	if found != "ok" {
		return fmt.Errorf("%w: %s", ErrNoBackup, found)
	}
	return nil
}

func writeFile(from io.Reader, to string) error {
	dst, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(dst, from)
	return errors.Join(err, dst.Sync(), dst.Close())
}

// syncFolder makes a new name in path's folder durable.
func syncFolder(path string) error {
	d, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
