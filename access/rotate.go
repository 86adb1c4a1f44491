package access

import (
	"context"
	"fmt"

	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// A Rotation takes a store from one master key to another: it wraps all subject keys
// anew, computes the digests anew by which people are found, seals credentials anew, and
// hands the chain of the audit over. It goes in short transactions, each of which leaves
// every name readable with one of the two keys. After an interruption it is run again and
// goes on: what is under the new key already stays as it is. Nobody may use the store
// under either key meanwhile.
type Rotation struct {
	Store    grid.Store
	Old, New MasterKey
	// Told is called now and then with how many subjects were looked at; it may be nil.
	Told func(subjects int)
}

// A Rotated says what a Rotation has found.
type Rotated struct {
	Subjects, Accounts int
	// Foreign keys belong to neither master key, and stay as they are.
	Foreign int
}

// rotateBatch is how many subjects one transaction takes.
const rotateBatch = 200

// Credentials returns the sealer of what accounts sign in with.
func (k MasterKey) Credentials() *signin.Sealer {
	return signin.NewSealer([32]byte(k.Derive("credentials")))
}

// Run rotates. The error wraps ErrOtherKey if the store is of neither key.
func (r Rotation) Run(ctx context.Context) (Rotated, error) {
	var done Rotated
	if err := Belongs(ctx, r.Store, r.Old, r.New); err != nil {
		return done, err
	}
	if err := r.handOver(ctx); err != nil {
		return done, fmt.Errorf("hand over the audit: %w", err)
	}
	for _, kind := range []grid.Kind{grid.People, grid.Workers} {
		if err := r.subjects(ctx, kind, &done); err != nil {
			return done, err
		}
	}
	if err := r.credentials(ctx, &done); err != nil {
		return done, err
	}
	_, err := r.Store.MarkKey(ctx, r.Old.Mark(), r.New.Mark())
	return done, err
}

func (r Rotation) subjects(ctx context.Context, kind grid.Kind, done *Rotated) error {
	turn := rewrapping{NewVault(r.Old), NewVault(r.New)}
	for after := int64(0); ; {
		var subjects, foreign int // of one attempt: a store may make another
		last, err := r.Store.Rekey(ctx, kind, after, rotateBatch, func(s *grid.Secrets) error {
			subjects++
			foreign += turn.subject(s)
			return nil
		})
		if err != nil || last == 0 {
			return err
		}
		after, done.Subjects, done.Foreign = last, done.Subjects+subjects, done.Foreign+foreign
		if r.Told != nil {
			r.Told(done.Subjects)
		}
	}
}

// rewrapping takes subjects from one vault to another.
type rewrapping struct{ old, new *Vault }

// subject brings a subject under the new key, and returns how many of its keys are of
// neither.
func (w rewrapping) subject(s *grid.Secrets) (foreign int) {
	var open [][]byte
	for i, k := range s.Keys {
		key := grid.SubjectKey{Kind: s.Kind, ID: s.ID, Wrapped: k.Wrapped}
		if plain, err := w.new.unwrap(key); err == nil {
			open = append(open, plain)
			continue
		}
		plain, err := w.old.unwrap(key)
		if err != nil {
			foreign++
			continue
		}
		open = append(open, plain)
		s.Keys[i].Wrapped = w.new.wrapped(s.Kind, s.ID, plain).Wrapped
	}
	for i := range s.Rows {
		w.row(s, &s.Rows[i], open)
	}
	return foreign
}

// row computes the digests of a version anew, if one of the subject's keys opens it.
func (w rewrapping) row(s *grid.Secrets, row *grid.SecretRow, open [][]byte) {
	for _, key := range open {
		identity, err := openWith(key, s.Kind, s.ID, row.Identity)
		if err != nil {
			continue
		}
		if row.IDDigest != nil {
			row.IDDigest = w.new.IDDigest(identity.IDNumber)
		}
		if row.PhoneDigest != nil {
			row.PhoneDigest = w.new.PhoneDigest(identity.Phone)
		}
		return
	}
}

// credentials seals anew what accounts sign in with. Each is an ordinary write.
func (r Rotation) credentials(ctx context.Context, done *Rotated) error {
	from, to := r.Old.Credentials(), r.New.Credentials()
	var changed []grid.Entity
	for e, err := range r.Store.Entities(ctx, staff.Accounts, grid.Query{}) {
		if err != nil {
			return err
		}
		a := e.(*staff.Account)
		if len(a.Credential) == 0 {
			continue
		}
		done.Accounts++
		if _, err := to.Open(a.ID, a.Credential); err == nil {
			continue
		}
		credential, err := from.Open(a.ID, a.Credential)
		if err != nil {
			done.Foreign++
			continue
		}
		if a.Credential, err = to.Seal(a.ID, credential); err != nil {
			return err
		}
		changed = append(changed, a)
	}
	store := witnessed(r.Store, NewVault(r.New), nil)
	for len(changed) > 0 {
		n := min(rotateBatch, len(changed))
		if _, err := store.Write(ctx, grid.Write{Actor: systemActor, Action: "keys.reseal", Put: changed[:n]}); err != nil {
			return err
		}
		changed = changed[n:]
	}
	return nil
}

// handOver leaves a row of the audit by which the new key verifies what was sealed under
// the old one. It leaves another one if more was sealed under the old one since, as when a
// rotation that was interrupted is run again.
func (r Rotation) handOver(ctx context.Context) error {
	from, to := NewChain(r.Old), NewChain(r.New)
	noted, found, err := to.before(ctx, r.Store)
	if err != nil {
		return err
	}
	var until int64
	if found {
		until, err = r.sealedUnder(ctx, from, noted.until)
	} else {
		var end grid.AuditSeal
		end, err = r.Store.SealAudit(ctx, 0, nil) // seals nothing
		until = end.Seq
	}
	if err != nil || found && until == noted.until {
		return err
	}
	return r.Store.Audit(ctx, []grid.AuditRow{{
		Actor: systemActor, Action: handOverAction, Object: "keys/" + to.name(), Detail: to.wrap(from, until),
	}})
}

// sealedUnder returns up to where a chain goes on behind a row: what the next key has
// sealed already is not of it.
func (r Rotation) sealedUnder(ctx context.Context, chain Chain, after int64) (until int64, err error) {
	var previous grid.AuditRow
	until = after
	for row, err := range r.Store.SealedAudit(ctx, max(0, after-1)) {
		if err != nil {
			return 0, err
		}
		if row.Seq > after {
			if row.Seq != until+1 || !chain.follows(previous.MAC, row) {
				break
			}
			until = row.Seq
		}
		previous = row
	}
	return until, nil
}
