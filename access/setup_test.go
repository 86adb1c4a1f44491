package access_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/signin"
)

// invited returns the secret of a new set-up link for the worker.
func (l *lobby) invited(t *testing.T) string {
	t.Helper()
	registry := access.NewRegistry(access.RegistrySources{Store: l.store, Hasher: l.Hasher, Sealer: l.sealer, Vault: l.Vault, Actor: "tester"})
	link, _, err := registry.Invite(t.Context(), l.worker, "http://localhost:8080/sign-in", l.now)
	if err != nil {
		t.Fatal(err)
	}
	secret, ok := strings.CutPrefix(link, "http://localhost:8080/sign-in#setup=")
	if !ok {
		t.Fatalf("link %s", link)
	}
	return secret
}

func TestSetUp(t *testing.T) {
	const fresh = "a password of my own choosing"
	for _, tt := range []struct {
		name  string
		after time.Duration
		spoil func(t *testing.T, l *lobby, secret string) string // returns what is shown
		pass  string
		want  error
	}{
		{"at once, while older sign-ins last", 0, nil, fresh, nil},
		{"in time", 23 * time.Hour, nil, fresh, nil},
		{"too late", 24 * time.Hour, nil, fresh, access.ErrSetup},
		{"with an easy password", 0, nil, "12345678", signin.ErrUnfit},
		{"with a link that never was", 0, func(*testing.T, *lobby, string) string {
			other, _ := signin.NewSecret(signin.ForSetup)
			return other
		}, fresh, access.ErrSetup},
		{"with the secret of a session", 0, func(t *testing.T, l *lobby, _ string) string { return l.in(t) }, fresh, access.ErrSetup},
		{"a second time", 0, func(t *testing.T, l *lobby, secret string) string {
			if _, err := l.SetUp(t.Context(), secret, fresh, access.Entry{From: home}); err != nil {
				t.Fatal(err)
			}
			return secret
		}, fresh, access.ErrSetup},
		{"with the first of two links", 0, func(t *testing.T, l *lobby, secret string) string { l.invited(t); return secret }, fresh, access.ErrSetup},
		{"of an account that is locked", 0, func(t *testing.T, l *lobby, secret string) string {
			locked := *l.worker
			locked.Locked = true
			l.write(t, &locked)
			return secret
		}, fresh, access.ErrSetup},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t)
			before := l.in(t)
			secret := l.invited(t)
			if tt.spoil != nil {
				secret = tt.spoil(t, l, secret)
			}
			l.now = l.now.Add(tt.after)
			in, err := l.SetUp(t.Context(), secret, tt.pass, access.Entry{From: home})
			if !errors.Is(err, tt.want) {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			if tt.want != nil {
				return
			}
			if _, _, ok := l.Viewer(in.Secret); !ok {
				t.Error("who set up is not signed in")
			}
			if _, _, ok := l.Viewer(before); ok {
				t.Error("who signed in by the old password is in still")
			}
			if _, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: fresh, From: home}); err != nil {
				t.Errorf("by the new password: %v", err)
			}
		})
	}
}
