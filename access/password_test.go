package access_test

import (
	"context"
	"testing"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// interrupted is a store in which something happens just before the first write of an action.
type interrupted struct {
	grid.Store
	action string
	by     func()
}

func (i *interrupted) Write(ctx context.Context, w grid.Write) (grid.Receipt, error) {
	if by := i.by; by != nil && w.Action == i.action {
		i.by = nil
		by()
	}
	return i.Store.Write(ctx, w)
}

// Whoever knows an old password is not in by it once there is another: however the sign-ins
// and the change come one after the other, and on whichever node.
func TestAnotherPasswordEndsWhoCameByTheOldOne(t *testing.T) {
	const fresh = "a password of my own choosing"
	for _, change := range []struct {
		name string
		does func(t *testing.T, l *lobby, secret string) (own string) // of whoever changes it, if it is to stay
	}{
		{"by a set-up link", func(t *testing.T, l *lobby, _ string) string {
			in, err := l.SetUp(t.Context(), l.invited(t), fresh, access.Entry{From: home})
			if err != nil {
				t.Fatal(err)
			}
			return in.Secret
		}},
		{"by whoever has signed in", func(t *testing.T, l *lobby, secret string) string {
			if _, err := l.ChangePassword(t.Context(), secret, password, fresh); err != nil {
				t.Fatal(err)
			}
			return secret
		}},
		{"at the machine", func(t *testing.T, l *lobby, _ string) string {
			registry := access.NewRegistry(access.RegistrySources{Store: l.store, Hasher: l.Hasher, Sealer: l.sealer, Vault: l.Vault, Actor: "tester"})
			account := *l.worker
			if err := registry.SetPassword(t.Context(), &account, fresh); err != nil {
				t.Fatal(err)
			}
			return ""
		}},
	} {
		for _, when := range []struct {
			name string
			old  func(t *testing.T, l *lobby, change func()) *staff.SignIn // signs in by the old password
		}{
			{"after a sign-in", func(t *testing.T, l *lobby, change func()) *staff.SignIn {
				in := l.signedIn(t)
				change()
				return in
			}},
			{"between the look at the password and the sign-in", func(t *testing.T, l *lobby, change func()) *staff.SignIn {
				l.Desk.Store = &interrupted{l.store, "session.begin", change}
				return l.signedIn(t)
			}},
			{"after a sign-in on another node, of which this one hears later", func(t *testing.T, l *lobby, change func()) *staff.SignIn {
				sources := l.DeskSources
				sources.Store, sources.Directory = l.store.Store, directoryOf(l.worker)
				in, err := access.NewDesk(sources).SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home})
				if err != nil {
					t.Fatal(err)
				}
				begun := l.stored(t, in.Secret)
				change()
				put(l.store.to, begun)
				return begun
			}},
		} {
			t.Run(change.name+", "+when.name, func(t *testing.T) {
				l := newLobby(t)
				before, own := l.in(t), ""
				begun := when.old(t, l, func() { own = change.does(t, l, before) })
				if _, _, ok := l.Directory.SignedIn(begun.Digest, l.now); ok {
					t.Error("whoever signed in by the old password is in")
				}
				if _, _, ok := l.Viewer(before); ok != (own == before) {
					t.Errorf("the one that was there before is in: %v", ok)
				}
				if _, _, ok := l.Viewer(own); ok != (own != "") {
					t.Errorf("whoever changed it is in: %v", ok)
				}
				want := map[bool]int{true: 1}[own != ""]
				if n := len(l.Directory.SignIns(l.worker.ID, l.now)); n != want {
					t.Errorf("%d sign-ins are listed, want %d", n, want)
				}
				if err := l.Sweep(t.Context()); err != nil {
					t.Fatal(err)
				}
				if n := len(l.storedSignIns(t)); n != want {
					t.Errorf("%d sign-ins are kept, want %d", n, want)
				}
			})
		}
	}
}

// signedIn signs the worker in and returns the sign-in as it is stored.
func (l *lobby) signedIn(t *testing.T) *staff.SignIn {
	t.Helper()
	return l.stored(t, l.in(t))
}

// stored returns the sign-in of a browser's secret as it is stored.
func (l *lobby) stored(t *testing.T, secret string) *staff.SignIn {
	t.Helper()
	digest, err := signin.ForBrowser.Digest(secret)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range l.storedSignIns(t) {
		if signin.Same(s.Digest, digest) {
			return s
		}
	}
	t.Fatal("the sign-in is not stored")
	return nil
}

func (l *lobby) storedSignIns(t *testing.T) (all []*staff.SignIn) {
	t.Helper()
	for e, err := range l.store.Entities(t.Context(), staff.SignIns, grid.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.(*staff.SignIn))
	}
	return all
}
