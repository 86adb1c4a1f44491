package access

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"quanxi/grid"
	"quanxi/staff"
)

// An Eraser carries out erasures. It asks nobody's leave. It is safe for concurrent use.
type Eraser struct {
	Store   grid.Store
	Vault   *Vault
	Journal *Journal
	Clock   func() time.Time
}

// erase carries out w, which erases the subjects of w.Erase. They are in the journal,
// synced, before the store is asked: whatever stops us in between, the next start carries
// the erasure out. It is taken back if the store has refused it and nobody else has carried
// it out meanwhile.
func (x *Eraser) erase(ctx context.Context, w grid.Write) (grid.Receipt, error) {
	var noted []Erasure
	for _, ref := range w.Erase {
		e, err := x.erasure(ctx, ref)
		if err != nil {
			return grid.Receipt{}, err
		}
		noted = append(noted, e)
	}
	if err := x.Journal.note(noted); err != nil {
		return grid.Receipt{}, err
	}
	receipt, err := x.witness().Write(ctx, w)
	if refused(err) {
		err = errors.Join(err, x.takeBack(context.WithoutCancel(ctx), noted))
	}
	return receipt, err
}

func (x *Eraser) witness() grid.Store { return witnessed(x.Store, x.Vault, nil) }

// takeBack takes erasures back that were refused, as whoever asked was told. One whose keys
// are gone was carried out all the same, by a Replay that found it in the journal.
func (x *Eraser) takeBack(ctx context.Context, noted []Erasure) error {
	var void []Erasure
	var unknown error
	for _, e := range noted {
		has, err := x.has(ctx, e)
		unknown = errors.Join(unknown, err)
		if has || err != nil || len(e.Keys) == 0 {
			void = append(void, e)
		}
	}
	return errors.Join(unknown, x.Journal.takeBack(void))
}

// refused reports that a write has certainly not happened. Of any other error it is not
// known.
func refused(err error) bool {
	return errors.Is(err, grid.ErrConflict) || errors.Is(err, grid.ErrInvalid) || errors.Is(err, grid.ErrNotFound)
}

func (x *Eraser) erasure(ctx context.Context, ref grid.Ref) (Erasure, error) {
	e := Erasure{Token: newToken(), Kind: ref.Kind, ID: ref.ID, At: x.Clock().UTC()}
	keys, err := x.Store.SubjectKeys(ctx, ref.Kind, ref.ID)
	if err != nil {
		return e, err
	}
	for _, k := range keys {
		e.Keys = append(e.Keys, x.fingerprint(k))
	}
	return e, nil
}

// fingerprint returns what tells a key from all others. One that belongs to no master key
// we have opens nothing, and no rotation wraps it anew: it is told by how it is wrapped.
func (x *Eraser) fingerprint(k grid.SubjectKey) string {
	if fingerprint, err := x.Vault.Fingerprint(k); err == nil {
		return fingerprint
	}
	sum := sha256.Sum256(append([]byte("wrapped"), k.Wrapped...))
	return hex.EncodeToString(sum[:])
}

// plan returns what is removed with subjects: their records, whatever was kept of who saw
// them in the open, and the households that nobody is left in.
func (x *Eraser) plan(ctx context.Context, subjects []grid.Entity) (remove, erase []grid.Ref, err error) {
	gone := map[int64]bool{}
	for _, e := range subjects {
		ref := refOf(e)
		gone[ref.ID] = true
		remove, erase = append(remove, ref), append(erase, grid.Ref{Kind: ref.Kind, ID: ref.ID})
		seen, err := unmaskingsOf(ctx, x.Store, ref)
		if err != nil {
			return nil, nil, err
		}
		for _, u := range seen {
			remove = append(remove, refOf(u))
		}
	}
	left, err := x.leftEmpty(ctx, subjects, gone)
	return append(remove, left...), erase, err
}

func refOf(e grid.Entity) grid.Ref {
	return grid.Ref{Kind: e.Kind(), ID: e.Entity().ID, Revision: e.Entity().Revision}
}

// leftEmpty returns the households of people in which nobody is but those who go.
func (x *Eraser) leftEmpty(ctx context.Context, people []grid.Entity, gone map[int64]bool) (refs []grid.Ref, err error) {
	looked := map[int64]bool{0: true}
	for _, e := range people {
		p, ok := e.(*grid.Person)
		if !ok || looked[p.Household] {
			continue
		}
		looked[p.Household] = true
		stays := false
		for other, err := range x.Store.Entities(ctx, grid.People, grid.Query{Column: "household", Values: []string{fmt.Sprint(p.Household)}}) {
			if err != nil {
				return nil, err
			}
			stays = stays || !gone[other.Entity().ID]
		}
		if stays {
			continue
		}
		household, err := x.Store.Entity(ctx, grid.Households, p.Household)
		switch {
		case err == nil:
			refs = append(refs, refOf(household))
		case !errors.Is(err, grid.ErrNotFound):
			return nil, err
		}
	}
	return refs, nil
}

// unmaskingsOf returns who was shown somebody in the open, the oldest first.
func unmaskingsOf(ctx context.Context, s grid.Store, of grid.Ref) (list []*staff.Unmasking, err error) {
	for e, err := range s.Entities(ctx, staff.Unmaskings, grid.Query{Column: "subject", Values: []string{fmt.Sprint(of.ID)}}) {
		if err != nil {
			return nil, err
		}
		if u := e.(*staff.Unmasking); u.Of == of.Kind {
			list = append(list, u)
		}
	}
	return list, nil
}

// replayTries is how often an erasure is tried that others interfere with.
const replayTries = 5

// Replay erases whoever the journal says was erased and the store still has: it was put
// back to an earlier state, or an erasure was interrupted. It returns how many.
func (x *Eraser) Replay(ctx context.Context) (n int, err error) {
	list, err := x.Journal.Standing()
	if err != nil {
		return 0, err
	}
	for _, e := range list {
		again, err := x.has(ctx, e)
		for try := 0; again && err == nil; try++ {
			err = x.repeat(ctx, e)
			if errors.Is(err, grid.ErrConflict) && try < replayTries {
				err = nil
				continue
			}
			n, again = n+1, false
		}
		if err != nil {
			return n, fmt.Errorf("repeat an erasure: %w", err)
		}
	}
	return n, nil
}

// has reports whether the store has a key of whom an erasure was about.
func (x *Eraser) has(ctx context.Context, e Erasure) (bool, error) {
	keys, err := x.Store.SubjectKeys(ctx, e.Kind, e.ID)
	if err != nil {
		return false, err
	}
	for _, k := range keys {
		if slices.Contains(e.Keys, x.fingerprint(k)) {
			return true, nil
		}
	}
	return false, nil
}

// repeat carries an erasure out again. What is named by others loses its keys alone.
func (x *Eraser) repeat(ctx context.Context, e Erasure) error {
	var subjects []grid.Entity
	found, err := x.Store.Entity(ctx, e.Kind, e.ID)
	if err == nil {
		subjects = []grid.Entity{found}
	} else if !errors.Is(err, grid.ErrNotFound) {
		return err
	}
	remove, _, err := x.plan(ctx, subjects)
	if err != nil {
		return err
	}
	w := grid.Write{
		Actor: "journal", Action: action(e.Kind, "erase"), Object: objectOf(grid.Ref{Kind: e.Kind, ID: e.ID}), Detail: "again, from the journal",
		Remove: remove, Erase: []grid.Ref{{Kind: e.Kind, ID: e.ID}},
	}
	_, err = x.witness().Write(ctx, w)
	var used *grid.InUseError
	if errors.As(err, &used) {
		w.Remove = nil
		_, err = x.witness().Write(ctx, w)
	}
	return err
}

// objectOf is how the audit names a thing.
func objectOf(ref grid.Ref) string { return fmt.Sprintf("%s/%d", ref.Kind, ref.ID) }

// divisionObject is how the audit names a division that somebody asked about.
func divisionObject(code grid.Code) string { return string(grid.Divisions) + "/" + string(code) }
