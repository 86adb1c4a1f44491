package access

import (
	"context"
	"errors"
	"fmt"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// An Identified is what a tap on the map finds.
type Identified struct {
	world.Identified
	// Partial reports that this node does not hold all that is near.
	Partial bool
	// Phones are the masked phone numbers of Workers, by id.
	Phones map[int64]string
}

// Dwellings returns the homes of the building, none unless the viewer answers for it.
func (i Identified) Dwellings() []world.Dwelling {
	var homes []world.Dwelling
	if i.Found && i.Homes {
		i.Building.Dwellings(func(d world.Dwelling) { homes = append(homes, d) })
	}
	return homes
}

// Identify returns what is at a place and near it: the chain of divisions, the
// building, who answers, as far as the viewer may know. The error is ErrNotHeld for a
// place in an area that this node does not hold.
func (v *View) Identify(ctx context.Context, p geo.Point) (Identified, error) {
	if !v.viewer.signedIn {
		return Identified{}, fmt.Errorf("identify: %w", grid.ErrNotFound)
	}
	seen := v.world.Snapshot()
	if !seen.Holds(seen.AreaAt(p)) {
		return Identified{}, fmt.Errorf("identify: %w", ErrNotHeld)
	}
	found := Identified{Identified: seen.Identify(p, &v.viewer.scopes), Phones: make(map[int64]string)}
	found.Partial = seen.Covers(world.NearTo(p)) != world.All
	for _, w := range found.Workers {
		phone, err := v.phone(ctx, w.ID())
		if err != nil {
			return Identified{}, err
		}
		found.Phones[w.ID()] = phone
	}
	return found, nil
}

// phone returns a worker's masked number, empty if there is none. A store that is
// away costs the number, not the answer.
func (v *View) phone(ctx context.Context, worker int64) (string, error) {
	e, err := v.store.Entity(ctx, grid.Workers, worker)
	if err == nil {
		var identity grid.Identity
		identity, err = v.identity(ctx, e)
		if err == nil {
			return MaskPhone(identity.Phone), nil
		}
	}
	if errors.Is(err, grid.ErrNotFound) || errors.Is(err, grid.ErrUnavailable) || errors.Is(err, ErrSealed) {
		return "", nil
	}
	return "", err
}

// An Area is a part of the map that can be asked what lies in it.
type Area = world.Area

// Within counts what lies in an area. Of people, homes and what is bound to them
// only those are counted for whom the viewer answers (RULES C1). It
// ends with the context.
func (v *View) Within(ctx context.Context, area Area) (Counters, error) {
	if !v.viewer.signedIn {
		return Counters{}, fmt.Errorf("within: %w", grid.ErrNotFound)
	}
	return v.world.Snapshot().Within(ctx, area, &v.viewer.scopes)
}

// ListWithin returns a page of what lies in an area, in the order of ids, and the
// cursor of the next page, empty at the end. What belongs to a home says which: see
// Where. It ends with the context.
func (v *View) ListWithin(ctx context.Context, kind grid.Kind, area Area, page Page) ([]Record, string, error) {
	if !v.viewer.MayList(kind) {
		return nil, "", fmt.Errorf("%s: %w", kind, grid.ErrNotFound)
	}
	after, err := v.openCursor(kind, page.Cursor)
	if err != nil {
		return nil, "", err
	}
	ids, err := v.world.Snapshot().List(ctx, kind, area, &v.viewer.scopes, after, page.Limit+1)
	if err != nil {
		return nil, "", err
	}
	next := ""
	if len(ids) > page.Limit {
		ids = ids[:page.Limit]
		next = v.sealCursor(kind, ids[page.Limit-1])
	}
	records, err := v.recordsOf(ctx, kind, ids, page)
	return records, next, err
}

// recordsOf reads entities by ascending ids. One that is gone since, or has moved
// out of sight, is left out.
func (v *View) recordsOf(ctx context.Context, kind grid.Kind, ids []int64, page Page) ([]Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var kept []grid.Entity
	for e, err := range v.store.Entities(ctx, kind, grid.Query{IDs: ids}) {
		if err != nil {
			return nil, err
		}
		if ok, err := v.sees(ctx, e); err != nil {
			return nil, err
		} else if !ok {
			continue
		}
		kept = append(kept, e)
	}
	records, err := v.pageRecords(ctx, kind, kept, page)
	for i := range records {
		if records[i].JSON, err = v.addWhere(records[i].JSON, kept[i]); err != nil {
			return nil, err
		}
	}
	return records, err
}

// A Hit is something that a search found.
type Hit = world.Hit

// Search finds divisions, addresses, buildings and places, best first. What the
// viewer may not see was left out before ranking (RULES C5).
func (v *View) Search(query string, limit int) []Hit {
	if !v.viewer.signedIn {
		return nil
	}
	return v.world.Snapshot().Search(query, limit, &v.viewer.scopes)
}
