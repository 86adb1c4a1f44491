package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"os/user"
	"strconv"
	"time"

	"quanxi/access"
	"quanxi/events"
	"quanxi/exchange"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/world"
)

// exportCommand writes entities to a file or to standard output.
type exportCommand struct {
	storeFlags
	As      grid.Kind     `required:"" help:"What to write: a kind as in import, or households, workers or events." placeholder:"KIND"`
	Format  string        `help:"geojson, csv or geopackage." enum:"geojson,csv,geopackage" default:"geojson"`
	Area    grid.Code     `help:"Only this division, all that it manages, and what lies there." placeholder:"CODE"`
	Purpose staff.Purpose `help:"What it is for, which the file says: planning, report, visits, checking, handover or drill. Needed for what is about somebody: homes, households, people, workers, devices, events." placeholder:"PURPOSE"`
	Note    string        `help:"What else is to be said of the purpose; nothing personal." placeholder:"TEXT"`
	Out     string        `help:"File to write, which must not exist; standard output if none. A GeoPackage's name ends in .gpkg." type:"path" placeholder:"FILE"`
}

// Run implements kong's command.
func (c *exportCommand) Run(in *invocation) error {
	empty, err := events.New(c.As)
	if err != nil {
		return fmt.Errorf("--as %s: there is no such kind; there are %v", c.As, events.Kinds())
	}
	if c.Purpose != "" || c.Note != "" || access.IsPersonal(c.As) {
		if err := staff.CheckPurpose(c.Purpose, c.Note); err != nil {
			return fmt.Errorf("--purpose: %w", err)
		}
	}
	store, err := c.openExisting(in.ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	if access.IsPersonal(c.As) {
		if err := c.forget(in.ctx, store); err != nil {
			return err
		}
	}
	entities, err := c.selected(in.ctx, store)
	if err != nil {
		return err
	}
	n, err := c.write(in, store, empty, entities)
	if err != nil {
		return fmt.Errorf("export %s: %w", c.As, err)
	}
	_, err = fmt.Fprintf(in.stderr, "%d %s written\n", n, c.As)
	return err
}

// selected yields what the export is to hold.
func (c *exportCommand) selected(ctx context.Context, store grid.Store) (exchange.Entities, error) {
	all := store.Entities(ctx, c.As, grid.Query{})
	if c.Area == "" {
		return all, nil
	}
	area, err := areaOf(ctx, store, c.Area)
	if err != nil {
		return nil, err
	}
	inside, err := area.Inside(ctx, store, c.As)
	if err != nil {
		return nil, err
	}
	return exchange.Selected(all, inside), nil
}

// areaOf returns a division and all that it manages, by a World of the divisions
// alone. The error wraps grid.ErrNotFound if none is in force under the code.
func areaOf(ctx context.Context, store grid.Store, code grid.Code) (exchange.Area, error) {
	w := world.New(world.Options{Now: time.Now})
	loader := w.Begin()
	for e, err := range store.Entities(ctx, grid.Divisions, grid.Query{}) {
		if err == nil {
			err = loader.Add(e)
		}
		if err != nil {
			return exchange.Area{}, err
		}
	}
	if err := loader.Publish(world.Position{}); err != nil {
		return exchange.Area{}, err
	}
	s := w.Snapshot()
	d, ok := s.Division(code)
	if !ok {
		return exchange.Area{}, fmt.Errorf("no division %q is in force: %w", code, grid.ErrNotFound)
	}
	return exchange.Area{Scope: s.ScopeOf(code), At: s.AreaAt, Boundary: d.Boundary()}, nil
}

// write writes the file, and leaves a row of the audit before anything of it is
// anywhere and another when it is whole.
func (c *exportCommand) write(in *invocation, store grid.Store, empty grid.Entity, entities exchange.Entities) (int, error) {
	x := exchange.Export{Format: c.Format, Empty: empty, Entities: entities, Mark: c.mark(), Find: exchange.StoreFinder(in.ctx, store)}
	if err := c.trace(in.ctx, store, "exports.begin", x.Mark.String()); err != nil {
		return 0, err
	}
	written, err := c.put(in, x, func(w exchange.Written) error {
		return c.trace(in.ctx, store, "exports.take", fmt.Sprintf("export %s rows=%d sha256=%x", x.Mark.ID, w.Entities, w.Digest))
	})
	return written.Entities, err
}

// mark says who is at the machine. Its accounts are not ours, so it says which machine.
func (c *exportCommand) mark() exchange.Mark {
	who := "uid " + strconv.Itoa(os.Getuid())
	if u, err := user.Current(); err == nil {
		who = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		who += "@" + host
	}
	return exchange.Mark{ID: "cli-" + rand.Text(), Who: who, At: time.Now(), Purpose: string(c.Purpose), Note: c.Note}
}

func (c *exportCommand) trace(ctx context.Context, store grid.Store, action, detail string) error {
	object := string(c.As)
	if c.Area != "" {
		object += "@" + string(c.Area)
	}
	return store.Audit(ctx, []grid.AuditRow{{Actor: operator, Action: action, Object: object, Detail: detail}})
}

// put fills a file beside the one that is asked for, which gets its name only when it is
// whole, on disk and traced. Standard output is traced when it has taken all.
func (c *exportCommand) put(in *invocation, x exchange.Export, traced func(exchange.Written) error) (exchange.Written, error) {
	if c.Out == "" {
		return c.stream(in, x, traced)
	}
	if exists(c.Out) {
		return exchange.Written{}, fmt.Errorf("%s: %w", c.Out, os.ErrExist)
	}
	part := c.Out + ".part"
	if err := os.Remove(part); err != nil && !errors.Is(err, os.ErrNotExist) { // of a process that died
		return exchange.Written{}, err
	}
	defer os.Remove(part)
	written, err := x.WriteFile(in.ctx, part)
	if err == nil {
		err = traced(written)
	}
	if err != nil {
		return written, err
	}
	return written, os.Rename(part, c.Out)
}

// stream writes to standard output.
func (c *exportCommand) stream(in *invocation, x exchange.Export, traced func(exchange.Written) error) (exchange.Written, error) {
	if x.Format == "geopackage" {
		return exchange.Written{}, errors.New("a GeoPackage needs --out FILE")
	}
	h := sha256.New()
	n, err := x.Stream(io.MultiWriter(in.stdout, h))
	written := exchange.Written{Entities: n, Digest: h.Sum(nil)}
	if err != nil {
		return written, err
	}
	return written, traced(written)
}
