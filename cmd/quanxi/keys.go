package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"quanxi/access"
)

// keysCommand groups what is done with the master key.
type keysCommand struct {
	Seal   keysSealCommand   `cmd:"" help:"Encrypt what is read from standard input into a file, as backup does: for pg_dump. Refuses a key that is not that of the store which --database or --data names."`
	Open   keysOpenCommand   `cmd:"" help:"Write what a backup or keys seal has encrypted to standard output; nothing of a file that is not whole."`
	Rotate keysRotateCommand `cmd:"" help:"Put a new master key in place of the one in force; stop all servers and imports first. After an interruption run it again."`
}

type keysRotateCommand struct {
	storeFlags
	NewKey string `help:"The new key, 64 hexadecimal digits, where QUANXI_KEY gives the old one; default: one is made." env:"QUANXI_NEW_KEY" placeholder:"HEX"`
}

// errRotation says what a half-done rotation asks for.
var errRotation = errors.New("a change of the master key was begun: finish it with quanxi keys rotate")

// nextKeyFile is where the new key is until the old one is of no use any more.
func (f storeFlags) nextKeyFile() string { return f.keyFile() + ".next" }

func (f storeFlags) keyFolder() string { return filepath.Dir(f.keyFile()) }

// journalFile returns where erasures are remembered, out of every backup of the store.
func (f storeFlags) journalFile() string { return filepath.Join(f.keyFolder(), "erasures") }

// Run rotates. Until the last step both keys are there, and each name is under one of them.
func (c *keysRotateCommand) Run(in *invocation) (err error) {
	s, err := c.openExisting(in.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	oldKey, err := c.oldKey()
	if err != nil {
		return err
	}
	held, release, err := c.alone(in.ctx, s, oldKey)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	newKey, err := c.newKey(oldKey)
	if err != nil {
		return err
	}
	bar := newProgress(in.stderr, time.Now, "subjects", 1)
	told := 0
	done, err := access.Rotation{Store: s, Old: oldKey, New: newKey, Told: func(n int) { bar.add(n-told, 0); told = n }}.Run(held)
	bar.end()
	if err != nil {
		return err
	}
	return c.finish(in, done)
}

// oldKey returns the key in force.
func (c *keysRotateCommand) oldKey() (access.MasterKey, error) {
	switch {
	case c.Key != "" && c.NewKey == "":
		return access.MasterKey{}, errors.New("QUANXI_KEY gives the old key: give the new one in QUANXI_NEW_KEY")
	case c.Key == "" && c.NewKey != "":
		return access.MasterKey{}, fmt.Errorf("the old key is in %s and a new one is made there: give no QUANXI_NEW_KEY", c.keyFile())
	case c.Key == "" && !exists(c.keyFile()):
		return access.MasterKey{}, fmt.Errorf("there is no master key in %s", c.keyFile())
	}
	return c.masterKey()
}

// newKey returns the key that takes the place of the old one. From the moment that it is
// in a file nothing but the rotation takes up the old one.
func (c *keysRotateCommand) newKey(old access.MasterKey) (key access.MasterKey, err error) {
	if c.NewKey != "" {
		key, err = access.ParseMasterKey(c.NewKey)
	} else {
		key, err = access.MasterKeyFile(c.nextKeyFile())
	}
	if err == nil && key == old {
		err = errors.New("the new key is the old one")
	}
	return key, err
}

// relayWait is how long a server has to give back what it holds while it ends.
const relayWait = 3 * time.Second

// alone returns when nobody else uses the store under its key: no server of it anywhere,
// no other command on this machine. held ends if a server takes over all the same.
func (c *keysRotateCommand) alone(ctx context.Context, s store, oldKey access.MasterKey) (held context.Context, release func() error, err error) {
	inUse := func(what string, err error) error {
		return fmt.Errorf("%s: stop every server and import of this store, and run it again; nothing was changed now: %w", what, err)
	}
	unlock, err := access.LockKey(c.keyFolder())
	if err != nil {
		return nil, nil, inUse("the key is in use on this machine", err)
	}
	wait, cancel := context.WithTimeout(ctx, relayWait)
	defer cancel()
	held, yield, err := lockRelay(ctx, wait, s)
	if err != nil {
		return nil, nil, errors.Join(inUse("a server runs on this store", err), unlock())
	}
	sealer := access.NewSealer(s, oldKey, c.auditSealsFile(), slog.New(slog.DiscardHandler))
	unseal, err := sealer.Hold(held)
	if err != nil {
		yield()
		return nil, nil, errors.Join(fmt.Errorf("the audit is not whole, or is being sealed; see quanxi audit verify: %w", err), unlock())
	}
	return held, func() error { yield(); return errors.Join(unseal(), unlock()) }, nil
}

// lockRelay takes the relay lock for as long as ctx lasts, if it is free before wait ends.
func lockRelay(ctx, wait context.Context, s store) (held context.Context, release func(), err error) {
	term, cancel := context.WithCancel(ctx)
	giveUp := context.AfterFunc(wait, cancel)
	held, yield, err := s.LockRelay(term)
	if err != nil || !giveUp() {
		cancel()
		if yield != nil {
			yield()
		}
		return nil, nil, errors.Join(err, wait.Err())
	}
	return held, func() { yield(); cancel() }, nil
}

// finish puts the new key in force.
func (c *keysRotateCommand) finish(in *invocation, done access.Rotated) error {
	tell := func(format string, args ...any) error { _, err := fmt.Fprintf(in.stdout, format, args...); return err }
	err := tell("%d people and workers, %d accounts are under the new key\n", done.Subjects, done.Accounts)
	if done.Foreign > 0 {
		err = errors.Join(err, tell("%d keys belong to neither master key and stay as they are\n", done.Foreign))
	}
	if c.Key != "" {
		return errors.Join(err, tell("Start every node with the new key from now on.\n"))
	}
	kept, swapped := access.ReplaceKey(c.keyFile(), c.nextKeyFile())
	if swapped != nil {
		return errors.Join(err, swapped)
	}
	return errors.Join(err, tell("%s is the new key; the old one is %s. Only backups made before need it: move it away, and destroy it with them.\n", c.keyFile(), kept))
}

// oldKeys returns the keys that were replaced, the newest first.
func (f storeFlags) oldKeys() (keys []access.MasterKey, err error) {
	for n := 1; exists(f.keyFile() + "." + strconv.Itoa(n)); n++ {
		text, err := os.ReadFile(f.keyFile() + "." + strconv.Itoa(n))
		if err != nil {
			return nil, fmt.Errorf("%w: %w", access.ErrMasterKey, err)
		}
		key, err := access.ParseMasterKey(strings.TrimSpace(string(text)))
		if err != nil {
			return nil, err
		}
		keys = append([]access.MasterKey{key}, keys...)
	}
	return keys, nil
}
