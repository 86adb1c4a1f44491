package access_test

import (
	"context"
	"iter"
	"path/filepath"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/store/gpkg"
)

// signIn signs a new account in.
func signIn(t *testing.T, s *gpkg.Store, login string) {
	t.Helper()
	a := &staff.Account{Login: login, Name: "值班员", Sort: staff.Person}
	if _, err := s.Write(t.Context(), grid.Write{Actor: "t", Action: "t", Put: []grid.Entity{a}}); err != nil {
		t.Fatal(err)
	}
	in := &staff.SignIn{Account: a.ID, Digest: []byte(login), Began: time.Now(), Used: time.Now(), Ends: time.Now().Add(time.Hour)}
	if _, err := s.Write(t.Context(), grid.Write{Actor: "t", Action: "t", Put: []grid.Entity{in}}); err != nil {
		t.Fatal(err)
	}
}

func signedIn(t *testing.T, s grid.Store) (n int) {
	t.Helper()
	for _, err := range s.Entities(t.Context(), staff.SignIns, grid.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func newEraser(t *testing.T, s grid.Store) *access.Eraser {
	return &access.Eraser{
		Store: s, Vault: access.NewVault(masterKey(t, "1")), Journal: access.NewJournal(filepath.Join(t.TempDir(), "erasures")), Clock: time.Now,
	}
}

func settle(t *testing.T, s grid.Store, epoch string) {
	t.Helper()
	if err := newEraser(t, s).Settle(t.Context(), epoch); err != nil {
		t.Fatal(err)
	}
}

func TestSignInsEndOncePerEpoch(t *testing.T) {
	store := newSealedAudit(t).store
	for _, tt := range []struct{ epoch, login string }{{"one", "wang"}, {"two", "li"}} {
		signIn(t, store, tt.login)
		settle(t, store, tt.epoch)
		if n := signedIn(t, store); n != 0 {
			t.Errorf("%d are still signed in", n)
		}
		signIn(t, store, tt.login+"2")
		settle(t, store, tt.epoch)
		if n := signedIn(t, store); n != 1 {
			t.Errorf("the second start has left %d signed in", n)
		}
	}
}

// What is known only from the audit is known longer than the audit is kept.
func TestASettledEpochOutlivesTheAudit(t *testing.T) {
	r := newRetained(t, 0, 1)
	r.keep(t, 6)
	settle(t, r.store, "one")
	r.work(t, 0)
	signIn(t, r.store, "wang")
	for range 3 {
		r.today = time.Now().UTC().AddDate(0, 8, 0)
		r.happen(t, 2, r.today)
		r.mustSweep(t)
		settle(t, r.store, "one")
		if n := signedIn(t, r.store); n != 1 {
			t.Fatal("a start after the row of the epoch was due has ended the sign-ins")
		}
	}
}

// behind is a store of a node that is overtaken when it first reads the sign-ins.
type behind struct {
	grid.Store
	overtake func()
}

func (b *behind) Entities(ctx context.Context, kind grid.Kind, q grid.Query) iter.Seq2[grid.Entity, error] {
	if b.overtake != nil {
		b.overtake()
		b.overtake = nil
	}
	return b.Store.Entities(ctx, kind, q)
}

// Two nodes start together: what begins on the one when it has settled is not ended by
// the other.
func TestASecondNodeEndsNoSignInOfTheFirst(t *testing.T) {
	store := newSealedAudit(t).store
	signIn(t, store, "before")
	settle(t, &behind{store, func() {
		settle(t, store, "one")
		signIn(t, store, "after")
	}}, "one")
	if n := signedIn(t, store); n != 1 {
		t.Errorf("%d are signed in, want the one of after", n)
	}
}
