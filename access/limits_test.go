package access_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// Whoever shows the right password and is yet to be asked for the code has guessed nothing,
// however often the page is left and opened again; whoever shows a wrong code has.
func TestAWrongCodeIsAGuessAndAMissingOneIsNot(t *testing.T) {
	for _, tt := range []struct {
		name, code string
		err        error
		waits      bool
	}{
		{"no code", "", access.ErrSecond, false},
		{"a wrong code", "000000", access.ErrSignIn, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t)
			l.setUpSecond(t)
			waited := false
			for range 30 {
				_, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, Code: tt.code, From: home})
				var wait *access.WaitError
				if waited = errors.As(err, &wait); waited {
					break
				}
				if !errors.Is(err, tt.err) {
					t.Fatal(err)
				}
			}
			if waited != tt.waits {
				t.Errorf("asked to wait: %v, want %v", waited, tt.waits)
			}
		})
	}
}

// manySignIns are more than one Sweep takes, and their secrets.
func (l *lobby) manySignIns(t *testing.T, ends time.Time) (all []grid.Entity, secrets []string) {
	t.Helper()
	for range 501 {
		secret, digest := signin.NewSecret(signin.ForBrowser)
		all = append(all, &staff.SignIn{Account: l.worker.ID, Digest: digest, Began: l.now, Used: l.now, Ends: ends})
		secrets = append(secrets, secret)
	}
	if _, err := l.store.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Put: all}); err != nil {
		t.Fatal(err)
	}
	return all, secrets
}

// A morning after a long outage is tidied up in parts, so that no write is a long one.
func TestASweepTakesSoMuchAndTheNextTheRest(t *testing.T) {
	t.Run("of those that have ended", func(t *testing.T) {
		l := newLobby(t)
		all, _ := l.manySignIns(t, l.now.Add(time.Hour))
		l.now = l.now.Add(2 * time.Hour)
		for _, want := range []int{1, 0} {
			if err := l.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			left := 0
			for _, e := range all {
				if _, known := l.store.to.SignIn(e.Entity().ID); known {
					left++
				}
			}
			if left != want {
				t.Errorf("%d are left, want %d", left, want)
			}
		}
	})
	t.Run("of those that were used", func(t *testing.T) {
		l := newLobby(t)
		all, secrets := l.manySignIns(t, l.now.Add(10*time.Hour))
		l.now = l.now.Add(20 * time.Minute)
		for _, secret := range secrets {
			if _, _, ok := l.Viewer(secret); !ok {
				t.Fatal("a sign-in does not hold")
			}
		}
		for _, want := range []int{500, 501} {
			if err := l.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
			stored := 0
			for _, e := range all {
				if s, known := l.store.to.SignIn(e.Entity().ID); known && s.Used.Equal(l.now) {
					stored++
				}
			}
			if stored != want {
				t.Errorf("%d uses are stored, want %d", stored, want)
			}
		}
	})
}

// A post that is prolonged does not end at the hour that it had before.
func TestAnHourThatWasPutOffIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := access.NewDirectory().Watch(1)
		defer w.Close()
		w.At(time.Minute)
		w.At(time.Hour)
		told := func() bool {
			synctest.Wait()
			select {
			case <-w.Changed():
				return true
			default:
				return false
			}
		}
		time.Sleep(30 * time.Minute)
		if told() {
			t.Error("told at the hour that was put off")
		}
		time.Sleep(31 * time.Minute)
		if !told() {
			t.Error("not told at the hour that counts")
		}
	})
}
