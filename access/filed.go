package access

import (
	"context"
	"fmt"

	"quanxi/events"
	"quanxi/grid"
)

// IsPersonal reports whether entities of a kind may be about somebody: people, homes, who
// works where, what hangs in a home (RULES C2), and events, of which some are private.
func IsPersonal(kind grid.Kind) bool {
	switch kind {
	case grid.People, grid.Households, grid.Dwellings, grid.Workers, grid.Devices, events.Events:
		return true
	}
	return false
}

// isAbout reports whether one entity is about somebody: a home in which nobody lives, a
// device in the street and most events are not.
func (v *View) isAbout(e grid.Entity) bool {
	switch e := e.(type) {
	case *grid.Dwelling:
		home, known := v.world.Snapshot().Dwelling(e.ID)
		return !known || home.Homes().Living > 0 || e.State == grid.OwnerOccupied || e.State == grid.Rented
	case *grid.Device:
		return e.Dwelling != 0
	case *events.Event:
		return e.Privacy() != events.Ordinary
	}
	return IsPersonal(e.Kind())
}

// Filed returns an empty entity with the columns that a file shows of a kind.
func Filed(kind grid.Kind) (grid.Entity, error) {
	e, err := events.New(kind)
	if err != nil {
		return nil, err
	}
	return fileOf(e, grid.Identity{}, Hidden), nil
}

// fileOf returns an entity as a file shows it to somebody: what is sealed of it is not among
// its columns, and what is shown of that is. Days are texts there: of the masked they are
// years, which no format with days of its own would take.
func fileOf(e grid.Entity, shown grid.Identity, how Showing) grid.Entity {
	names := IdentityFields(e.Kind())
	if names == nil {
		return e
	}
	var columns []grid.Column
	for _, c := range e.Columns() {
		if day, ok := c.Value.(*grid.Date); ok {
			said := day.String()
			c.Value = &said
		}
		if !IsSealed(c.Name) {
			columns = append(columns, c)
		}
	}
	values := map[string]*string{"name": &shown.Name, "id_number": &shown.IDNumber, "phone": &shown.Phone}
	for _, name := range names {
		columns = append(columns, grid.Column{Name: name, Value: values[name]})
	}
	said := how.String()
	return grid.WithColumns(e, append(columns, grid.Column{Name: "shown", Value: &said}))
}

// file returns an entity as a file shows it to the viewer: masked, also where it has
// unmasked a record, which it did to look at that one and not to carry it away. Its key is
// among some.
func (v *View) file(ctx context.Context, e grid.Entity, keys map[int64]grid.SubjectKey) (grid.Entity, error) {
	v.stamp(e)
	whose, err := v.subjectOf(ctx, e)
	if err != nil || whose == nil {
		return e, err
	}
	identity, err := v.opened(e, keys)
	if err != nil {
		return nil, fmt.Errorf("%s %d: %w", e.Kind(), e.Entity().ID, err)
	}
	plain := *v.viewer
	plain.unmaskings = nil
	if p, ok := e.(*grid.Person); ok {
		plain.obscure(p, whose)
	}
	how := plain.Identity(whose)
	return fileOf(e, how.of(identity), how), nil
}
