package signin

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alexedwards/argon2id"
)

// cheap costs next to nothing; dear a little more.
var (
	cheap = Params{Memory: 64, Passes: 1, Lanes: 1}
	dear  = Params{Memory: 128, Passes: 2, Lanes: 1}
)

func newHasher(t *testing.T, params Params, atOnce, waiting int) *Hasher {
	t.Helper()
	h, err := NewHasher(params, atOnce, waiting)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func hashOf(t *testing.T, params Params, password string) string {
	t.Helper()
	hash, err := newHasher(t, params, 1, 0).Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

func TestVerify(t *testing.T) {
	const right = "木棉 harbour 九月 tin"
	stored := hashOf(t, dear, right)
	for _, tt := range []struct {
		name     string
		password string
		hash     string
		want     error
		fresh    bool
	}{
		{"the right password opens", right, stored, nil, false},
		{"a wrong password does not", right + "!", stored, ErrPassword, false},
		{"an empty password does not", "", stored, ErrPassword, false},
		{"full-width letters are the same letters", "木棉 ｈａｒｂｏｕｒ 九月 tin", stored, nil, false},
		{"an unknown account is a wrong password", right, "", ErrPassword, false},
		{"a password that nobody could choose is wrong", strings.Repeat("x", 300), stored, ErrPassword, false},
		{"a weaker hash is renewed by the right password", right, hashOf(t, cheap, right), nil, true},
		{"a weaker hash is not renewed by a wrong one", "wrong", hashOf(t, cheap, right), ErrPassword, false},
		{"a hash of another algorithm is malformed", right, "$2a$10$abcdefghijklmnopqrstuv", errHash, false},
		{"a hash without lanes is malformed", right, strings.Replace(stored, "p=1", "p=0", 1), errHash, false},
		{"a hash that would take all memory is malformed", right, strings.Replace(stored, "m=128", "m=4294967295", 1), errHash, false},
		{"a hash without a key is malformed", right, stored[:strings.LastIndex(stored, "$")+1], errHash, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fresh, err := newHasher(t, dear, 1, 0).Verify(t.Context(), tt.password, tt.hash)
			if !errors.Is(err, tt.want) {
				t.Fatalf("Verify = %v, want %v", err, tt.want)
			}
			if (fresh != "") != tt.fresh {
				t.Fatalf("fresh hash %q", fresh)
			}
			if err != nil && (strings.Contains(err.Error(), right) || tt.hash != "" && strings.Contains(err.Error(), tt.hash)) {
				t.Errorf("the error tells: %v", err)
			}
			if tt.fresh {
				if again, err := newHasher(t, dear, 1, 0).Verify(t.Context(), tt.password, fresh); err != nil || again != "" {
					t.Errorf("the fresh hash: %q, %v", again, err)
				}
			}
		})
	}
}

func TestAnUnknownAccountCostsAsMuchAsAWrongPassword(t *testing.T) {
	var costs []Params
	h := newHasher(t, dear, 1, 0)
	h.match = func(_, hash string) (bool, error) {
		params, err := paramsOf(hash)
		costs = append(costs, params)
		return false, err
	}
	for _, hash := range []string{"", hashOf(t, dear, "木棉 harbour 九月 tin")} {
		if _, err := h.Verify(t.Context(), "guess", hash); !errors.Is(err, ErrPassword) {
			t.Fatal(err)
		}
	}
	if len(costs) != 2 || costs[0] != costs[1] || costs[0] != dear {
		t.Errorf("costs %v", costs)
	}
}

func TestHasherRefusesNonsense(t *testing.T) {
	for name, make := range map[string]func() (*Hasher, error){
		"no hash at a time":  func() (*Hasher, error) { return NewHasher(cheap, 0, 5) },
		"a negative queue":   func() (*Hasher, error) { return NewHasher(cheap, 1, -1) },
		"no memory":          func() (*Hasher, error) { return NewHasher(Params{Passes: 1, Lanes: 1}, 1, 1) },
		"no passes":          func() (*Hasher, error) { return NewHasher(Params{Memory: 64, Lanes: 1}, 1, 1) },
		"no lanes":           func() (*Hasher, error) { return NewHasher(Params{Memory: 64, Passes: 1}, 1, 1) },
		"more than one's GB": func() (*Hasher, error) { return NewHasher(Params{Memory: 2 << 20, Passes: 1, Lanes: 1}, 1, 1) },
	} {
		if h, err := make(); err == nil || h != nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// slow makes hashes that last until release is closed, and says how many run.
func slow(h *Hasher, release chan struct{}) {
	h.hash = func(string, *argon2id.Params) (string, error) {
		<-release
		return "done", nil
	}
}

func TestARushIsServedAFewAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, release := newHasher(t, cheap, 2, 3), make(chan struct{})
		slow(h, release)
		answers := make(chan error, 10)
		for range 5 {
			go func() {
				_, err := h.Hash(t.Context(), "password")
				answers <- err
			}()
		}
		synctest.Wait()
		if running, waiting := h.Load(); running != 2 || waiting != 3 {
			t.Fatalf("%d run, %d wait", running, waiting)
		}
		if _, err := h.Hash(t.Context(), "password"); !errors.Is(err, ErrBusy) {
			t.Fatalf("the sixth: %v, want ErrBusy", err)
		}
		if _, err := h.Verify(t.Context(), "password", ""); !errors.Is(err, ErrBusy) {
			t.Fatalf("an unknown account in a rush: %v, want ErrBusy", err)
		}
		close(release)
		for range 5 {
			if err := <-answers; err != nil {
				t.Error(err)
			}
		}
		if running, waiting := h.Load(); running+waiting != 0 {
			t.Errorf("%d run, %d wait after all", running, waiting)
		}
	})
}

func TestWhoGoesAwayLeavesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, release := newHasher(t, cheap, 1, 1), make(chan struct{})
		slow(h, release)
		first := make(chan error, 1)
		go func() {
			_, err := h.Hash(t.Context(), "password")
			first <- err
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := h.Hash(ctx, "password"); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("the waiting one: %v", err)
		}
		if _, waiting := h.Load(); waiting != 0 {
			t.Errorf("%d still wait", waiting)
		}
		close(release)
		if err := <-first; err != nil {
			t.Error(err)
		}
		if _, err := h.Hash(ctx, "password"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after the deadline: %v", err)
		}
	})
}

func FuzzStoredHash(f *testing.F) {
	f.Add("$argon2id$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("$argon2id$v=19$m=0,t=0,p=0$$")
	f.Add("")
	f.Fuzz(func(t *testing.T, hash string) {
		if params, err := paramsOf(hash); err == nil && params.check() != nil {
			t.Errorf("parameters out of range: %+v", params)
		}
	})
}

func BenchmarkHash(b *testing.B) {
	h, err := NewHasher(DefaultParams(), 1, 0)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Hash(b.Context(), "木棉 harbour 九月 tin"); err != nil {
			b.Fatal(err)
		}
	}
}
