package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/server"
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
	token := ""
	prepare := func() (d door, err error) {
		d, token, err = c.prepare(in.ctx, in.stderr)
		return d, errors.Join(err, c.checkArea(in.ctx, c.storeFlags)) // once there is a town
	}
	at, err := c.start(in.ctx, p, log, in.stdout, prepare)
	if err != nil {
		return errors.Join(err, p.stop())
	}
	p.start("simulation", func(ctx context.Context) error {
		return c.live(ctx, at, token, log)
	})
	return p.wait(in.ctx)
}

// prepare fills an empty store, and sees that the cast of the invented city is there. It
// returns how people come in, and a token for the simulation.
func (c *demoCommand) prepare(ctx context.Context, screen io.Writer) (door, string, error) {
	s, err := c.storeFlags.open(ctx)
	if err != nil {
		return door{}, "", err
	}
	d, token, err := c.prepareIn(ctx, s, screen)
	return d, token, errors.Join(err, s.Close())
}

func (c *demoCommand) prepareIn(ctx context.Context, s store, screen io.Writer) (door, string, error) {
	master, err := c.unlock(ctx, s)
	if err != nil {
		return door{}, "", err
	}
	empty, err := isEmpty(ctx, s)
	if err == nil && empty {
		fmt.Fprintf(screen, "%s is empty: inventing %d town(s)\n", c.Data, c.Towns)
		err = c.invent(ctx, s, master, screen)
	}
	if err != nil {
		return door{}, "", err
	}
	r, err := newRegistry(s, master, operator)
	if err != nil {
		return door{}, "", err
	}
	onlyHere := server.Loopback(c.Addr)
	password, token, err := stageCast(ctx, s, r, onlyHere)
	if err != nil {
		return door{}, "", err
	}
	d := door{passwordAlone: true, entry: server.Entry{Demo: accounts()}}
	if onlyHere {
		d.entry.Password = password // whoever sees the page is at the machine
	} else {
		d.invite = func(string) string { return fmt.Sprintf("All accounts of the demo have the password %s", password) }
	}
	return d, token, nil
}

func (c *demoCommand) invent(ctx context.Context, s store, master access.MasterKey, screen io.Writer) error {
	maker, err := c.plan()
	if err != nil {
		return err
	}
	return c.fill(ctx, s, maker, access.NewVault(master), "", screen, io.Discard)
}

// isEmpty reports whether a store has no division.
func isEmpty(ctx context.Context, s grid.Store) (bool, error) {
	for _, err := range s.Entities(ctx, grid.Divisions, grid.Query{Limit: 1}) {
		return false, err
	}
	return true, nil
}
