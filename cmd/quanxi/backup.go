package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"quanxi/store/gpkg"
)

var errDatabase = errors.New("PostgreSQL is backed up by its own means (pg_dump, pg_basebackup)")

type backupCommand struct {
	storeFlags
	File string `arg:"" help:"File to write; it must not exist." type:"path"`
}

// Run writes a copy of one moment while others go on writing.
func (c *backupCommand) Run(in *invocation) error {
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
	if err := errors.Join(store.Backup(in.ctx, c.File), store.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.stdout, "%s written. The keys and the journal of erasures in %s are not in it: keep a copy of them elsewhere.\n", c.File, c.Data+"/keys")
	return err
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
	if err := gpkg.Restore(in.ctx, c.File, c.file(), func(ctx context.Context, s *gpkg.Store) error { return c.settleIn(ctx, s) }); err != nil {
		return err
	}
	_, err := fmt.Fprintf(in.stdout, "%s is in place; a new epoch begins, every client starts anew, and everybody signs in again.\n", c.file())
	return errors.Join(err, c.warnOfTheErased(in.stderr))
}
