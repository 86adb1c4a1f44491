package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"quanxi/access"
	"quanxi/exchange"
	"quanxi/geo"
	"quanxi/grid"
)

// importCommand brings files into the store, also while a server runs on it.
type importCommand struct {
	storeFlags
	Files   []string  `arg:"" optional:"" name:"FILE" help:"Files to bring in: GeoJSON, CSV, GeoPackage, and what GDAL reads." type:"path"`
	As      grid.Kind `help:"What the file holds: divisions, buildings, dwellings, people, organisations, components, devices, cameras, service, roads, water, green or landuse." placeholder:"KIND"`
	CRS     string    `name:"crs" help:"auto, wgs84, gcj02, bd09, EPSG:… or cm=MERIDIAN." default:"auto" env:"QUANXI_CRS"`
	DryRun  bool      `help:"Check and report; store nothing." env:"QUANXI_DRY_RUN"`
	SkipBad bool      `help:"Store what is right and leave out what is not; otherwise one bad record refuses its file." env:"QUANXI_SKIP_BAD"`
	Source  string    `help:"Whose ids the file uses; files whose rows refer to each other share one. Default: the file's name." env:"QUANXI_SOURCE" placeholder:"NAME"`
	JSON    bool      `help:"Report as JSON." env:"QUANXI_JSON"`
	Undo    int64     `help:"Take a load back: what it added goes, what it replaced returns." placeholder:"LOAD"`
	List    bool      `help:"List the loads of the store."`
}

// Run implements kong's command.
func (c *importCommand) Run(in *invocation) error {
	if err := c.check(); err != nil {
		return err
	}
	store, err := c.openExisting(in.ctx)
	if err != nil {
		return err
	}
	defer store.Close()
	switch {
	case c.List:
		return c.list(in, store)
	case c.Undo != 0:
		if _, err := store.UndoLoad(in.ctx, grid.By{Actor: operator}, c.Undo); err != nil {
			return err
		}
		_, err := fmt.Fprintf(in.stdout, "load %d is undone\n", c.Undo)
		return err
	}
	for _, file := range c.Files {
		if err := c.file(in, store, file); err != nil {
			return err
		}
	}
	return nil
}

// operator is the account of whoever works at the machine itself.
const operator = "command line"

// check refuses what is not one wish: who says --dry-run of an undo must not lose a load.
func (c *importCommand) check() error {
	switch {
	case c.List && (c.Undo != 0 || len(c.Files) > 0), c.Undo != 0 && len(c.Files) > 0:
		return errors.New("name files, or --list, or --undo LOAD, and only one of them")
	case c.Undo != 0 && c.DryRun:
		return errors.New("--undo has no --dry-run: nothing was undone")
	case c.List || c.Undo != 0:
		return nil
	case len(c.Files) == 0:
		return errors.New("name a file, or --list, or --undo LOAD")
	case c.As == "":
		return errors.New("say what the file holds: --as buildings, for example")
	}
	importable := slices.DeleteFunc(grid.Kinds(), func(k grid.Kind) bool { return k == grid.Households || k == grid.Workers })
	if !slices.Contains(importable, c.As) {
		return fmt.Errorf("--as %s: there is no such kind to import; there are %v", c.As, importable)
	}
	return nil
}

// file brings one file in and prints its report.
func (c *importCommand) file(in *invocation, store store, path string) error {
	source, err := exchange.Open(in.ctx, path, c.scratch())
	if err != nil {
		return err
	}
	defer source.Close()
	im, crs, err := c.prepare(in.ctx, store, source, path)
	if err != nil {
		return err
	}
	bar := newProgress(in.stderr, time.Now, "records", 1)
	counted, shared := 0, 0.0
	im.Progress = func(records int, share float64) {
		bar.add(max(records-counted, 0), max(share-shared, 0))
		counted, shared = records, share
	}
	run := im.Run
	if c.DryRun {
		run = im.Check
	}
	report, err := run(in.ctx, source, store)
	bar.end()
	if report != nil {
		report.CRS = crs
		err = errors.Join(err, c.print(in, report))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return nil
}

func (c *importCommand) prepare(ctx context.Context, store store, source exchange.Source, path string) (exchange.Import, string, error) {
	areaAt, err := exchange.Locate(ctx, store)
	if err != nil {
		return exchange.Import{}, "", err
	}
	known := func(p geo.Point) bool { return areaAt(p) != "" }
	to, crs, err := exchange.ChooseCRS(c.CRS, source, known)
	if err != nil {
		return exchange.Import{}, "", err
	}
	master, err := c.unlock(ctx, store)
	if err != nil {
		return exchange.Import{}, "", err
	}
	name := c.Source
	if name == "" {
		name = strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	}
	tolerance := exchange.RefuseFile
	if c.SkipBad {
		tolerance = exchange.SkipRecord
	}
	return exchange.Import{Kind: c.As, Name: name, Actor: operator, To: to, SkipBad: tolerance, AreaAt: areaAt, Vault: access.NewVault(master)}, crs, nil
}

func (c *importCommand) print(in *invocation, report *exchange.Report) error {
	if c.JSON {
		return json.NewEncoder(in.stdout).Encode(report)
	}
	_, err := report.WriteTo(in.stdout)
	return err
}

func (c *importCommand) list(in *invocation, store grid.Store) error {
	loads, err := store.Loads(in.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(in.stdout).Encode(append([]grid.LoadInfo{}, loads...)) // never null
	}
	for _, l := range loads {
		if _, err := fmt.Fprintf(in.stdout, "%6d  %-8s %s  %8d put  %s\n", l.ID, l.State, l.Began.Format(time.DateTime), l.Put, l.About); err != nil {
			return err
		}
	}
	return nil
}
