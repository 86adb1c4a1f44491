package access_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// strict has the lobby ask for second factors, as every city but an invented one does.
func (l *lobby) strict() *lobby {
	l.PasswordAlone = false
	return l
}

func (l *lobby) in(t *testing.T) string {
	t.Helper()
	in, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home})
	if err != nil {
		t.Fatal(err)
	}
	return in.Secret
}

// Who may unmask is let in to nothing but the setting up of a second factor, and is
// asked for it from then on.
func TestASecondFactorIsSetUpFirst(t *testing.T) {
	l := newLobby(t).strict()
	secret, earlier := l.in(t), l.in(t)
	if _, _, ok := l.Viewer(secret); ok {
		t.Error("a password alone shows the city to who may unmask")
	}
	if _, ok := l.Visit(secret); ok {
		t.Error("a password alone opens the feed")
	}
	if who, ok := l.Identity(secret); !ok || !who.LacksSecond {
		t.Errorf("identity %+v, %v", who, ok)
	}
	offer, err := l.OfferSecond(t.Context(), secret, "")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.ConfirmSecond(t.Context(), secret, "000000"); !errors.Is(err, signin.ErrCode) {
		t.Errorf("a wrong code: %v", err)
	}
	code, err := totp.GenerateCode(offer.Secret, l.now)
	if err != nil {
		t.Fatal(err)
	}
	recovery, _, err := l.ConfirmSecond(t.Context(), secret, code)
	if err != nil || len(recovery) == 0 {
		t.Fatalf("%d recovery codes, %v", len(recovery), err)
	}
	if _, _, ok := l.Viewer(secret); !ok {
		t.Error("with the second factor nobody is let in")
	}
	if _, ok := l.Identity(earlier); ok {
		t.Error("a sign-in by the password alone goes on")
	}
	known, _ := l.Directory.Account("worker")
	unproven, digest := signin.NewSecret(signin.ForProgram)
	l.write(t, &staff.SignIn{Account: known.ID, PasswordNo: known.PasswordNo, Digest: digest, Token: true, Began: l.now, Used: l.now, Ends: l.now.Add(time.Hour)})
	if who, ok := l.Identity(unproven); !ok || !who.LacksSecond {
		t.Errorf("a sign-in that never showed the second factor: %+v, %v", who, ok)
	}
	if _, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home}); !errors.Is(err, access.ErrSecond) {
		t.Errorf("the next sign-in without a code: %v", err)
	}
	if _, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, Code: recovery[3], From: home}); err != nil {
		t.Errorf("by a recovery code: %v", err)
	}
	if _, err := l.OfferSecond(t.Context(), secret, ""); !errors.Is(err, access.ErrHasSecond) {
		t.Errorf("another one in its place, from an open screen: %v", err)
	}
	if err := l.DropSecond(t.Context(), secret, recovery[4]); !errors.Is(err, access.ErrNeedsSecond) {
		t.Errorf("dropping what the post asks for: %v", err)
	}
}

// A post that asks for more than a password empties the screens that are open without.
func TestANewPostMayAskForASecondFactor(t *testing.T) {
	l := newLobby(t).strict()
	mentor := &staff.Account{Login: "mentor", Name: "网格导师", Sort: staff.Person}
	l.write(t, mentor)
	secret, digest := signin.NewSecret(signin.ForBrowser)
	l.write(t, &staff.SignIn{Account: mentor.ID, Digest: digest, Began: l.now, Used: l.now, Ends: l.now.Add(time.Hour)})
	l.write(t, &staff.Post{Account: mentor.ID, Role: "grid-mentor", Area: ourGrid})
	visit, ok := l.Visit(secret)
	if !ok {
		t.Fatal("a mentor needs but a password")
	}
	defer visit.Close()
	l.write(t, &staff.Post{Account: mentor.ID, Role: "grid-worker", Area: ourGrid})
	if !heard(t, visit) || visit.Viewer() != nil {
		t.Error("the open screen sees on")
	}
}

func TestChangingTheOwnPassword(t *testing.T) {
	l := newLobby(t)
	secret, elsewhere := l.in(t), l.in(t)
	const fresh = "a new long password for tomorrow"
	for _, tt := range []struct {
		name, old, fresh string
		want             error
	}{
		{"without knowing the old one", "guess", fresh, access.ErrSignIn},
		{"to one that is easily guessed", password, "password1", signin.ErrUnfit},
		{"to a good one", password, fresh, nil},
	} {
		if _, err := l.ChangePassword(t.Context(), secret, tt.old, tt.fresh); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	if _, ok := l.Identity(elsewhere); ok {
		t.Error("who signed in with the old one is still in")
	}
	if _, ok := l.Identity(secret); !ok {
		t.Error("who changed it is out")
	}
	if _, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: fresh, From: home}); err != nil {
		t.Errorf("with the new one: %v", err)
	}
	if _, err := l.ChangePassword(t.Context(), "qxb_nothing", fresh, password); !errors.Is(err, access.ErrSignIn) {
		t.Errorf("by nobody: %v", err)
	}
}

// A wrong guess at what changes how somebody signs in leaves a trace, without what was guessed,
// and so does one too many. What is right leaves that of the change alone.
func TestAWrongGuessAtTheOwnSignInLeavesATrace(t *testing.T) {
	for _, tt := range []struct {
		name, action string
		guess        func(t *testing.T, l *lobby, secret, what string) error
	}{
		{"the old password, for another", "accounts.change-password", func(t *testing.T, l *lobby, secret, what string) error {
			if what == "right" {
				what = password
			}
			_, err := l.ChangePassword(t.Context(), secret, what, "a new long password for tomorrow")
			return err
		}},
		{"a code, for another second factor", "accounts.offer-second", func(t *testing.T, l *lobby, secret, what string) error {
			_, err := l.OfferSecond(t.Context(), secret, l.rightOr(t, what))
			return err
		}},
		{"a code, to be without", "accounts.drop-second", func(t *testing.T, l *lobby, secret, what string) error {
			return l.DropSecond(t.Context(), secret, l.rightOr(t, what))
		}},
		{"a code, after signing in elsewhere", "session.prove", func(t *testing.T, l *lobby, secret, what string) error {
			_, err := l.ProveSecond(t.Context(), secret, l.rightOr(t, what))
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t)
			secret := l.in(t)
			l.setUpSecond(t)
			want := access.Trace{Actor: fmt.Sprint(l.worker.ID), Post: "grid-worker@" + string(ourGrid), From: home.String(), Action: tt.action, Result: grid.ResultRefused}
			if err := tt.guess(t, l, secret, "guess"); err == nil || !slices.Equal(l.refused, []access.Trace{want}) {
				t.Errorf("a wrong one: %v, refused %+v, want %+v", err, l.refused, want)
			}
			l.refused = nil
			if err := tt.guess(t, l, secret, "right"); err != nil || len(l.refused) > 0 || len(l.rows(t, tt.action)) != 1 {
				t.Errorf("the right one: %v, refused %+v, rows %+v", err, l.refused, l.rows(t, tt.action))
			}
		})
	}
}

// rightOr returns what is guessed of the worker's second factor.
func (l *lobby) rightOr(t *testing.T, what string) string {
	t.Helper()
	if what == "right" {
		return l.codeNow(t)
	}
	return what
}

// Whoever finds an open screen may not guess the password that changes it.
func TestGuessingAtAnOpenScreenIsSlowed(t *testing.T) {
	l := newLobby(t)
	secret := l.in(t)
	var wait *access.WaitError
	for range 20 {
		if _, err := l.ChangePassword(t.Context(), secret, "guess", "x"); errors.As(err, &wait) {
			if last := l.refused[len(l.refused)-1]; len(l.refused) < 2 || last != l.refused[0] {
				t.Errorf("of the one too many is left %+v", l.refused)
			}
			return
		}
	}
	t.Error("twenty guesses in a row were taken")
}

func TestSignInsEndForWantOfUse(t *testing.T) {
	l := newLobby(t)
	used, left := l.in(t), l.in(t)
	program, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home, Program: true})
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		l.now = l.now.Add(10 * time.Minute)
		if _, _, ok := l.Viewer(used); !ok {
			t.Fatal("a sign-in that is used ends")
		}
	}
	for secret, want := range map[string]bool{used: true, left: false, program.Secret: true} {
		if _, _, ok := l.Viewer(secret); ok != want {
			t.Errorf("%.4s…: %v, want %v", secret, ok, want)
		}
	}
	// A node that heard of no use itself goes by what is stored.
	if err := l.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	other := access.NewDesk(l.DeskSources)
	l.now = l.now.Add(29 * time.Minute)
	if _, _, ok := other.Viewer(used); !ok {
		t.Error("another node takes a sign-in for idle that was used here")
	}
}

// An open page is in use: its visit is told to look again before the sign-in is idle.
func TestAnOpenPageKeepsItsSignIn(t *testing.T) {
	l := newLobby(t)
	visit, ok := l.Visit(l.in(t))
	if !ok {
		t.Fatal("nobody is let in")
	}
	defer visit.Close()
	for range 5 {
		l.now = l.now.Add(29 * time.Minute)
		if visit.Viewer() == nil {
			t.Fatal("an open page ends for want of use")
		}
	}
}

func TestOwnSessions(t *testing.T) {
	l := newLobby(t)
	first := l.in(t)
	l.now = l.now.Add(time.Minute)
	second := l.in(t)
	other := &staff.Account{Login: "other", Name: "另一个", Sort: staff.Person}
	l.write(t, other)
	foreign, digest := signin.NewSecret(signin.ForBrowser)
	l.write(t, &staff.SignIn{Account: other.ID, Digest: digest, Began: l.now, Used: l.now, Ends: l.now.Add(time.Hour)})
	all := l.Sessions(second)
	if len(all) != 2 || !all[0].Began.After(all[1].Began) {
		t.Fatalf("%d sessions, or not the newest first", len(all))
	}
	if _, err := l.EndSession(t.Context(), foreign, all[1].ID, home.String()); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("somebody else ends it: %v", err)
	}
	if _, err := l.EndSession(t.Context(), second, all[1].ID, home.String()); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := l.Viewer(first); ok {
		t.Error("an ended session goes on")
	}
	if _, _, ok := l.Viewer(second); !ok || len(l.Sessions(second)) != 1 {
		t.Error("the other has ended too")
	}
}

// A sign-in that changed a moment ago, of which this node has not heard yet, is signed out
// all the same: whoever leaves a screen has left it.
func TestSigningOutIsNotBeatenByAUse(t *testing.T) {
	l := newLobby(t)
	secret := l.in(t)
	who, _ := l.Identity(secret)
	used := *who.SignIn
	if _, err := l.store.Store.Write(t.Context(), grid.Write{Put: []grid.Entity{&used}}); err != nil { // past the Directory
		t.Fatal(err)
	}
	if _, err := l.SignOut(t.Context(), secret, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := l.store.Entity(t.Context(), staff.SignIns, used.ID); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("the sign-in is still there: %v", err)
	}
	if _, err := l.SignOut(t.Context(), secret, ""); err != nil {
		t.Errorf("once more: %v", err)
	}
}
