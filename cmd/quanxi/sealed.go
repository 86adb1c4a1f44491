package main

import (
	"fmt"
	"io"
	"os"
)

type keysSealCommand struct {
	storeFlags
	File string `arg:"" help:"File to write; it must not exist." type:"path"`
}

// Run encrypts under the key of the store that the flags name: of a key that was made for this
// alone nobody has a copy.
func (c *keysSealCommand) Run(in *invocation) (err error) {
	if !c.hasKey() {
		return fmt.Errorf("%s: there is no master key: give QUANXI_KEY, or --data of a node", c.keyFile())
	}
	master, err := c.masterKey()
	if err != nil {
		return err
	}
	return master.SealFile(in.ctx, os.Stdin, c.File)
}

type keysOpenCommand struct {
	storeFlags
	File string `arg:"" help:"File to read." type:"existingfile"`
}

// Run fails after what is whole was written if the file is damaged or cut off.
func (c *keysOpenCommand) Run(in *invocation) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	plain, err := c.openSealed(file)
	if err == nil {
		_, err = io.Copy(in.stdout, plain)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", c.File, err)
	}
	return nil
}
