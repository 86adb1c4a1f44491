package access_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"testing"

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
	r, err := access.OpenSealed(bytes.NewReader(text), keys...)
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
