package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"quanxi/access"
)

type keysSealCommand struct {
	storeFlags
	File string `arg:"" help:"File to write; it must not exist." type:"path"`
}

// Run encrypts under the key in force: of a key that was made for this alone nobody has a copy.
// What was read before a program in front of it failed is taken for all; only a shell knows
// of the failure.
func (c *keysSealCommand) Run(in *invocation) error {
	if !c.hasKey() {
		return fmt.Errorf("%s: there is no master key: give QUANXI_KEY, or --data of a node", c.keyFile())
	}
	if c.Key == "" && exists(c.nextKeyFile()) {
		return errRotation
	}
	master, err := c.masterKey()
	if err != nil {
		return err
	}
	if err := c.compare(in, master); err != nil {
		return err
	}
	if err := master.SealFile(in.ctx, os.Stdin, c.File); err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	_, err = fmt.Fprintf(in.stdout, "%s written, encrypted under the master key. Keep a copy of that elsewhere, without which nobody reads it.\n", c.File)
	return err
}

// compare refuses a key that is not that of the store which the flags name, and says so where
// there is nothing to compare it with. Nothing of the store is opened or changed: whatever
// waited for pg_dump would keep it waiting here.
func (c *keysSealCommand) compare(in *invocation, master access.MasterKey) error {
	mark, err := c.keyMark(in.ctx)
	switch {
	case err == nil && mark == master.Mark():
		return nil
	case err == nil && mark != "":
		return fmt.Errorf("%s: %w", c.where(), access.ErrOtherKey)
	case err == nil:
		err = errors.New("it belongs to no key yet")
	}
	_, err = fmt.Fprintf(in.stderr, "Nobody compared the master key with that of a store (%s: %s). See that it is the one which you keep.\n", c.where(), oneLine(err))
	return err
}

// where names the store without what an address may hold, such as a password.
func (c *keysSealCommand) where() string {
	if c.Database != "" {
		return "the database"
	}
	return c.file()
}

type keysOpenCommand struct {
	storeFlags
	File string `arg:"" help:"File to read." type:"existingfile"`
}

// Run reads the file twice, and writes nothing if it is damaged or cut off: whoever is at the
// other end, such as psql, takes the end of its input for the end of all and keeps it.
func (c *keysOpenCommand) Run(in *invocation) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	for _, to := range []io.Writer{io.Discard, in.stdout} {
		if err := c.write(in, to, file); err != nil {
			return fmt.Errorf("%s: %w", c.File, err)
		}
	}
	return nil
}

// write writes what is sealed in a file, from its beginning.
func (c *keysOpenCommand) write(in *invocation, to io.Writer, file io.ReadSeeker) error {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	plain, err := c.openSealed(in.ctx, file)
	if err == nil {
		_, err = io.Copy(to, plain)
	}
	return err
}
