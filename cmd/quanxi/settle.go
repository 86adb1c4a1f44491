package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"quanxi/access"
)

// settle sees, before anybody is let in, that a store which was put back to an earlier
// state brings back neither whom it was asked to forget nor who was signed in.
func (f storeFlags) settle(ctx context.Context) error {
	s, err := f.open(ctx)
	if err != nil {
		return err
	}
	master, err := f.unlock(ctx, s)
	if err == nil {
		err = f.settleUnder(ctx, s, access.NewVault(master))
	}
	return errors.Join(err, s.Close())
}

func (f storeFlags) eraser(s store, vault *access.Vault) *access.Eraser {
	return &access.Eraser{Store: s, Vault: vault, Journal: access.NewJournal(f.journalFile()), Clock: time.Now}
}

func (f storeFlags) settleUnder(ctx context.Context, s store, vault *access.Vault) error {
	at, err := s.Position(ctx)
	if err != nil {
		return err
	}
	return f.eraser(s, vault).Settle(ctx, string(at.Epoch))
}

// settleIn is settle for a backup that is about to be put in place. One from before a
// change of the master key comes under the key in force.
func (f storeFlags) settleIn(ctx context.Context, s store) error {
	if f.Key == "" && !exists(f.keyFile()) {
		return f.settleWithoutKey(ctx, s)
	}
	master, err := f.unlock(ctx, s)
	if errors.Is(err, access.ErrOtherKey) {
		master, err = f.rekeyed(ctx, s, err)
	}
	if err != nil {
		return err
	}
	return f.settleUnder(ctx, s, access.NewVault(master))
}

// settleWithoutKey ends the sign-ins. Nobody can be erased without the key: it refuses if
// somebody should be.
func (f storeFlags) settleWithoutKey(ctx context.Context, s store) error {
	standing, err := access.NewJournal(f.journalFile()).Standing()
	if err == nil && len(standing) > 0 {
		err = fmt.Errorf("%s says that people were erased since: put the master key to %s first", f.journalFile(), f.keyFile())
	}
	if err != nil {
		return err
	}
	return f.settleUnder(ctx, s, access.NewVault(access.MasterKey{}))
}

// rekeyed brings a store under the key in force from the one that it was sealed under.
func (f storeFlags) rekeyed(ctx context.Context, s store, refused error) (access.MasterKey, error) {
	master, err := f.masterKey()
	if err != nil {
		return master, err
	}
	olds, err := f.oldKeys()
	if err != nil {
		return master, err
	}
	at := slices.IndexFunc(olds, func(k access.MasterKey) bool { return access.CheckKey(ctx, s, access.NewVault(k)) == nil })
	if at < 0 {
		return master, refused
	}
	_, err = access.Rotation{Store: s, Old: olds[at], New: master}.Run(ctx)
	return master, err
}

// settleDatabase settles in a database that was put back by its own means. Nodes do it
// at their start as well.
func (c *restoreCommand) settleDatabase(in *invocation) error {
	if c.File != "" {
		return errDatabase
	}
	s, err := c.openExisting(in.ctx)
	if err != nil {
		return err
	}
	if err := errors.Join(c.settleIn(in.ctx, s), s.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(in.stdout, "Who was erased is erased again; if the database was put back, everybody signs in again.")
	return err
}

// epochTick is how often a node looks whether the store was put back under it.
const epochTick = time.Second

// settleEpochs settles in every epoch that begins while the node runs, until ctx ends.
func (f storeFlags) settleEpochs(ctx context.Context, n *node, vault *access.Vault, log *slog.Logger) error {
	tick := time.NewTicker(epochTick)
	defer tick.Stop()
	settled := ""
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		now := n.status().Epoch
		if now == "" || now == settled {
			continue
		}
		switch err := f.eraser(n.store, vault).Settle(ctx, now); {
		case err == nil:
			settled = now
		case ctx.Err() == nil:
			log.WarnContext(ctx, "erasures cannot be repeated now", "err", err)
		}
	}
}
