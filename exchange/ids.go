package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"quanxi/grid"
)

// identify gives what a record stands for the id by which the next import of the same
// source knows it again: its own; in an export of ours that which it had there; else one
// made of where it lies and what names it, so that a file without ids never doubles.
func (c *Converter) identify(r *row, s *Subject) {
	head := s.Entity.Entity()
	switch {
	case head.External != "":
	case r.has("quanxi_external"):
		head.External = r.text("quanxi_external")
	case r.id("quanxi_id") != 0:
		// Numbers of two stores mean two things: it is known again by where it lies.
		if made := madeIn(s.Entity, r.text("building_external")); made != "" {
			s.ours = r.id("quanxi_id")
			head.External, s.made = ownPrefix+made, true
		}
	case r.external() != "":
		head.External = c.prefix + r.external()
	default:
		if made := madeOf(s.Entity); made != "" {
			head.External, s.made = c.prefix+"#"+made, true
		}
	}
}

// madeOf returns an id made of what does not change when a thing is described anew; empty
// for what lies nowhere.
func madeOf(e grid.Entity) string {
	if home, ok := e.(*grid.Dwelling); ok {
		return madeIn(e, home.Building)
	}
	return madeIn(e, "")
}

// madeIn is madeOf, of a home in a building that is known by its number or, in an export,
// by its external id.
func madeIn(e grid.Entity, building any) string {
	var natural []any
	switch e := e.(type) {
	case *grid.Dwelling:
		natural = []any{building, e.Unit, e.Floor, e.Room}
	case *grid.Component:
		natural = []any{e.Place, e.Category, e.Code}
	case *grid.Device:
		natural = []any{e.Place, e.Category, e.Name}
	case *grid.Organisation:
		natural = []any{e.Place, e.Name}
	case *grid.ServicePoint:
		natural = []any{e.Place, e.Name}
	default:
		g := e.Geometry()
		if g == nil {
			return ""
		}
		natural = []any{g}
	}
	text, err := json.Marshal(natural)
	if err != nil {
		return "" // of numbers and texts it always is written
	}
	digest := sha256.Sum256(text)
	return hex.EncodeToString(digest[:12])
}

// number tells equal records of a file without ids apart: two lamps on one pole.
func (p *pump) number(s Subject) {
	if key := p.key(s.Entity); s.made && p.repeated[key] {
		if p.equals[key]++; p.equals[key] > 1 {
			s.Entity.Entity().External += fmt.Sprintf("/%d", p.equals[key])
		}
	}
}

// ownAsked is how many records are looked at to find out where an export came from.
const ownAsked = 100

// refuseOwn refuses an export of the very store that it is read into: what has no id but
// its number there would be stored beside itself.
func (p *pump) refuseOwn(ctx context.Context) error {
	if len(p.ours) == 0 {
		return nil
	}
	names := newNamings(StoreFinder(ctx, p.from))
	var here []grid.Entity
	for e, err := range p.from.Entities(ctx, p.Kind, grid.Query{IDs: slices.Sorted(maps.Keys(p.ours))}) {
		if err != nil {
			return err
		}
		here = append(here, e)
	}
	keys, err := names.keysOf(here)
	if err != nil {
		return err
	}
	for i, e := range here {
		if head := e.Entity(); head.External == "" && p.ours[head.ID] == keys[i] {
			return fmt.Errorf("the file was exported from this store (quanxi_id %d) and is not read back beside what it came from: %w", head.ID, ErrRefused)
		}
	}
	return nil
}
