package grid

import "fmt"

// A Link is a column by which entities of one kind name one of another.
type Link struct {
	Kind   Kind // of those that name
	Column string
	To     Kind // of what is named
}

// Links lists every link between present things: what is named stays while it is
// named. An event outlives the building it was in, and names no present thing.
func Links() []Link {
	return []Link{
		{Buildings, "steward", Workers},
		{Dwellings, "building", Buildings},
		{Households, "dwelling", Dwellings},
		{People, "dwelling", Dwellings},
		{People, "household", Households},
		{Organisations, "building", Buildings},
		{Devices, "building", Buildings},
		{Devices, "dwelling", Dwellings},
	}
}

// A Reference is one entity that another names.
type Reference struct {
	Column string
	Ref
}

// References returns what e names by its links, in their order.
func References(e Entity) []Reference {
	var refs []Reference
	for _, l := range Links() {
		if l.Kind != e.Kind() {
			continue
		}
		for _, c := range e.Columns() {
			if id, ok := c.Value.(*int64); ok && c.Name == l.Column && *id != 0 {
				refs = append(refs, Reference{l.Column, Ref{Kind: l.To, ID: *id}})
			}
		}
	}
	return refs
}

// Missing reports that an entity names what is not there; it wraps ErrInvalid.
func (r Reference) Missing(by Kind) error { return invalid(by, r.Column, "names nothing that exists") }

// A GoneError reports what may not come, or come back: it names what has gone
// meanwhile. It wraps ErrConflict.
type GoneError struct{ Link }

func (e *GoneError) Error() string {
	return fmt.Sprintf("some %s would name %s that are gone", e.Kind, e.To)
}

// Unwrap makes every GoneError an ErrConflict.
func (e *GoneError) Unwrap() error { return ErrConflict }

// An InUseError reports what may not go while entities of another kind name it: one
// entity, or, without an ID, what a load has brought. It wraps ErrConflict.
type InUseError struct {
	Ref
	By Kind
}

func (e *InUseError) Error() string {
	if e.ID == 0 {
		return fmt.Sprintf("%s of other origin name some of the %s: remove those first, or have them name others", e.By, e.Ref.Kind)
	}
	return fmt.Sprintf("%s %d: %s still name it: remove those first, or have them name another", e.Ref.Kind, e.ID, e.By)
}

// Unwrap makes every InUseError an ErrConflict.
func (e *InUseError) Unwrap() error { return ErrConflict }
