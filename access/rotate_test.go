package access_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// rotating is a store with people, a worker, an account and a sealed audit.
type rotating struct {
	desk
	from, to access.MasterKey
	people   map[grid.Kind]int64
	account  *staff.Account
	audit    sealedAudit
}

func newRotating(t *testing.T) *rotating {
	t.Helper()
	r := &rotating{desk: newDesk(t), from: masterKey(t, "1"), to: masterKey(t, "2")}
	r.people, _ = r.furnish(t)
	r.account = &staff.Account{Login: "wang", Name: "值班员", Sort: staff.Person}
	if _, err := r.store.Write(t.Context(), grid.Write{Actor: "t", Action: "t", Put: []grid.Entity{r.account}}); err != nil {
		t.Fatal(err)
	}
	var err error
	if r.account.Credential, err = r.from.Credentials().Seal(r.account.ID, signin.Credential{TOTPSecret: []byte("second")}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.store.Write(t.Context(), grid.Write{Actor: "t", Action: "t", Put: []grid.Entity{r.account}}); err != nil {
		t.Fatal(err)
	}
	r.audit = sealedAudit{store: r.store, file: t.TempDir() + "/seals", master: r.from}
	r.audit.work(t, 3)
	return r
}

// check looks whether everything is under a key, and nothing under the other one.
func (r *rotating) check(t *testing.T, under, other access.MasterKey) {
	t.Helper()
	key, err := r.store.SubjectKey(t.Context(), grid.People, r.people[grid.People])
	if err != nil {
		t.Fatal(err)
	}
	e, err := r.store.Entity(t.Context(), grid.People, key.ID)
	if err != nil {
		t.Fatal(err)
	}
	p := e.(*grid.Person)
	vault := access.NewVault(under)
	if identity, err := vault.Open(key, p.Identity); err != nil || identity.Name != "欧阳小明" {
		t.Errorf("%+v, %v", identity, err)
	}
	if _, err := access.NewVault(other).Open(key, p.Identity); !errors.Is(err, access.ErrSealed) {
		t.Errorf("the other key opens it: %v", err)
	}
	if !bytes.Equal(p.IDDigest, vault.IDDigest(theirNumber)) || !bytes.Equal(p.PhoneDigest, vault.PhoneDigest(theirPhone)) {
		t.Error("the digests are not of the key")
	}
	a, err := r.store.Entity(t.Context(), staff.Accounts, r.account.ID)
	if err != nil {
		t.Fatal(err)
	}
	if credential, err := under.Credentials().Open(r.account.ID, a.(*staff.Account).Credential); err != nil || string(credential.TOTPSecret) != "second" {
		t.Errorf("credential %+v, %v", credential, err)
	}
}

func (r *rotating) verify(t *testing.T, master access.MasterKey) access.AuditReport {
	t.Helper()
	chain, err := access.NewChain(master).WithPast(t.Context(), r.store)
	if err != nil {
		t.Fatal(err)
	}
	report, err := chain.Verify(t.Context(), r.store.SealedAudit(t.Context(), 0), access.ReadSeals(r.audit.file))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestRotation(t *testing.T) {
	r := newRotating(t)
	r.check(t, r.from, r.to)
	for _, name := range []string{"once", "again, which changes nothing"} {
		t.Run(name, func(t *testing.T) {
			done, err := access.Rotation{Store: r.store, Old: r.from, New: r.to}.Run(t.Context())
			if err != nil || done.Subjects != 2 || done.Accounts != 1 || done.Foreign != 0 {
				t.Errorf("%+v, %v", done, err)
			}
			r.check(t, r.to, r.from)
		})
	}
	if rows := r.rows(t, grid.AuditQuery{Action: "keys.rotate"}); len(rows) != 1 {
		t.Errorf("the audit was handed over %d times", len(rows))
	}
	t.Run("not from a key that is neither", func(t *testing.T) {
		_, err := access.Rotation{Store: r.store, Old: masterKey(t, "3"), New: masterKey(t, "4")}.Run(t.Context())
		if !errors.Is(err, access.ErrOtherKey) {
			t.Errorf("%v, want ErrOtherKey", err)
		}
	})
}

// What one key sealed and the next went on sealing is one chain, twice.
func TestTheAuditGoesOnUnderTheNextKeys(t *testing.T) {
	r := newRotating(t)
	third := masterKey(t, "3")
	for _, step := range []struct{ from, to access.MasterKey }{{r.from, r.to}, {r.to, third}} {
		if _, err := (access.Rotation{Store: r.store, Old: step.from, New: step.to}).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.audit.master = step.to
		if s := r.audit.work(t, 2); s.Alarm != nil {
			t.Fatal(s.Alarm)
		}
	}
	report := r.verify(t, third)
	if !report.Whole() || report.Rows != report.Sealed.Seq || report.Rows < 10 {
		t.Errorf("%+v", report)
	}
	if r.verify(t, r.to).Whole() {
		t.Error("an earlier key verifies what came after it")
	}
	if r.verify(t, masterKey(t, "4")).Whole() {
		t.Error("a key that never was verifies it")
	}
}

// Of what was sealed under a key that somebody got hold of nothing can be changed unseen,
// nor can another past be told.
func TestAHandOverCannotBeMadeUp(t *testing.T) {
	r := newRotating(t)
	if _, err := (access.Rotation{Store: r.store, Old: r.from, New: r.to}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	true1 := r.rows(t, grid.AuditQuery{Action: "keys.rotate"})[0]
	for _, made := range []grid.AuditRow{
		{Action: true1.Action, Object: true1.Object, Detail: `{"until":99,"key":"AAAA"}`},
		{Action: true1.Action, Object: true1.Object, Detail: "nonsense"},
		{Action: true1.Action, Object: true1.Object, Detail: string(bytes.Replace([]byte(true1.Detail), []byte(`"until":`), []byte(`"until":1`), 1))},
	} {
		if err := r.store.Audit(t.Context(), []grid.AuditRow{made}); err != nil {
			t.Fatal(err)
		}
	}
	r.audit.master = r.to
	r.audit.work(t, 1)
	if report := r.verify(t, r.to); !report.Whole() {
		t.Errorf("%v", report.Findings)
	}
}

// failing is a store whose Rekey fails after some batches, as if the process had ended.
type failing struct {
	grid.Store
	after int
}

func (f *failing) Rekey(ctx context.Context, kind grid.Kind, after int64, limit int, change func(*grid.Secrets) error) (int64, error) {
	if f.after--; f.after < 0 {
		return 0, errors.New("killed")
	}
	return f.Store.Rekey(ctx, kind, after, 1, change)
}

func TestARotationThatWasInterruptedGoesOn(t *testing.T) {
	for stop := range 4 {
		t.Run(fmt.Sprintf("after %d batches", stop), func(t *testing.T) {
			r := newRotating(t)
			rotation := access.Rotation{Store: &failing{r.store, stop}, Old: r.from, New: r.to}
			if _, err := rotation.Run(t.Context()); err == nil {
				t.Fatal("it was not interrupted")
			}
			for e, err := range r.store.Entities(t.Context(), grid.People, grid.Query{}) {
				if err != nil {
					t.Fatal(err)
				}
				key, err := r.store.SubjectKey(t.Context(), grid.People, e.Entity().ID)
				if err != nil {
					t.Fatal(err)
				}
				_, old := access.NewVault(r.from).Open(key, e.(*grid.Person).Identity)
				_, fresh := access.NewVault(r.to).Open(key, e.(*grid.Person).Identity)
				if (old == nil) == (fresh == nil) {
					t.Errorf("the name is read by the old key: %v, by the new one: %v", old == nil, fresh == nil)
				}
			}
			r.hold(t, r.from)
			rotation.Store = r.store
			if _, err := rotation.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			r.check(t, r.to, r.from)
			r.audit.master = r.to
			for _, name := range []string{"at its end", "after another run, which changes nothing"} {
				if status := r.audit.work(t, 2); status.Alarm != nil {
					t.Fatal(status.Alarm)
				}
				if report := r.verify(t, r.to); !report.Whole() || report.Rows != report.Sealed.Seq {
					t.Errorf("%s: %v", name, report.Findings)
				}
				if _, err := rotation.Run(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if rows := r.rows(t, grid.AuditQuery{Action: "keys.rotate"}); len(rows) != 2 {
				t.Errorf("the audit was handed over %d times", len(rows))
			}
		})
	}
}

// hold seals what waits under a key, as every run of the command does before it rotates.
func (r *rotating) hold(t *testing.T, under access.MasterKey) {
	t.Helper()
	release, err := access.NewSealer(r.store, under, r.audit.file, slog.New(slog.DiscardHandler)).Hold(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
}
