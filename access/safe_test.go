package access_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"quanxi/access"
)

func sealed(t *testing.T, key access.MasterKey, plain []byte) []byte {
	t.Helper()
	var to bytes.Buffer
	w, err := key.SealTo(&to)
	if err == nil {
		_, err = w.Write(plain)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return to.Bytes()
}

func opened(text []byte, keys ...access.MasterKey) ([]byte, error) {
	r, err := access.OpenSealed(context.Background(), bytes.NewReader(text), keys...)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestWhatIsSealedIsOpenedWholeOrNotAtAll(t *testing.T) {
	key, old := masterKey(t, "1"), masterKey(t, "2")
	plain := bytes.Repeat([]byte("锦绣花园3幢 "), 20_000) // some packages of 64 kB
	whole := sealed(t, key, plain)
	if bytes.Contains(whole, []byte("锦绣")) {
		t.Fatal("the text is there to read")
	}
	changed := func(at int) []byte {
		other := slices.Clone(whole)
		other[at] ^= 1
		return other
	}
	keys := []access.MasterKey{old, key}
	for _, tt := range []struct {
		name string
		text []byte
		keys []access.MasterKey
		want error
	}{
		{"whole, by one of two keys", whole, keys, nil},
		{"by another key", whole, keys[:1], access.ErrOtherSeal},
		{"by none", whole, nil, access.ErrOtherSeal},
		{"a text", []byte("# Quanxi"), keys, access.ErrNotSealed},
		{"nothing", nil, keys, access.ErrNotSealed},
		{"of another version", changed(14), keys, access.ErrNotSealed},
		{"of nothing, which is as if cut off", sealed(t, key, nil), keys, access.ErrBroken},
		{"cut off in its head", whole[:40], keys, access.ErrBroken},
		{"cut off behind its head", whole[:64], keys, access.ErrBroken},
		{"cut off between two packages", whole[:64+65536+32], keys, access.ErrBroken},
		{"cut off by a byte", whole[:len(whole)-1], keys, access.ErrBroken},
		{"with something behind it", append(slices.Clone(whole), "more"...), keys, access.ErrBroken},
		{"with another salt", changed(40), keys, access.ErrBroken},
		{"with another byte in the middle", changed(len(whole) / 2), keys, access.ErrBroken},
		{"with another last byte", changed(len(whole) - 1), keys, access.ErrBroken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := opened(tt.text, tt.keys...)
			if !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if tt.want == nil && !bytes.Equal(got, plain) || !bytes.HasPrefix(plain, got) {
				t.Errorf("opened %d bytes that are others", len(got))
			}
		})
	}
}

// The same bytes are sealed otherwise each time: nobody sees whether anything has changed.
func TestTwoSealsOfOneTextDiffer(t *testing.T) {
	key := masterKey(t, "1")
	if one, two := sealed(t, key, []byte("a")), sealed(t, key, []byte("a")); bytes.Equal(one[32:], two[32:]) {
		t.Error("two seals are one")
	}
}

// What is read while its context is alive is opened; afterwards nobody is handed more.
func TestWhatIsSealedIsOpenedUntilTheContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	key := masterKey(t, "1")
	r, err := access.OpenSealed(ctx, bytes.NewReader(sealed(t, key, []byte("dump"))), key)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if got, err := io.ReadAll(r); len(got) > 0 || !errors.Is(err, context.Canceled) || errors.Is(err, access.ErrBroken) {
		t.Errorf("%q, %v", got, err)
	}
}

// A calling reader calls a function before each read.
type calling struct {
	io.Reader
	before func()
}

func (r calling) Read(p []byte) (int, error) {
	r.before()
	return r.Reader.Read(p)
}

func TestAFileIsSealedWholeOrNotAtAll(t *testing.T) {
	key, broken := masterKey(t, "1"), errors.New("the disk is gone")
	dump := func() io.Reader { return strings.NewReader("dump") }
	for _, tt := range []struct {
		name  string
		there string // what is at its place before; nothing if empty
		from  func(cancel func()) io.Reader
		want  error
	}{
		{"what is read to its end", "", func(func()) io.Reader { return dump() }, nil},
		{"over a file that is there", "an older backup", func(func()) io.Reader { return dump() }, fs.ErrExist},
		{"nothing", "", func(func()) io.Reader { return strings.NewReader("") }, access.ErrNothing},
		{"what fails half-way", "", func(func()) io.Reader { return io.MultiReader(dump(), iotest.ErrReader(broken)) }, broken},
		{"what goes on after the context has ended", "", func(cancel func()) io.Reader {
			reads := 0
			return calling{neverEnding{}, func() {
				cancel()
				if reads++; reads > 1 {
					panic("it is read on")
				}
			}}
		}, context.Canceled},
		{"what ends because the context has", "", func(cancel func()) io.Reader {
			return io.MultiReader(dump(), calling{strings.NewReader(""), cancel})
		}, context.Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			file := filepath.Join(t.TempDir(), "dump.sealed")
			if tt.there != "" {
				if err := os.WriteFile(file, []byte(tt.there), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := key.SealFile(ctx, tt.from(cancel), file); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
			if tt.want == nil {
				checkSealedFile(t, file, key)
				return
			}
			if left, _ := os.ReadFile(file); string(left) != tt.there {
				t.Errorf("it leaves %q, want %q", left, tt.there)
			}
			if _, err := os.Stat(file); tt.there == "" && !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("it leaves a file: %v", err)
			}
		})
	}
}

// checkSealedFile wants a file that its owner alone reads, of which the key gives the dump.
func checkSealedFile(t *testing.T, file string, key access.MasterKey) {
	t.Helper()
	is, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	if is.Mode() != 0o600 {
		t.Errorf("its mode is %v", is.Mode())
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := opened(text, key); err != nil || string(got) != "dump" {
		t.Errorf("it holds %q, %v", got, err)
	}
}

// neverEnding is read for ever.
type neverEnding struct{}

func (neverEnding) Read(p []byte) (int, error) { return len(p), nil }
