package access_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"quanxi/access"
	"quanxi/access/signin"
)

// guess fails to sign in as the worker from an address, as fast as it is let.
func (l *lobby) guess(t *testing.T, from netip.Addr, device string) {
	t.Helper()
	var wait *access.WaitError
	_, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: "guess", From: from, Device: device})
	if !errors.Is(err, access.ErrSignIn) && !errors.As(err, &wait) {
		t.Fatalf("a guess: %v", err)
	}
}

// enters returns how long somebody who knows the password and shows codes waits to be let in.
func (l *lobby) enters(t *testing.T, e access.Entry, code func() string, meanwhile func()) time.Duration {
	t.Helper()
	began := l.now
	for l.now.Sub(began) < time.Hour {
		e.Code = code()
		_, err := l.SignIn(t.Context(), e)
		var wait *access.WaitError
		switch {
		case err == nil:
			return l.now.Sub(began)
		case !errors.As(err, &wait):
			t.Fatal(err)
		}
		for until := l.now.Add(wait.For); l.now.Before(until); l.now = l.now.Add(time.Second) {
			meanwhile()
		}
	}
	return time.Hour
}

// Whoever guesses ten thousand times, and does not stop, keeps the owner out neither of a
// browser that the account signed in from nor, for more than a while, of a new one.
func TestGuessingKeepsTheOwnerOutNowhere(t *testing.T) {
	l := newLobby(t).strict()
	first, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home})
	if err != nil {
		t.Fatal(err)
	}
	offer, err := l.OfferSecond(t.Context(), first.Secret, "")
	if err != nil {
		t.Fatal(err)
	}
	code := func() string {
		text, err := totp.GenerateCode(offer.Secret, l.now)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if _, _, err := l.ConfirmSecond(t.Context(), first.Secret, code()); err != nil {
		t.Fatal(err)
	}
	n := 0
	attack := func() {
		n++
		l.guess(t, netip.AddrFrom4([4]byte{198, byte(18 + n>>16), byte(n >> 8), byte(n)}), "")
		l.guess(t, home, "") // from beside the owner
	}
	for range 5000 {
		attack()
		l.now = l.now.Add(10 * time.Millisecond)
	}
	l.now = l.now.Add(time.Minute) // the code above was used
	known := access.Entry{Login: "Worker", Password: password, From: home, Device: first.Device}
	if waited := l.enters(t, known, code, attack); waited != 0 {
		t.Errorf("the own browser waits %v", waited)
	}
	l.now = l.now.Add(time.Minute)
	fresh := access.Entry{Login: "worker", Password: password, From: netip.MustParseAddr("203.0.113.5")}
	if waited := l.enters(t, fresh, code, attack); waited > 31*time.Second {
		t.Errorf("a new browser elsewhere waits %v", waited)
	}
}

// A device counts for itself, and only for accounts that signed in from it.
func TestWhatADeviceIsGoodFor(t *testing.T) {
	l := newLobby(t)
	in, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home})
	if err != nil {
		t.Fatal(err)
	}
	other := signin.NewBox([32]byte{9}, "device").Seal([]byte(fmt.Sprintf(`{"id":"x","accounts":[%d]}`, l.worker.ID)), l.now.Add(time.Hour))
	for _, tt := range []struct {
		name, device string
		later        time.Duration
		kept         bool // out, after many guesses from the same address
	}{
		{"no device", "", 0, true},
		{"text that somebody made up", "x", 0, true},
		{"one that another server sealed", other, 0, true},
		{"one that was changed", strings.ToUpper(in.Device), 0, true},
		{"one of more than a year ago", in.Device, 366 * 24 * time.Hour, true},
		{"the one that signed in", in.Device, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			began := l.now
			defer func() { l.now = began.Add(time.Hour) }()
			l.now = l.now.Add(tt.later)
			for range 10 {
				l.guess(t, home, "")
			}
			_, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home, Device: tt.device})
			var wait *access.WaitError
			if errors.As(err, &wait) != tt.kept {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("whoever has it may not guess without end either", func(t *testing.T) {
		for range 10 {
			l.guess(t, home, in.Device)
		}
		var wait *access.WaitError
		if _, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home, Device: in.Device}); !errors.As(err, &wait) {
			t.Errorf("%v", err)
		}
	})
}

func TestOtherNodesHearOfFailures(t *testing.T) {
	l := newLobby(t)
	var told []signin.Failure
	l.Failed = func(f signin.Failure) { told = append(told, f) }
	elsewhere := signin.NewThrottle(signin.DefaultRules(), func() time.Time { return l.now })
	for range 6 {
		l.guess(t, home, "")
	}
	for _, f := range told {
		elsewhere.Note(f)
	}
	if _, wait := elsewhere.Begin(signin.Attempt{Account: "worker", Address: home}); wait == 0 || len(told) < 5 {
		t.Errorf("%d told, and another node has who guesses wait %v", len(told), wait)
	}
}

func TestAnotherAuthenticatorInThePlaceOfTheOld(t *testing.T) {
	l := newLobby(t).strict()
	secret := l.in(t)
	code := func(of string) string {
		l.now = l.now.Add(time.Minute) // each works once
		text, err := totp.GenerateCode(of, l.now)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	old, err := l.OfferSecond(t.Context(), secret, "")
	if err != nil {
		t.Fatal(err)
	}
	recovery, _, err := l.ConfirmSecond(t.Context(), secret, code(old.Secret))
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		code string
		want error
	}{"without a code": {"", access.ErrHasSecond}, "with a wrong one": {"000000", signin.ErrCode}} {
		if offer, err := l.OfferSecond(t.Context(), secret, tt.code); !errors.Is(err, tt.want) || offer.Secret != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := l.ConfirmSecond(t.Context(), secret, code(old.Secret)); !errors.Is(err, signin.ErrNothingOffered) {
		t.Errorf("confirming what was not offered: %v", err)
	}
	fresh, err := l.OfferSecond(t.Context(), secret, code(old.Secret))
	if err != nil {
		t.Fatal(err)
	}
	enters := func(code string) error {
		_, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, Code: code, From: home})
		return err
	}
	if err := enters(code(old.Secret)); err != nil {
		t.Errorf("the old one, as long as the new one has not arrived: %v", err)
	}
	if _, _, err := l.ConfirmSecond(t.Context(), secret, code(fresh.Secret)); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		code func() string
		want error
	}{
		{"the new one", func() string { return code(fresh.Secret) }, nil},
		{"the old one", func() string { return code(old.Secret) }, access.ErrSignIn},
		{"an old recovery code", func() string { return recovery[0] }, access.ErrSignIn},
	} {
		if err := enters(tt.code()); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}
