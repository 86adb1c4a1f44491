package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
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

// forget sees, before a command shows people, that a store which was put back to an earlier
// state shows nobody whom it was asked to forget, also where no server has started since.
// The sign-ins of that state are a server's to end, before it lets anybody in.
func (f storeFlags) forget(ctx context.Context, s store) error {
	standing, err := access.NewJournal(f.journalFile()).Standing()
	if err != nil || len(standing) == 0 {
		return err
	}
	if !f.hasKey() {
		return f.errForgetsNobody()
	}
	master, err := f.unlock(ctx, s)
	if err != nil {
		return err
	}
	n, err := f.eraser(s, access.NewVault(master)).Replay(ctx)
	if n > 0 {
		err = errors.Join(err, f.forgetImage())
	}
	return err
}

// hasKey reports whether there is a master key, without making one.
func (f storeFlags) hasKey() bool { return f.Key != "" || exists(f.keyFile()) }

func (f storeFlags) errForgetsNobody() error {
	return fmt.Errorf("%s says that people were erased since: put the master key to %s first", f.journalFile(), f.keyFile())
}

// warnOfTheErased says what of erasures a store that was put back cannot know, and how to
// keep it from bringing anybody back.
func (f storeFlags) warnOfTheErased(to io.Writer) error {
	var missing []string
	if !exists(f.journalFile()) {
		missing = append(missing, f.journalFile()+" (the journal of erasures)")
	}
	if !f.hasKey() {
		missing = append(missing, f.keyFile()+" (the master key)")
	}
	if len(missing) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(to, "Not there: %s. Whoever was erased after this state was saved is in the store again, and can be read with the key of that time. "+
		"If anybody ever was erased, put your copies of the journal and the key there now: serve, person and export then erase them again before they show anybody.\n",
		strings.Join(missing, " and "))
	return err
}

// settleIn is settle for a backup that is about to be put in place. One from before a
// change of the master key comes under the key in force.
func (f storeFlags) settleIn(ctx context.Context, s store) error {
	if !f.hasKey() {
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

// settleWithoutKey ends the sign-ins, and has a file without a name in it belong to the key
// of whoever opens it first. Nobody can be erased without the key: it refuses if somebody
// should be.
func (f storeFlags) settleWithoutKey(ctx context.Context, s store) error {
	standing, err := access.NewJournal(f.journalFile()).Standing()
	if err == nil && len(standing) > 0 {
		err = f.errForgetsNobody()
	}
	if err == nil && f.Database == "" { // else nodes with its key may run
		err = access.Disclaim(ctx, s)
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
	at := slices.IndexFunc(olds, func(k access.MasterKey) bool { return access.Belongs(ctx, s, k) == nil })
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
	_, err = fmt.Fprintln(in.stdout, "Whom the journal says was erased is erased again; if the database was put back, everybody signs in again.")
	return errors.Join(err, c.warnOfTheErased(in.stderr))
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
