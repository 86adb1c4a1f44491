package signin

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var sealKey = [32]byte{1, 2, 3}

func someCredential(t *rapid.T) Credential {
	some := rapid.SliceOfN(rapid.Byte(), 1, 40)
	c := Credential{
		PasswordHash: rapid.StringMatching(`[ -~]*`).Draw(t, "hash"),
		PasswordAt:   time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "at"), 0).UTC(),
		TOTPLast:     rapid.Int64().Draw(t, "last"),
		Recovery:     rapid.SliceOfN(some, 1, 10).Draw(t, "recovery"),
	}
	if rapid.Bool().Draw(t, "second") {
		c.TOTPSecret, c.TOTPOffered = some.Draw(t, "secret"), some.Draw(t, "offered")
	}
	return c
}

func TestSealerOpensWhatItSealed(t *testing.T) {
	s := NewSealer(sealKey)
	rapid.Check(t, func(t *rapid.T) {
		want, account := someCredential(t), rapid.Int64().Draw(t, "account")
		sealed, err := s.Seal(account, want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := s.Open(account, sealed)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestASealedCredentialServesNobodyElse(t *testing.T) {
	s := NewSealer(sealKey)
	want := Credential{PasswordHash: "$argon2id$v=19$m=64,t=1,p=1$c2FsdA$a2V5", TOTPSecret: []byte("12345678901234567890")}
	sealed, err := s.Seal(7, want)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(sealed)
	flipped[len(flipped)/2] ^= 1
	for _, tt := range []struct {
		name    string
		sealer  *Sealer
		account int64
		sealed  []byte
	}{
		{"another account", s, 8, sealed},
		{"another key", NewSealer([32]byte{9}), 7, sealed},
		{"one bit changed", s, 7, flipped},
		{"the end cut off", s, 7, sealed[:len(sealed)-1]},
		{"nothing", s, 7, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.sealer.Open(tt.account, tt.sealed)
			if !errors.Is(err, ErrSealed) || cmp.Diff(got, Credential{}) != "" {
				t.Errorf("opened to %v, %v", got, err)
			}
		})
	}
	if bytes.Contains(sealed, []byte("argon2id")) {
		t.Error("the hash is legible")
	}
}

func TestTwoSealingsDiffer(t *testing.T) {
	s := NewSealer(sealKey)
	one, _ := s.Seal(7, Credential{})
	two, _ := s.Seal(7, Credential{})
	if bytes.Equal(one, two) {
		t.Error("equal credentials are seen to be equal")
	}
}

func TestACredentialPrintsNothing(t *testing.T) {
	c := Credential{PasswordHash: "hash", TOTPSecret: []byte("secret")}
	for _, format := range []string{"%v", "%+v", "%s", "%#v", "%q"} {
		for _, value := range []any{c, &c} {
			if text := fmt.Sprintf(format, value); bytes.Contains([]byte(text), []byte("hash")) || bytes.Contains([]byte(text), []byte("secret")) {
				t.Errorf("%s prints %s", format, text)
			}
		}
	}
}

func FuzzOpenCredential(f *testing.F) {
	s := NewSealer(sealKey)
	sealed, err := s.Seal(7, Credential{PasswordHash: "hash", Recovery: [][]byte{{1}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{1}, 0)
	f.Add([]byte{0, 0, 0, 1}, len(sealed)-4)
	f.Fuzz(func(t *testing.T, change []byte, at int) {
		other := bytes.Clone(sealed)
		for i, b := range change {
			if at >= 0 && at+i < len(other) {
				other[at+i] ^= b
			}
		}
		if _, err := s.Open(7, other); (err == nil) != bytes.Equal(other, sealed) {
			t.Errorf("changed: %v", err)
		}
		if _, err := s.Open(7, change); !errors.Is(err, ErrSealed) {
			t.Errorf("a stranger's bytes: %v", err)
		}
	})
}

func FuzzParseCredential(f *testing.F) {
	for _, text := range []string{
		`{"password":"hash","password_at":"2026-09-01T12:00:00Z","totp":"MTIz","totp_last":5,"totp_offered":"MTIz","recovery":["MTIz"]}`,
		`{}`, `{}{}`, `null`, `[]`, `{"later":1}`, `{"recovery":[null]}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, plain []byte) {
		c, err := parseCredential(plain)
		if err != nil {
			if !errors.Is(err, ErrSealed) || cmp.Diff(c, Credential{}) != "" {
				t.Errorf("refused with %v", err)
			}
			return
		}
		if err := c.Second("000000", time.Unix(0, 0)); err == nil && !c.HasSecond() {
			t.Error("a credential without a second factor takes a code")
		}
	})
}

func TestWhatALaterVersionSealedIsNotCutDown(t *testing.T) {
	for _, text := range []string{`{"passkeys":["x"]}`, `{} {}`, `{"totp":5}`, ``} {
		if _, err := parseCredential([]byte(text)); !errors.Is(err, ErrSealed) {
			t.Errorf("%s: %v", text, err)
		}
	}
}
