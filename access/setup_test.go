package access_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/staff"
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

// enrol has the worker set up a second factor, and returns its recovery codes.
func (l *lobby) enrol(t *testing.T, secret string) (recovery []string) {
	t.Helper()
	offer, err := l.OfferSecond(t.Context(), secret, "")
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(offer.Secret, l.now)
	if err != nil {
		t.Fatal(err)
	}
	if recovery, _, err = l.ConfirmSecond(t.Context(), secret, code); err != nil {
		t.Fatal(err)
	}
	l.now = l.now.Add(time.Minute) // to the next code
	return recovery
}

// registry is at the machine itself.
func (l *lobby) registry() *access.Registry {
	return access.NewRegistry(access.RegistrySources{
		Store: l.store, Hasher: l.Hasher, Sealer: l.sealer, Vault: l.Vault, Actor: "operator", Clock: func() time.Time { return l.now },
	})
}

// Whoever made a link may open it himself: with a second factor in force he is not in by it.
func TestALinkKeepsTheSecondFactor(t *testing.T) {
	const fresh = "a password of my own choosing"
	for _, tt := range []struct {
		name    string
		prepare func(t *testing.T, l *lobby, secret string) (recovery []string)
		before  func(t *testing.T, l *lobby) // after the link was made
		code    func(t *testing.T, l *lobby, recovery []string) string
		asks    bool // for a code, before anything is seen
		want    error
	}{
		{"a code of the authenticator opens", func(t *testing.T, l *lobby, s string) []string { return l.enrol(t, s) }, nil,
			func(t *testing.T, l *lobby, _ []string) string { return l.codeNow(t) }, true, nil},
		{"a recovery code opens", func(t *testing.T, l *lobby, s string) []string { return l.enrol(t, s) }, nil,
			func(_ *testing.T, _ *lobby, recovery []string) string { return recovery[2] }, true, nil},
		{"a guess does not", func(t *testing.T, l *lobby, s string) []string { return l.enrol(t, s) }, nil,
			func(*testing.T, *lobby, []string) string { return "000000" }, true, signin.ErrCode},
		{"a code that was used after the link was made does not", func(t *testing.T, l *lobby, s string) []string { return l.enrol(t, s) },
			func(t *testing.T, l *lobby) {
				if _, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, Code: l.codeNow(t), From: home}); err != nil {
					t.Fatal(err)
				}
			}, func(t *testing.T, l *lobby, _ []string) string { return l.codeNow(t) }, true, signin.ErrCode},
		{"one that was only offered is gone, and another is set up", func(t *testing.T, l *lobby, s string) []string {
			if _, err := l.OfferSecond(t.Context(), s, ""); err != nil {
				t.Fatal(err)
			}
			return nil
		}, nil, func(*testing.T, *lobby, []string) string { return "000000" }, false, signin.ErrCode},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t).strict()
			earlier := l.in(t)
			recovery := tt.prepare(t, l, earlier)
			link := l.invited(t)
			if tt.before != nil {
				tt.before(t, l)
			}
			in, err := l.SetUp(t.Context(), link, fresh, access.Entry{From: home})
			if err != nil {
				t.Fatal(err)
			}
			if _, _, ok := l.Viewer(in.Secret); ok {
				t.Error("the link alone shows the city")
			}
			if _, ok := l.Visit(in.Secret); ok {
				t.Error("the link alone opens the feed")
			}
			if _, ok := l.Identity(earlier); ok {
				t.Error("who signed in by the old password is in still")
			}
			if who, ok := l.Identity(in.Secret); !ok || !who.LacksSecond || who.Account.HasSecond != tt.asks || who.SignIn.Strong {
				t.Errorf("identity %+v, %v", who, ok)
			}
			if c := l.credential(t); c.HasSecond() != tt.asks || len(c.TOTPOffered) > 0 {
				t.Errorf("second factor in force: %v, offered: %v", c.HasSecond(), len(c.TOTPOffered) > 0)
			}
			if _, err := l.OfferSecond(t.Context(), in.Secret, ""); tt.asks && !errors.Is(err, access.ErrHasSecond) {
				t.Errorf("another in its place: %v", err)
			}
			if _, err := l.ProveSecond(t.Context(), in.Secret, tt.code(t, l, recovery)); !errors.Is(err, tt.want) {
				t.Errorf("the code: %v, want %v", err, tt.want)
			}
			if _, _, ok := l.Viewer(in.Secret); ok != (tt.want == nil) {
				t.Errorf("sees the city: %v", ok)
			}
		})
	}
}

// Somebody uses the link while a code is used on another node: neither undoes the other.
func TestALinkMeetsACodeThatIsUsed(t *testing.T) {
	l := newLobby(t).strict()
	recovery := l.enrol(t, l.in(t))
	link := l.invited(t)
	l.Store = &interrupted{l.store, "accounts.set-up", func() {
		if _, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, Code: recovery[0], From: home}); err != nil {
			t.Fatal(err)
		}
	}}
	in, err := l.SetUp(t.Context(), link, "a password of my own choosing", access.Entry{From: home})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.ProveSecond(t.Context(), in.Secret, recovery[0]); !errors.Is(err, signin.ErrCode) {
		t.Errorf("the code a second time: %v", err)
	}
	if _, err := l.ProveSecond(t.Context(), in.Secret, recovery[1]); err != nil {
		t.Errorf("another code: %v", err)
	}
}

// Who has lost the phone and the recovery codes is helped at the machine, and nowhere else.
func TestTheMachineDropsASecondFactor(t *testing.T) {
	const fresh = "a password of my own choosing"
	for _, tt := range []struct {
		name   string
		does   func(ctx context.Context, r *access.Registry, a *staff.Account) error
		keeps  bool
		action string
	}{
		{"another password keeps it", func(ctx context.Context, r *access.Registry, a *staff.Account) error {
			return r.SetPassword(ctx, a, fresh)
		}, true, "accounts.password"},
		{"to reset the password drops it", func(ctx context.Context, r *access.Registry, a *staff.Account) error {
			return r.ResetPassword(ctx, a, fresh)
		}, false, "accounts.drop-second"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t).strict()
			earlier := l.in(t)
			recovery := l.enrol(t, earlier)
			known, _ := l.Directory.Account("worker")
			a := *known
			if err := tt.does(t.Context(), l.registry(), &a); err != nil {
				t.Fatal(err)
			}
			if _, ok := l.Identity(earlier); ok {
				t.Error("who signed in by the old password is in still")
			}
			want := map[bool]error{true: access.ErrSecond}[tt.keeps]
			in, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: fresh, From: home})
			if !errors.Is(err, want) {
				t.Errorf("by the password alone: %v, want %v", err, want)
			}
			if c := l.credential(t); c.HasSecond() != tt.keeps || len(c.Recovery) > 0 != tt.keeps || l.worker.HasSecond != tt.keeps {
				t.Errorf("second factor: %v, %d recovery codes", c.HasSecond(), len(c.Recovery))
			}
			if rows := l.rows(t, tt.action); len(rows) != 1 || rows[0].Actor != "operator" {
				t.Errorf("rows %+v", rows)
			}
			if tt.keeps {
				return
			}
			if who, ok := l.Identity(in.Secret); !ok || !who.LacksSecond {
				t.Errorf("another one is not asked for: %+v", who)
			}
			if _, err := l.ProveSecond(t.Context(), in.Secret, recovery[1]); !errors.Is(err, signin.ErrCode) {
				t.Errorf("an old recovery code: %v", err)
			}
			l.enrol(t, in.Secret)
			if _, _, ok := l.Viewer(in.Secret); !ok {
				t.Error("with another second factor nobody is let in")
			}
		})
	}
}
