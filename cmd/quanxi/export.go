package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"quanxi/events"
	"quanxi/exchange"
	"quanxi/grid"
	"quanxi/world"
)

// exportCommand writes entities to a file or to standard output.
type exportCommand struct {
	storeFlags
	As     grid.Kind `required:"" help:"What to write: a kind as in import, or households, workers or events." placeholder:"KIND"`
	Format string    `help:"geojson, csv or geopackage." enum:"geojson,csv,geopackage" default:"geojson"`
	Area   grid.Code `help:"Only this division, all that it manages, and what lies there." placeholder:"CODE"`
	Out    string    `help:"File to write, which must not exist; standard output if none. A GeoPackage's name ends in .gpkg." type:"path" placeholder:"FILE"`
}

// Run implements kong's command.
func (c *exportCommand) Run(in *invocation) error {
	empty, err := events.New(c.As)
	if err != nil {
		return fmt.Errorf("--as %s: there is no such kind; there are %v", c.As, events.Kinds())
	}
	store, err := c.openExisting(in.ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	entities, err := c.selected(in.ctx, store)
	if err != nil {
		return err
	}
	n, err := c.write(in, empty, entities)
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

// write fills a file beside the one that is asked for, which gets its name only
// when it is whole and on disk.
func (c *exportCommand) write(in *invocation, empty grid.Entity, entities exchange.Entities) (int, error) {
	if c.Out == "" {
		return c.stream(in, empty, entities)
	}
	if exists(c.Out) {
		return 0, fmt.Errorf("%s: %w", c.Out, os.ErrExist)
	}
	part := c.Out + ".part"
	defer os.Remove(part)
	n, err := c.fill(in, part, empty, entities)
	if err != nil {
		return n, err
	}
	return n, os.Rename(part, c.Out)
}

// stream writes to standard output.
func (c *exportCommand) stream(in *invocation, empty grid.Entity, entities exchange.Entities) (int, error) {
	switch c.Format {
	case "geopackage":
		return 0, errors.New("a GeoPackage needs --out FILE")
	case "csv":
		return exchange.WriteCSV(in.stdout, c.As, empty, entities)
	}
	return exchange.WriteGeoJSON(in.stdout, entities)
}

func (c *exportCommand) fill(in *invocation, path string, empty grid.Entity, entities exchange.Entities) (n int, err error) {
	if c.Format == "geopackage" {
		return exchange.WriteGeoPackage(in.ctx, path, empty, entities)
	}
	file, err := os.Create(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if c.Format == "csv" {
		n, err = exchange.WriteCSV(file, c.As, empty, entities)
	} else {
		n, err = exchange.WriteGeoJSON(file, entities)
	}
	return n, errors.Join(err, file.Sync())
}
