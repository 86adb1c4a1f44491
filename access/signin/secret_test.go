package signin_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"quanxi/access/signin"
)

func TestSecretsAreFoundByTheirDigest(t *testing.T) {
	seen := make(map[string]bool)
	for _, purpose := range []signin.Purpose{signin.ForProgram, signin.ForNarrow, signin.ForBrowser, signin.ForSetup} {
		secret, digest := signin.NewSecret(purpose)
		found, err := purpose.Digest(secret)
		if err != nil || !signin.Same(found, digest) {
			t.Errorf("%s: %v", purpose, err)
		}
		if url.QueryEscape(secret) != secret || len(secret) != len(purpose)+43 || seen[secret] {
			t.Errorf("%s is of the wrong form", secret)
		}
		seen[secret] = true
	}
}

func TestWhatIsNoSecretIsRefusedByItsForm(t *testing.T) {
	program, _ := signin.NewSecret(signin.ForProgram)
	browser, _ := signin.NewSecret(signin.ForBrowser)
	for name, text := range map[string]string{
		"nothing":                   "",
		"the beginning alone":       "qx_",
		"one character less":        program[:len(program)-1],
		"one character more":        program + "A",
		"a secret for another use":  browser,
		"without its beginning":     program[3:],
		"characters of plain 64":    "qx_" + strings.Repeat("+", 43),
		"bits behind the last byte": program[:len(program)-1] + "_",
		"a line break inside":       program[:20] + "\n" + program[21:],
		"a megabyte":                "qx_" + strings.Repeat("A", 1<<20),
	} {
		if digest, err := signin.ForProgram.Digest(text); !errors.Is(err, signin.ErrSecret) || digest != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSameDigests(t *testing.T) {
	for _, tt := range []struct {
		name string
		a, b []byte
		want bool
	}{
		{"equal", []byte("abc"), []byte("abc"), true},
		{"different", []byte("abc"), []byte("abd"), false},
		{"a beginning", []byte("abc"), []byte("ab"), false},
		{"none and none", nil, nil, false},
		{"empty and empty", []byte{}, []byte{}, false},
	} {
		if signin.Same(tt.a, tt.b) != tt.want {
			t.Errorf("%s: want %v", tt.name, tt.want)
		}
	}
}

func TestABoxOpensInTimeForItsPurpose(t *testing.T) {
	key := [32]byte{1}
	box := signin.NewBox(key, "device")
	text := box.Seal([]byte("value"), noon.Add(time.Minute))
	for _, tt := range []struct {
		name string
		box  *signin.Box
		text string
		at   time.Duration
		want string
	}{
		{"at once", box, text, 0, "value"},
		{"by another box of the purpose", signin.NewBox(key, "device"), text, 0, "value"},
		{"in the last second", box, text, 59 * time.Second, "value"},
		{"too late", box, text, time.Minute, ""},
		{"for another purpose", signin.NewBox(key, "state"), text, 0, ""},
		{"under another key", signin.NewBox([32]byte{2}, "device"), text, 0, ""},
		{"changed", box, strings.ToUpper(text), 0, ""},
		{"cut", box, text[:len(text)-2], 0, ""},
		{"empty", box, "", 0, ""},
	} {
		value, err := tt.box.Open(tt.text, noon.Add(tt.at))
		if string(value) != tt.want || (err == nil) != (tt.want != "") || err != nil && !errors.Is(err, signin.ErrSealed) {
			t.Errorf("%s: %q, %v", tt.name, value, err)
		}
	}
}

func FuzzOpenBox(f *testing.F) {
	box := signin.NewBox([32]byte{1}, "device")
	text := box.Seal([]byte("value"), noon.Add(time.Minute))
	f.Add(0, "A")
	f.Add(5, "\n")
	f.Fuzz(func(t *testing.T, at int, inserted string) {
		if at < 0 || at > len(text) {
			return
		}
		if _, err := box.Open(text[:at]+inserted+text[at:], noon); (err == nil) != (inserted == "") {
			t.Errorf("%q inserted: %v", inserted, err)
		}
		if _, err := box.Open(inserted, noon); err == nil {
			t.Errorf("%q opens", inserted)
		}
	})
}
