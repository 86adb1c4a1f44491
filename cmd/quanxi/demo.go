package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"quanxi/access"
	"quanxi/grid"
)

type demoCommand struct {
	serveCommand `embed:""`
	townFlags    `embed:""`
	lifeFlags    `embed:""`
}

// Run generates a town if there is none yet, serves it and lives in it.
func (c *demoCommand) Run(in *invocation) error {
	if err := c.check(); err != nil {
		return err
	}
	p := newParts(in.ctx)
	log := c.logger(in.stderr)
	fill := func() error { return c.prepare(in.ctx, in.stderr) }
	at, err := c.start(in.ctx, p, log, in.stdout, fill)
	if err != nil {
		return errors.Join(err, p.stop())
	}
	p.start("simulation", func(ctx context.Context) error {
		return c.live(ctx, at, log)
	})
	return p.wait(in.ctx)
}

// prepare fills an empty store.
func (c *demoCommand) prepare(ctx context.Context, screen io.Writer) error {
	s, err := c.open(ctx)
	if err != nil {
		return err
	}
	master, err := c.unlock(ctx, s)
	if err != nil {
		return errors.Join(err, s.Close())
	}
	empty, err := isEmpty(ctx, s)
	if err == nil && empty {
		fmt.Fprintf(screen, "%s is empty: inventing %d town(s)\n", c.Data, c.Towns)
		err = c.fill(ctx, s, access.NewVault(master), screen)
	}
	return errors.Join(err, s.Close())
}

// isEmpty reports whether a store has no division.
func isEmpty(ctx context.Context, s grid.Store) (bool, error) {
	for _, err := range s.Entities(ctx, grid.Divisions, grid.Query{Limit: 1}) {
		return false, err
	}
	return true, nil
}
