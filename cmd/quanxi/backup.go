package main

import (
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
	_, err = fmt.Fprintf(in.stdout, "%s written. The keys in %s are not in it: keep a copy of them elsewhere.\n", c.File, c.Data+"/keys")
	return err
}

type restoreCommand struct {
	storeFlags
	File string `arg:"" help:"Backup to put in place." type:"existingfile"`
}

// Run puts a backup where there is no store yet.
func (c *restoreCommand) Run(in *invocation) error {
	if c.Database != "" {
		return errDatabase
	}
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := gpkg.Restore(in.ctx, c.File, c.file()); err != nil {
		return err
	}
	_, err := fmt.Fprintf(in.stdout, "%s is in place; a new epoch begins and every client starts anew.\n", c.file())
	return err
}
