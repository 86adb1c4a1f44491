package access

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// An Origin is what a command says of itself besides its content.
type Origin struct {
	// Once is the caller's idempotency key; empty for none. The same key with the
	// same content happens once, whatever the connection does.
	Once string
}

// A Written is what a command left behind.
type Written struct {
	Record
	Receipt grid.Receipt
}

// Create stores a new entity from its JSON. Points may be given as lon and lat;
// identities in the open, to be sealed here. Of a private event whoever may not see it is
// answered id and revision alone; where nobody would be told of it, it is refused. The error
// wraps grid.ErrInvalid, naming the field, grid.ErrNotFound or ErrForbidden. A repetition is answered as such, whether or not it would still be allowed
// (RULES A10).
func (v *View) Create(ctx context.Context, kind grid.Kind, body []byte, origin Origin) (Written, error) {
	if !v.viewer.MayList(kind) {
		return Written{}, grid.ErrNotFound
	}
	return v.answer(ctx, origin.once(action(kind, "create"), 0, body), func() (Written, error) {
		return v.create(ctx, kind, body, origin)
	})
}

func (v *View) create(ctx context.Context, kind grid.Kind, body []byte, origin Origin) (Written, error) {
	e, err := events.New(kind)
	if err != nil {
		return Written{}, err
	}
	var identity grid.Identity
	if err := decode(e, &identity, body); err != nil {
		return Written{}, err
	}
	if *e.Entity() != (grid.Head{External: e.Entity().External}) {
		return Written{}, refuse(kind, "id", "is assigned by the server")
	}
	if err := v.mayName(e, ""); err != nil {
		return Written{}, err
	}
	v.complete(e)
	if err := v.notLater(e); err != nil {
		return Written{}, err
	}
	w := v.write("create", e, origin, body)
	if err := v.sealNew(ctx, e, identity, &w); err != nil {
		return Written{}, err
	}
	if e.Entity().ID != 0 {
		w.Object = objectOf(refOf(e)) // so that the file of whom it is about begins with it
	}
	return v.put(ctx, e, nil, identity, events.Ordinary, w)
}

// Edit changes the fields that patch names, of the entity at the given revision.
// The error wraps grid.ErrConflict if that is no longer the stored revision, and
// else as Create. What is masked cannot be edited (RULES B4). A repetition is
// answered as such, whatever has become of the entity since (RULES A10).
func (v *View) Edit(ctx context.Context, ref grid.Ref, patch []byte, origin Origin) (Written, error) {
	return v.answer(ctx, origin.once(action(ref.Kind, "edit"), ref.ID, patch), func() (Written, error) {
		return v.edit(ctx, ref, patch, origin)
	})
}

func (v *View) edit(ctx context.Context, ref grid.Ref, patch []byte, origin Origin) (Written, error) {
	e, err := v.toEdit(ctx, ref)
	if err != nil {
		return Written{}, err
	}
	before, private := references(e), privacyOf(e)
	was, err := v.vault.StateDigest(e)
	if err != nil {
		return Written{}, err
	}
	identity, err := v.identity(ctx, e)
	if err != nil {
		return Written{}, err
	}
	edited := identity
	if err := v.patch(ctx, e, &edited, patch); err != nil {
		return Written{}, err
	}
	w := v.write("edit", e, origin, patch)
	w.Before = was
	if edited != identity {
		if err := v.reseal(ctx, e, edited, &w); err != nil {
			return Written{}, err
		}
	}
	return v.put(ctx, e, before, edited, private, w)
}

// toEdit returns an entity as it is stored, which the viewer may change where it is now; the
// error is as of Edit.
func (v *View) toEdit(ctx context.Context, ref grid.Ref) (grid.Entity, error) {
	e, err := v.entity(ctx, ref.Kind, ref.ID)
	if err != nil {
		return nil, err
	}
	if _, err := v.mayWrite(ctx, e, privacyOf(e)); err != nil {
		return nil, err
	}
	if e.Entity().Revision != ref.Revision {
		return nil, fmt.Errorf("%s %d: %w", ref.Kind, ref.ID, grid.ErrConflict)
	}
	return e, nil
}

// patch puts a patch into an entity and its identity, if the viewer may set all that it sets.
func (v *View) patch(ctx context.Context, e grid.Entity, identity *grid.Identity, patch []byte) error {
	head, when := *e.Entity(), occurred(e)
	var drawn grid.Division
	if d, ok := e.(*grid.Division); ok {
		drawn = *d
	}
	if err := v.maySet(ctx, e, patch); err != nil {
		return err
	}
	if err := decode(e, identity, patch); err != nil {
		return err
	}
	if e.Entity().ID != head.ID || e.Entity().Revision != head.Revision {
		return refuse(e.Kind(), "id", "id and revision are assigned by the server")
	}
	if err := v.mayName(e, head.External); err != nil {
		return err
	}
	if !occurred(e).Equal(when) {
		if err := v.notLater(e); err != nil {
			return err
		}
	}
	if d, ok := e.(*grid.Division); ok {
		return v.mayLetGo(&drawn, d)
	}
	return nil
}

// mayName refuses an external id other than before from whoever does not see all of the kind:
// that one is taken would tell that it is there (RULES C6). Importers name what they bring.
func (v *View) mayName(e grid.Entity, before string) error {
	if e.Entity().External != before && !v.viewer.SeesAll(e.Kind()) {
		return refuse(e.Kind(), "external", "is given by imports: you do not see all whose ids might be taken")
	}
	return nil
}

// maySet refuses a command that sets what the viewer is not shown (RULES B4).
func (v *View) maySet(ctx context.Context, e grid.Entity, patch []byte) error {
	whose, err := v.subjectOf(ctx, e)
	if err != nil || whose == nil {
		return err
	}
	fields, err := fieldsOf(e.Kind(), patch)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !v.viewer.maySet(name, whose) {
			return refuse(e.Kind(), name, "is not shown to you and cannot be edited: unmask the record first")
		}
	}
	return nil
}

// Remove removes an entity at the given revision. The error is as that of Edit,
// and so is the answer to a repetition.
func (v *View) Remove(ctx context.Context, ref grid.Ref, origin Origin) (grid.Receipt, error) {
	body := fmt.Appendf(nil, "%d/%d", ref.ID, ref.Revision)
	return v.once(ctx, origin.once(action(ref.Kind, "remove"), ref.ID, body), func() (grid.Receipt, error) {
		e, err := v.entity(ctx, ref.Kind, ref.ID)
		if err != nil {
			return grid.Receipt{}, err
		}
		post, err := v.mayWrite(ctx, e, privacyOf(e))
		if err != nil {
			return grid.Receipt{}, err
		}
		if d, ok := e.(*grid.Division); ok {
			if err := v.mayLetGo(d, nil); err != nil {
				return grid.Receipt{}, err
			}
		}
		w := v.write("remove", e, origin, body)
		w.Post, w.Put, w.Remove = post, nil, []grid.Ref{ref}
		return v.store.Write(ctx, w)
	})
}

// put checks an entity whole, where it lies after the command, and stores it. before
// is what it named until now, was the privacy that it had. Its identity is known before: once
// something is stored, nothing is read that could fail (RULES A10).
func (v *View) put(ctx context.Context, e grid.Entity, before []grid.Reference, identity grid.Identity, was events.Privacy, w grid.Write) (Written, error) {
	if err := v.check(ctx, e, before); err != nil {
		return Written{}, err
	}
	if err := v.mayStore(ctx, e); err != nil {
		return Written{}, err
	}
	post, err := v.mayWrite(ctx, e, was)
	if err != nil {
		return Written{}, err
	}
	whose, err := v.subjectOf(ctx, e)
	if err != nil {
		return Written{}, err
	}
	sees, err := v.sees(ctx, e)
	if err != nil {
		return Written{}, err
	}
	if event, ok := e.(*events.Event); ok && !sees && !v.isTended(event.Privacy(), event.Area, "") {
		return Written{}, refuse(events.Events, "category", "would be told to nobody: no post that is held has the duty of care where the event is")
	}
	w.Post, w.Named = post, before
	receipt, err := v.store.Write(ctx, w)
	if err != nil || receipt.Repeated {
		return Written{Receipt: receipt}, err
	}
	if !sees {
		return receiptOf(refOf(e), receipt)
	}
	rec, err := v.viewer.recordOf(e, identity, whose)
	return Written{rec, receipt}, err
}

// write begins the transaction of one command, whose post put says.
func (v *View) write(verb string, e grid.Entity, origin Origin, body []byte) grid.Write {
	w := grid.Write{
		Actor:  v.viewer.account,
		Action: action(e.Kind(), verb),
		From:   v.from,
		Put:    []grid.Entity{e},
	}
	if e.Entity().ID != 0 {
		w.Object = objectOf(refOf(e))
	}
	w.Once = origin.once(w.Action, e.Entity().ID, body)
	return w
}

// sealNew seals the identity of a new person or worker under a new key. The id
// is reserved first, since it is authenticated with the ciphertext.
func (v *View) sealNew(ctx context.Context, e grid.Entity, identity grid.Identity, w *grid.Write) error {
	sealed := sealedOf(e)
	if sealed == nil || identity == (grid.Identity{}) {
		return nil
	}
	id, err := v.store.NextIDs(ctx, 1)
	if err != nil {
		return err
	}
	e.Entity().ID = id
	seal, err := v.vault.Seal(e.Kind(), id, identity)
	if err != nil {
		return err
	}
	takeSeal(e, seal)
	w.Keys = append(w.Keys, seal.Key)
	return nil
}

// reseal seals another identity of somebody under the key that there is, or a first one
// under a new key. After an erasure there is none to edit: the error wraps ErrConflict.
func (v *View) reseal(ctx context.Context, e grid.Entity, identity grid.Identity, w *grid.Write) error {
	key, err := v.store.SubjectKey(ctx, e.Kind(), e.Entity().ID)
	var seal grid.Seal
	switch {
	case err == nil:
		seal, err = v.vault.Reseal(key, identity)
	case errors.Is(err, grid.ErrNotFound) && len(*sealedOf(e)) == 0:
		seal, err = v.vault.Seal(e.Kind(), e.Entity().ID, identity)
		w.Keys = append(w.Keys, seal.Key)
	case errors.Is(err, grid.ErrNotFound):
		return fmt.Errorf("%s %d: erased: %w", e.Kind(), e.Entity().ID, grid.ErrConflict)
	}
	if err != nil {
		return err
	}
	takeSeal(e, seal)
	return nil
}

func takeSeal(e grid.Entity, seal grid.Seal) {
	*sealedOf(e) = seal.Identity
	if p, ok := e.(*grid.Person); ok {
		p.IDDigest, p.PhoneDigest = seal.IDDigest, seal.PhoneDigest
	}
}

// complete fills in what the server knows of a new event.
func (v *View) complete(e grid.Entity) {
	event, ok := e.(*events.Event)
	if !ok {
		return
	}
	event.ReportedAt = v.clock()
	if event.OccurredAt.IsZero() {
		event.OccurredAt = event.ReportedAt
	}
	if event.State == "" {
		event.State = events.Reported
	}
	if event.Urgency == "" {
		event.Urgency = events.Routine
	}
	for _, c := range events.Categories() {
		if c.Code == event.Category {
			event.DueAt = event.ReportedAt.Add(time.Duration(c.Hours) * time.Hour)
		}
	}
}

// notObject says why a body is no JSON object, and where. It tells no more of the
// body than one character, which is not personal.
func notObject(body []byte, err error) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return "is not a JSON object"
	}
	at := int(syntax.Offset)
	if at > 0 && bytes.HasPrefix(body[at-1:], []byte("N")) {
		return fmt.Sprintf("is not JSON at byte %d: NaN is not JSON", at)
	}
	return fmt.Sprintf("is not JSON at byte %d", at)
}

// fieldsOf takes a body apart. Text that is not UTF-8 is refused: JSON would read
// it as question marks, which nobody could undo.
func fieldsOf(kind grid.Kind, body []byte) (map[string]json.RawMessage, error) {
	if at := firstBroken(body); at >= 0 {
		return nil, refuse(kind, "body", fmt.Sprintf("is not UTF-8 at byte %d", at+1))
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, refuse(kind, "body", notObject(body, err))
	}
	if fields == nil { // null
		return nil, refuse(kind, "body", "is not a JSON object")
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if string(fields[name]) == "null" && name != "geometry" {
			return nil, refuse(kind, name, "must not be null: leave it out, or give an empty value")
		}
	}
	return fields, nil
}

// firstBroken returns where text stops being UTF-8, -1 if nowhere.
func firstBroken(text []byte) int {
	for at := 0; at < len(text); {
		r, size := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

// MaySet reports whether a command may set a field of a kind: areas follow from
// places, but a worker's is his post.
func MaySet(kind grid.Kind, field string) bool { return field != "area" || kind == grid.Workers }

// decode fills e, and the identity beside it, from a command's JSON.
func decode(e grid.Entity, identity *grid.Identity, body []byte) error {
	fields, err := fieldsOf(e.Kind(), body)
	if err != nil {
		return err
	}
	if err := takeIdentity(e.Kind(), identity, fields); err != nil {
		return err
	}
	if err := takePlace(e, fields); err != nil {
		return err
	}
	for name := range fields {
		if !MaySet(e.Kind(), name) {
			return refuse(e.Kind(), name, "follows from the place and is not set by hand")
		}
	}
	rest, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return grid.DecodeJSON(rest, e)
}

// takePlace reads lon and lat in place of a GeoJSON point.
func takePlace(e grid.Entity, fields map[string]json.RawMessage) error {
	if grid.ShapeOf(e.Kind()) != grid.PointShape || fields["lon"] == nil && fields["lat"] == nil {
		return nil
	}
	var degrees [2]float64
	for i, name := range []string{"lon", "lat"} {
		if err := json.Unmarshal(fields[name], &degrees[i]); err != nil {
			return refuse(e.Kind(), name, "must be a number of degrees")
		}
		delete(fields, name)
	}
	if err := geo.CheckDegrees(degrees[0], degrees[1]); err != nil {
		return refuse(e.Kind(), "lon", err.Error())
	}
	return e.SetGeometry(geo.At(degrees[0], degrees[1]))
}
