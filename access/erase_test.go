package access_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/store/gpkg/gpkgtest"
)

// makeForeign gives somebody a key of a master key that nobody has any more.
func makeForeign(t *testing.T, s grid.Store, id int64) {
	t.Helper()
	seal, err := access.NewVault(masterKey(t, "9")).Seal(grid.People, id, grid.Identity{Name: "李从前"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Keys: []grid.SubjectKey{seal.Key}}); err != nil {
		t.Fatal(err)
	}
}

// A key that no rotation could take along keeps nobody from being erased.
func TestAKeyOfNoMasterKeyDoesNotStopAnErasure(t *testing.T) {
	d := newErasing(t)
	makeForeign(t, d.store, d.ref.ID)
	saved := filepath.Join(t.TempDir(), "saved.gpkg")
	if err := d.store.Backup(t.Context(), saved); err != nil {
		t.Fatal(err)
	}
	if _, err := d.secretary().Erase(t.Context(), d.ref, "request", access.Origin{}); err != nil {
		t.Fatal(err)
	}
	standing, err := d.journal.Standing()
	if err != nil || len(standing) != 1 || len(standing[0].Keys) != 1 {
		t.Fatalf("the journal says %+v, %v", standing, err)
	}
	makeForeign(t, d.store, d.ref.ID)
	if n, err := eraser(d.desk, d.store).Replay(t.Context()); n != 0 || err != nil {
		t.Errorf("another such key: %d, %v", n, err)
	}
	for _, want := range []int{1, 0} {
		if n, err := eraser(d.desk, gpkgtest.Open(t, saved)).Replay(t.Context()); n != want || err != nil {
			t.Errorf("repeated %d, %v, want %d", n, err, want)
		}
	}
}

// overtaken is a store in which something happens just before an erasure.
type overtaken struct {
	grid.Store
	by func()
}

func (o overtaken) Write(ctx context.Context, w grid.Write) (grid.Receipt, error) {
	if len(w.Erase) > 0 {
		o.by()
	}
	return o.Store.Write(ctx, w)
}

// The store refuses an erasure that came too late; what the journal says of it is true
// either way.
func TestARefusedErasureIsTakenBackUnlessItWasCarriedOut(t *testing.T) {
	for _, tt := range []struct {
		name     string
		by       func(t *testing.T, d erasing)
		standing int
	}{
		{"somebody has changed the record", func(t *testing.T, d erasing) {
			e, err := d.store.Entity(t.Context(), grid.People, d.ref.ID)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.store.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Put: []grid.Entity{e}}); err != nil {
				t.Fatal(err)
			}
		}, 0},
		{"another node has found it in the journal and carried it out", func(t *testing.T, d erasing) {
			if n, err := eraser(d.desk, d.store).Replay(t.Context()); n != 1 || err != nil {
				t.Fatalf("%d, %v", n, err)
			}
		}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newErasing(t)
			store := overtaken{d.store, func() { tt.by(t, d) }}
			views := access.NewViews(access.Sources{Store: store, Vault: d.vault, Master: masterKey(t, "1"), World: d.world, Clock: clock, Journal: d.journal})
			secretary := views.For(access.NewViewer("7", grantOf(role.Post{Role: "secretary", Area: ourGrid[:12]})), "")
			_, err := secretary.Erase(t.Context(), d.ref, "request", access.Origin{})
			if !errors.Is(err, grid.ErrConflict) && !errors.Is(err, grid.ErrNotFound) {
				t.Errorf("%v, want a refusal", err)
			}
			if standing, err := d.journal.Standing(); err != nil || len(standing) != tt.standing {
				t.Errorf("the journal says %+v, %v", standing, err)
			}
		})
	}
}
