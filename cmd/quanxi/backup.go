package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"quanxi/access"
	"quanxi/store/gpkg"
)

var errDatabase = errors.New("PostgreSQL is backed up by its own means: pg_dump … | quanxi keys seal FILE")

type backupCommand struct {
	storeFlags
	File string `arg:"" help:"File to write; it must not exist." type:"path"`
}

// Run writes a copy of one moment, encrypted under the master key, while others go on writing.
// Until it is encrypted it lies in the folder of the store, which is as readable.
func (c *backupCommand) Run(in *invocation) (err error) {
	if c.Database != "" {
		return errDatabase
	}
	if !exists(c.file()) {
		return fmt.Errorf("%s: there is no store", c.file())
	}
	store, err := gpkg.Open(in.ctx, c.file())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	master, err := c.unlock(in.ctx, store)
	if err != nil {
		return err
	}
	folder, release, err := c.scratch().Folder("backup")
	if err != nil {
		return err
	}
	plain := filepath.Join(folder, "store")
	err = store.Backup(in.ctx, plain)
	if err == nil {
		err = sealCopy(in.ctx, master, plain, c.File)
	}
	if err := errors.Join(err, release()); err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	_, err = fmt.Fprintf(in.stdout, "%s written, encrypted under the master key. The keys and the journal of erasures in %s are not in it: keep a copy of them elsewhere, without which nobody reads it.\n", c.File, c.keyFolder())
	return err
}

// sealCopy writes what is in a file to a new one, sealed.
func sealCopy(ctx context.Context, master access.MasterKey, from, to string) error {
	plain, err := os.Open(from)
	if err != nil {
		return err
	}
	defer plain.Close()
	return master.SealFile(ctx, plain, to)
}

type restoreCommand struct {
	storeFlags
	File string `arg:"" optional:"" help:"Backup to put in place; none with --database, which is put back by its own means before." type:"existingfile"`
}

// Run puts a backup where there is no store yet. Whom the journal says was erased since it was
// made is erased in it, and nobody is signed in. It says so where there is no journal.
func (c *restoreCommand) Run(in *invocation) error {
	if c.Database != "" {
		return c.settleDatabase(in)
	}
	if c.File == "" {
		return errors.New("name the backup to put in place")
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := c.restore(in); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	_, err := fmt.Fprintf(in.stdout, "%s is in place; a new epoch begins, every client starts anew, and everybody signs in again.\n", c.file())
	return errors.Join(err, c.warnOfTheErased(in.stderr))
}

func (c *restoreCommand) restore(in *invocation) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	backup, err := c.openSealed(in.ctx, file)
	if errors.Is(err, access.ErrNotSealed) { // one of before backups were encrypted, which Restore checks
		backup, err = file, c.beginUnsealed(in.stderr, file)
	}
	if err != nil {
		return err
	}
	return gpkg.Restore(in.ctx, backup, c.file(), func(ctx context.Context, s *gpkg.Store) error { return c.settleIn(ctx, s) })
}

// beginUnsealed goes back to the beginning of a file that is not sealed, and says what that means.
func (c *restoreCommand) beginUnsealed(to io.Writer, file io.Seeker) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := fmt.Fprintf(to, "%s is not encrypted, so nothing vouches for it: anybody can have made or changed it. Keep what it makes only if you know where it comes from.\n", c.File)
	return err
}

// openSealed returns what is sealed under the master key in force or an earlier one. It makes none.
func (f storeFlags) openSealed(ctx context.Context, from io.Reader) (io.Reader, error) {
	keys, err := f.oldKeys()
	if err == nil && f.hasKey() {
		var master access.MasterKey
		master, err = f.masterKey()
		keys = append(keys, master)
	}
	if err != nil {
		return nil, err
	}
	plain, err := access.OpenSealed(ctx, from, keys...)
	if errors.Is(err, access.ErrOtherSeal) {
		err = fmt.Errorf("%w: put the one of its time to %s or %s.1, or give QUANXI_KEY", err, f.keyFile(), f.keyFile())
	}
	return plain, err
}
