package signin

import (
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"time"
)

// A Box seals short-lived values that a browser keeps for us, as text for a
// cookie. The browser can neither read nor change them. It is safe for concurrent
// use.
type Box struct {
	aead    cipher.AEAD
	purpose []byte
}

// NewBox returns a box that opens what a box of the same key and purpose sealed,
// and nothing else.
func NewBox(key [32]byte, purpose string) *Box {
	return &Box{NewAEAD(key), []byte("box " + purpose)}
}

// Seal returns a value as text that opens until a time, to the second.
func (b *Box) Seal(value []byte, until time.Time) string {
	plain := binary.BigEndian.AppendUint64(nil, uint64(until.Unix()))
	return base64.RawURLEncoding.EncodeToString(b.aead.Seal(nil, nil, append(plain, value...), b.purpose))
}

// Open returns the value that was sealed. The error is ErrSealed.
func (b *Box) Open(text string, now time.Time) ([]byte, error) {
	sealed, err := unbase64(text)
	if err != nil {
		return nil, ErrSealed
	}
	plain, err := b.aead.Open(nil, nil, sealed, b.purpose)
	if err != nil || len(plain) < 8 {
		return nil, ErrSealed
	}
	if now.Unix() >= int64(binary.BigEndian.Uint64(plain)) {
		return nil, ErrSealed
	}
	return plain[8:], nil
}
