package access

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"quanxi/grid"
)

// A Record is an entity as one viewer may see it: the JSON object of
// grid.EncodeJSON, with a masked identity in place of the sealed one.
type Record struct {
	ID       int64
	Revision int64
	JSON     json.RawMessage
}

// sealedColumns are the columns that never leave the server, not even as ciphertext.
func sealedColumns() []string { return []string{"identity", "id_digest", "phone_digest"} }

// IsSealed reports whether a column never leaves the server.
func IsSealed(column string) bool { return slices.Contains(sealedColumns(), column) }

// IdentityFields returns the names by which an identity travels in the open. A
// worker's name is public and has a column of its own.
func IdentityFields(kind grid.Kind) []string {
	switch kind {
	case grid.People:
		return []string{"name", "id_number", "phone"}
	case grid.Workers:
		return []string{"id_number", "phone"}
	}
	return nil
}

// record writes an entity for the viewer, in the area that it lies in now.
func (v *View) record(ctx context.Context, e grid.Entity) (Record, error) {
	v.stamp(e)
	identity, err := v.identity(ctx, e)
	if err != nil {
		return Record{}, err
	}
	return v.recordWith(ctx, e, identity)
}

// recordWith is record for an entity that is stamped already, may have lost its geometry
// since, and whose identity is opened.
func (v *View) recordWith(ctx context.Context, e grid.Entity, identity grid.Identity) (Record, error) {
	whose, err := v.subjectOf(ctx, e)
	if err != nil {
		return Record{}, err
	}
	return v.viewer.recordOf(e, identity, whose)
}

// recordOf is record for a stamped entity of which all is known. What the viewer is not
// shown is gone from it after.
func (v *Viewer) recordOf(e grid.Entity, identity grid.Identity, whose *Subject) (Record, error) {
	head := e.Entity()
	if p, ok := e.(*grid.Person); ok {
		v.obscure(p, whose)
	}
	body, err := grid.EncodeJSON(e)
	if err != nil {
		return Record{}, err
	}
	if whose != nil {
		if body, err = v.unseal(e, identity, whose, body); err != nil {
			return Record{}, err
		}
	}
	return Record{ID: head.ID, Revision: head.Revision, JSON: body}, nil
}

// unseal replaces what is sealed in an entity's JSON by what the viewer is shown of it,
// and says how close that is. An identity whose key was destroyed is simply absent.
func (v *Viewer) unseal(e grid.Entity, identity grid.Identity, whose *Subject, body []byte) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("%s %d: %w", e.Kind(), e.Entity().ID, err)
	}
	for _, name := range sealedColumns() {
		delete(fields, name)
	}
	if e.Kind() == grid.People && !v.SeesCare(whose.Area) {
		delete(fields, "care")
	}
	showing := v.Identity(whose)
	shown := identityJSON(showing.of(identity))
	for _, name := range IdentityFields(e.Kind()) {
		if value, ok := shown[name]; ok {
			fields[name] = value
		}
	}
	fields["shown"], _ = json.Marshal(showing.String()) // a string always marshals
	fields["may_unmask"], _ = json.Marshal(v.MayUnmask(whose) == nil)
	return json.Marshal(fields)
}

// identity opens what is sealed of an entity; the zero Identity if nothing is, or
// the key was destroyed.
func (v *View) identity(ctx context.Context, e grid.Entity) (grid.Identity, error) {
	sealed := sealedOf(e)
	if sealed == nil || len(*sealed) == 0 {
		return grid.Identity{}, nil
	}
	key, err := v.store.SubjectKey(ctx, e.Kind(), e.Entity().ID)
	if errors.Is(err, grid.ErrNotFound) {
		return grid.Identity{}, nil
	}
	if err != nil {
		return grid.Identity{}, err
	}
	return v.vault.Open(key, *sealed)
}

// keysOf reads, in one question, the keys of those entities of a kind whose identity is sealed.
func (v *View) keysOf(ctx context.Context, kind grid.Kind, some []grid.Entity) (map[int64]grid.SubjectKey, error) {
	var ids []int64
	for _, e := range some {
		if sealed := sealedOf(e); sealed != nil && len(*sealed) > 0 {
			ids = append(ids, e.Entity().ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return v.store.LiveKeys(ctx, kind, ids)
}

// opened is identity for an entity whose key is among some, if it has one.
func (v *View) opened(e grid.Entity, keys map[int64]grid.SubjectKey) (grid.Identity, error) {
	key, ok := keys[e.Entity().ID]
	if !ok {
		return grid.Identity{}, nil
	}
	return v.vault.Open(key, *sealedOf(e))
}

// sealedOf returns the place of an entity's sealed identity, nil if its kind has none.
func sealedOf(e grid.Entity) *grid.Sealed {
	switch e := e.(type) {
	case *grid.Person:
		return &e.Identity
	case *grid.Worker:
		return &e.Identity
	}
	return nil
}

func identityJSON(identity grid.Identity) map[string]json.RawMessage {
	fields := make(map[string]json.RawMessage)
	for name, value := range map[string]string{
		"name": identity.Name, "id_number": identity.IDNumber, "phone": identity.Phone,
	} {
		if value != "" {
			fields[name], _ = json.Marshal(value) // a string always marshals
		}
	}
	return fields
}

// takeIdentity moves the open identity fields out of a command's fields. It
// refuses masks, and anything that is already sealed.
func takeIdentity(kind grid.Kind, identity *grid.Identity, fields map[string]json.RawMessage) error {
	to := map[string]*string{"name": &identity.Name, "id_number": &identity.IDNumber, "phone": &identity.Phone}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if IsSealed(name) {
			return refuse(kind, name, "is not a field of this kind")
		}
		if !slices.Contains(IdentityFields(kind), name) {
			continue
		}
		if err := json.Unmarshal(fields[name], to[name]); err != nil {
			return refuse(kind, name, "has the wrong type")
		}
		if IsMask(*to[name]) {
			return refuse(kind, name, "is a mask, not a value")
		}
		if err := grid.CheckText(kind, name, *to[name]); err != nil {
			return err
		}
		delete(fields, name)
	}
	return nil
}

func refuse(kind grid.Kind, field, why string) error {
	return &grid.FieldError{Kind: kind, Field: field, Why: why}
}
