package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"quanxi/events"
	"quanxi/grid"
)

// gather gathers all that is held on somebody.
func (v *View) gather(ctx context.Context, e grid.Entity) (File, error) {
	f := File{
		Residences: []json.RawMessage{}, Devices: []json.RawMessage{}, Sources: []FileSource{},
		Unmaskings: []Shown{}, Accesses: []Access{}, History: []FileRevision{},
	}
	others, err := v.othersOf(ctx, e)
	if err != nil {
		return f, err
	}
	if p, ok := e.(*grid.Person); ok {
		if err := v.fileHome(ctx, &f, p); err != nil {
			return f, err
		}
	}
	names := namer{store: v.store, known: map[string]Who{}}
	for _, one := range append([]grid.Entity{e}, others...) {
		if err := v.fileTraces(ctx, &f, one, names); err != nil {
			return f, err
		}
	}
	settings, err := SettingsIn(ctx, v.store)
	if err != nil {
		return f, err
	}
	slices.SortStableFunc(f.Accesses, func(a, b Access) int { return a.At.Compare(b.At) })
	f.Kept = keptAudit(settings, f.rowsAbout(e.Kind()))
	// Last: what the viewer is not shown is gone from an entity once it is written.
	for _, one := range others {
		if f.Residences, err = v.fileRecord(ctx, f.Residences, one); err != nil {
			return f, err
		}
	}
	person, err := v.record(ctx, e)
	f.Person = person.JSON
	return f, err
}

func (v *View) fileRecord(ctx context.Context, list []json.RawMessage, e grid.Entity) ([]json.RawMessage, error) {
	rec, err := v.record(ctx, e)
	if err != nil {
		return list, err
	}
	return append(list, rec.JSON), nil
}

// fileHome adds household, home and what is bound to it, as far as the viewer sees them.
func (v *View) fileHome(ctx context.Context, f *File, p *grid.Person) error {
	household, err := v.recordOrNone(ctx, grid.Households, p.Household)
	if err != nil {
		return err
	}
	f.Household = household
	found, err := v.entity(ctx, grid.Dwellings, p.Dwelling)
	if errors.Is(err, grid.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	dwelling, err := v.record(ctx, found)
	if err != nil {
		return err
	}
	f.Home = &FileHome{Dwelling: dwelling.JSON, Building: found.(*grid.Dwelling).Building}
	b, err := v.store.Entity(ctx, grid.Buildings, f.Home.Building) // public
	if err == nil {
		building := b.(*grid.Building)
		f.Home.Name, f.Home.Code, f.Home.Address = building.Name, building.Code, building.Address
	} else if !errors.Is(err, grid.ErrNotFound) {
		return err
	}
	for device, err := range v.store.Entities(ctx, grid.Devices, grid.Query{Column: "dwelling", Values: []string{fmt.Sprint(p.Dwelling)}}) {
		if err != nil {
			return err
		}
		seen, err := v.sees(ctx, device)
		if err != nil {
			return err
		}
		if !seen {
			continue
		}
		if f.Devices, err = v.fileRecord(ctx, f.Devices, device); err != nil {
			return err
		}
	}
	return nil
}

func (v *View) recordOrNone(ctx context.Context, kind grid.Kind, id int64) (json.RawMessage, error) {
	rec, err := v.Entity(ctx, kind, id)
	if errors.Is(err, grid.ErrNotFound) || errors.Is(err, ErrNotHeld) {
		return nil, nil
	}
	return rec.JSON, err
}

// seenEvent returns the id of an event, zero if it is not there for the viewer or not held.
func (v *View) seenEvent(ctx context.Context, id int64) (int64, error) {
	if id == 0 {
		return 0, nil
	}
	_, err := v.entity(ctx, events.Events, id)
	if errors.Is(err, grid.ErrNotFound) || errors.Is(err, ErrNotHeld) {
		return 0, nil
	}
	return id, err
}

// fileTraces adds what one record left behind: where it came from, its history, and who
// looked at it or changed it, also who looked at everybody in its home or household. That is the
// one that it names now: what it named before is sealed with its history.
func (v *View) fileTraces(ctx context.Context, f *File, e grid.Entity, names namer) error {
	ref := refOf(e)
	past, err := v.store.Past(ctx, ref.Kind, ref.ID)
	if err != nil {
		return err
	}
	for _, p := range past {
		f.History = append(f.History, FileRevision{ref.ID, p.Revision, p.At, p.Op})
		if p.Load != 0 {
			f.Sources = append(f.Sources, FileSource{p.Load, p.About, e.Entity().External, p.At})
		}
	}
	shown, err := unmaskingsOf(ctx, v.store, ref)
	if err != nil {
		return err
	}
	for _, u := range shown {
		who, err := names.who(ctx, accountName(u.Account))
		if err != nil {
			return err
		}
		event, err := v.seenEvent(ctx, u.Event)
		if err != nil {
			return err
		}
		f.Unmaskings = append(f.Unmaskings, Shown{who, u.Reason, event, u.Began, u.Ends})
	}
	if err := v.fileAccesses(ctx, f, ref.Kind, grid.AuditQuery{Object: objectOf(ref)}, names); err != nil {
		return err
	}
	p, ok := e.(*grid.Person)
	if !ok {
		return nil
	}
	var since time.Time
	if len(past) > 0 {
		since = past[0].At // before there was the record nobody was shown it
	}
	for _, of := range []grid.Ref{{Kind: grid.Dwellings, ID: p.Dwelling}, {Kind: grid.Households, ID: p.Household}} {
		if of.ID == 0 {
			continue
		}
		together := grid.AuditQuery{Object: objectOf(of), Action: action(grid.People, "read"), From: since}
		if err := v.fileAccesses(ctx, f, of.Kind, together, names); err != nil {
			return err
		}
	}
	return nil
}

// fileAccesses adds the rows of the audit that a query selects, about what is of a kind.
func (v *View) fileAccesses(ctx context.Context, f *File, of grid.Kind, q grid.AuditQuery, names namer) error {
	q.Oldest = true
	for row, err := range v.store.AuditRows(ctx, q) {
		if err != nil {
			return err
		}
		who, err := names.who(ctx, row.Actor)
		if err != nil {
			return err
		}
		f.Accesses = append(f.Accesses, Access{row.At, who, of, row.Action, inWords(row, of), row.Result, row.Count, row.Detail})
	}
	return nil
}
