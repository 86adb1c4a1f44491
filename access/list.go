package access

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"quanxi/access/signin"
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// ErrCursor reports a cursor that this server did not give to this viewer for
// this list.
var ErrCursor = errors.New("not a cursor of this list")

// A Page asks for a part of a list.
type Page struct {
	Cursor string   // as the page before gave it; empty for the first
	Limit  int      // at most so many records; at least 1
	Column string   // with Values: only entities whose column has one of the values
	Values []string // never of a masked column (RULES C5)
	// Area selects what lies in a division or below it, as divisions are now; empty
	// is everywhere.
	Area grid.Code
	// Envelope selects what meets it in the World; nil is everywhere.
	Envelope *geo.Envelope
	// WithoutGeometry leaves geometries out, which make up most of a record.
	WithoutGeometry bool
}

// object returns the one thing that a page of a kind is about, as rows of the audit name it:
// what its filter names, or the division; empty if there is none.
func (p *Page) object(kind grid.Kind) string {
	if named := p.named(kind); len(named) == 1 {
		return objectOf(named[0])
	}
	if p.Area != "" {
		return divisionObject(p.Area)
	}
	return ""
}

// named returns what the filter of a page of a kind names by id.
func (p *Page) named(kind grid.Kind) (refs []grid.Ref) {
	for _, link := range grid.Links() {
		if link.Kind != kind || link.Column != p.Column {
			continue
		}
		for _, value := range p.Values {
			if id, err := strconv.ParseInt(value, 10, 64); err == nil { // no list has anything of another
				refs = append(refs, grid.Ref{Kind: link.To, ID: id})
			}
		}
	}
	return refs
}

// listRate is how many records about people an account may be shown as it may see them: more
// than everybody of some grids in a day, and too slow to copy a town page by page, which is
// an export and has to be approved.
var listRate = signin.Rate{Every: 24 * time.Hour / 5000, Burst: 5000}

// shows takes what so many records of a kind count for, or is a WaitError, and leaves the trace
// of them: about which object, as rows of the audit name it. It comes before they are written, so
// that a reply that is lost after all leaves a row too many, rather than one that arrives none.
func (v *View) shows(kind grid.Kind, object string, records int) error {
	if kind != grid.People || records == 0 {
		return nil
	}
	if err := v.take(v.lists, records); err != nil {
		return err
	}
	if v.shown != nil {
		v.shown(Trace{
			Actor: v.viewer.account, Post: v.viewer.HighestPost(), From: v.from,
			Action: action(kind, "read"), Object: object, Result: grid.ResultOK,
		}, int64(records))
	}
	return nil
}

// Entity returns one entity as the viewer may see it. The error wraps
// grid.ErrNotFound also for what the viewer may not see, or is a WaitError for whoever reads
// too many people.
func (v *View) Entity(ctx context.Context, kind grid.Kind, id int64) (Record, error) {
	e, err := v.entity(ctx, kind, id)
	if err == nil {
		err = v.shows(kind, objectOf(refOf(e)), 1)
	}
	if err != nil {
		return Record{}, err
	}
	return v.record(ctx, e)
}

// Entities returns a page of a list in the order of ids, and the cursor of the
// next page, empty at the end. It holds only what the viewer may see, and tells
// nothing of how much was passed over.
func (v *View) Entities(ctx context.Context, kind grid.Kind, page Page) ([]Record, string, error) {
	if !v.viewer.MayList(kind) {
		return nil, "", fmt.Errorf("%s: %w", kind, grid.ErrNotFound)
	}
	after, err := v.openCursor(kind, page.Cursor)
	if err != nil {
		return nil, "", err
	}
	scope := grid.Everywhere()
	if page.Area != "" {
		if err := v.holdsDivision(page.Area); err != nil {
			return nil, "", err
		}
		scope = v.world.Snapshot().ScopeOf(page.Area)
	}
	query, any := v.pageQuery(kind, page, scope, after)
	if !any {
		return nil, "", nil
	}
	kept, next, err := v.listed(ctx, kind, query, scope, page.Limit)
	if err != nil {
		return nil, "", err
	}
	records, err := v.pageRecords(ctx, kind, kept, page)
	return records, next, err
}

// pageQuery is what the store is asked for a page of what lies in a scope, behind an id; false
// if there is nothing to ask for.
func (v *View) pageQuery(kind grid.Kind, page Page, scope grid.Scope, after int64) (q grid.Query, any bool) {
	q = grid.Query{After: after, Column: page.Column, Values: page.Values}
	now := v.world.Snapshot()
	switch {
	case page.Envelope != nil || page.Area != "" && grid.ShapeOf(kind) != grid.NoShape:
		q.IDs = v.found(kind, page, scope, after)
		return q, len(q.IDs) > 0
	case now.Own() != "" && page.Column == "":
		q.IDs = now.IDs(kind, after, maxMeeting)
		return q, len(q.IDs) > 0
	case v.viewer.SeesAll(kind) && scope.IsEverywhere():
		q.Limit = page.Limit + 1
	}
	return q, true
}

// listed returns up to limit entities of a query that stand on a list of what lies in a scope,
// and the cursor behind them, empty at the end.
func (v *View) listed(ctx context.Context, kind grid.Kind, query grid.Query, scope grid.Scope, limit int) (kept []grid.Entity, next string, err error) {
	for e, err := range v.store.Entities(ctx, kind, query) {
		if err != nil {
			return nil, "", err
		}
		if ok, err := v.listsIn(ctx, e, scope); err != nil {
			return nil, "", err
		} else if !ok {
			continue
		}
		if len(kept) == limit {
			return kept, v.sealCursor(kind, kept[limit-1].Entity().ID), nil
		}
		kept = append(kept, e)
	}
	if len(query.IDs) == maxMeeting {
		next = v.sealCursor(kind, query.IDs[maxMeeting-1])
	}
	return kept, next, nil
}

// maxMeeting bounds how much of what meets an envelope one page looks at. A page
// may then hold less than was asked for and still have a next one.
const maxMeeting = 5000

// found returns the ids above after of what of a kind lies where a page looks, in
// order, and in a scope. What the viewer may not know of does not take its place in the page.
func (v *View) found(kind grid.Kind, page Page, scope grid.Scope, after int64) []int64 {
	now := v.world.Snapshot()
	env := geo.Envelope{Min: geo.At(-180, -90), Max: geo.At(180, 90)}
	if page.Envelope != nil {
		env = *page.Envelope
	}
	if page.Area != "" && kind != grid.Devices { // devices belong where their home is, wherever they hang
		extent, ok := now.ExtentOf(page.Area)
		if env = env.Intersect(extent); !ok || !env.Valid() {
			return nil // nothing without a home lies in what has no boundary
		}
	}
	idOf, all := idsOf(now, kind), v.viewer.SeesAll(kind)
	var ids []int64
	for slot := range now.Slots(kind, env) {
		id := idOf(slot)
		if id <= after || !scope.IsEverywhere() && !scope.Holds(now.AreaOf(kind, id)) {
			continue
		}
		if all || v.mayKnow(now, kind, slot, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids[:min(len(ids), maxMeeting)]
}

// mayKnow reports whether the viewer may know of an entity as the World has it.
func (v *View) mayKnow(now *world.Snapshot, kind grid.Kind, slot uint32, id int64) bool {
	if kind == events.Events {
		e := now.EventAt(slot)
		return v.viewer.SeesEvents(e.Privacy(), e.Area())
	}
	return v.viewer.Sees(kind, now.AreaOf(kind, id))
}

// idsOf returns what turns the slots of a kind into ids.
func idsOf(s *world.Snapshot, kind grid.Kind) func(slot uint32) int64 {
	switch kind {
	case grid.Divisions:
		return func(slot uint32) int64 { return s.DivisionAt(slot).ID() }
	case grid.LandUses, grid.Waters, grid.Greens, grid.Roads:
		return func(slot uint32) int64 { return s.FeatureAt(kind, slot).ID() }
	case grid.Buildings:
		return func(slot uint32) int64 { return s.BuildingAt(slot).ID() }
	case grid.People:
		return func(slot uint32) int64 { return s.PersonAt(slot).ID() }
	case events.Events:
		return func(slot uint32) int64 { return s.EventAt(slot).ID() }
	}
	return func(slot uint32) int64 { return s.ThingAt(kind, slot).ID() }
}

func (v *View) pageRecord(ctx context.Context, e grid.Entity, identity grid.Identity, page Page) (Record, error) {
	v.stamp(e) // while it is known where it lies
	if page.WithoutGeometry && grid.ShapeOf(e.Kind()) != grid.NoShape {
		if err := e.SetGeometry(nil); err != nil {
			return Record{}, err
		}
	}
	return v.recordWith(ctx, e, identity)
}

// pageRecords are the records of entities of a kind, in their order.
func (v *View) pageRecords(ctx context.Context, kind grid.Kind, some []grid.Entity, page Page) ([]Record, error) {
	if err := v.shows(kind, page.object(kind), len(some)); err != nil {
		return nil, err
	}
	keys, err := v.keysOf(ctx, kind, some)
	if err != nil {
		return nil, err
	}
	var records []Record
	for _, e := range some {
		identity, err := v.opened(e, keys)
		if err != nil {
			return nil, err
		}
		rec, err := v.pageRecord(ctx, e, identity, page)
		if err != nil {
			return nil, err
		}
		records = append(records, rec)
	}
	return records, nil
}

// entity reads what the viewer may see.
func (v *View) entity(ctx context.Context, kind grid.Kind, id int64) (grid.Entity, error) {
	if !v.viewer.MayList(kind) {
		return nil, fmt.Errorf("%s %d: %w", kind, id, grid.ErrNotFound)
	}
	e, err := v.store.Entity(ctx, kind, id)
	if err == nil {
		err = v.mustHold(ctx, e)
	}
	if errors.Is(err, grid.ErrNotFound) && v.world.Snapshot().Own() != "" {
		err = fmt.Errorf("%s %d: %w", kind, id, ErrNotHeld) // as of what is stored and lies elsewhere
	}
	if err != nil {
		return nil, err
	}
	ok, err := v.sees(ctx, e)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%s %d: %w", kind, id, grid.ErrNotFound)
	}
	return e, nil
}

// mustHold returns ErrNotHeld for an entity that is stored and that this node does not hold.
func (v *View) mustHold(ctx context.Context, e grid.Entity) error {
	held, err := v.isHeld(ctx, e)
	if err == nil && !held {
		err = fmt.Errorf("%s %d: %w", e.Kind(), e.Entity().ID, ErrNotHeld)
	}
	return err
}

// listsIn reports whether an entity stands on a list of what lies in a scope.
func (v *View) listsIn(ctx context.Context, e grid.Entity, scope grid.Scope) (bool, error) {
	held, err := v.isHeld(ctx, e)
	if err != nil || !held {
		return false, err
	}
	return v.seesIn(ctx, e, scope)
}

// sealCursor hides the last id of a page: serial ids tell how much is going on
// elsewhere (RULES C4).
func (v *View) sealCursor(kind grid.Kind, id int64) string {
	plain := binary.BigEndian.AppendUint64(nil, uint64(id))
	return base64.RawURLEncoding.EncodeToString(v.cursors.Seal(nil, nil, plain, v.cursorOwner(kind)))
}

func (v *View) openCursor(kind grid.Kind, cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, ErrCursor
	}
	plain, err := v.cursors.Open(nil, nil, sealed, v.cursorOwner(kind))
	if err != nil || len(plain) != 8 {
		return 0, ErrCursor
	}
	return int64(binary.BigEndian.Uint64(plain)), nil
}

func (v *View) cursorOwner(kind grid.Kind) []byte {
	return []byte(string(kind) + "\x00" + v.viewer.account)
}
