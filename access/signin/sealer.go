package signin

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// ErrSealed reports bytes that cannot be opened: they were changed, belong to
// somebody else, are too old, or were sealed under another key.
var ErrSealed = errors.New("sealed bytes cannot be opened")

// A Sealer seals credentials with AES-256-GCM, each for one account: under the
// number of another it does not open. It is safe for concurrent use.
type Sealer struct{ aead cipher.AEAD }

// NewSealer returns the sealer of a key that serves nothing else.
func NewSealer(key [32]byte) *Sealer { return &Sealer{NewAEAD(key)} }

// Seal returns a credential sealed for an account. Two sealings of the same
// credential differ.
func (s *Sealer) Seal(account int64, c Credential) ([]byte, error) {
	plain, err := json.Marshal(wireCredential(c))
	if err != nil {
		return nil, errors.New("credential cannot be written") // json's error may repeat it
	}
	return s.aead.Seal(nil, nil, plain, sealedFor(account)), nil
}

// Open returns the credential that was sealed for an account. The error wraps
// ErrSealed.
func (s *Sealer) Open(account int64, sealed []byte) (Credential, error) {
	plain, err := s.aead.Open(nil, nil, sealed, sealedFor(account))
	if err != nil {
		return Credential{}, fmt.Errorf("credential of account %d: %w", account, ErrSealed)
	}
	c, err := parseCredential(plain)
	if err != nil {
		return Credential{}, fmt.Errorf("credential of account %d: %w", account, err)
	}
	return c, nil
}

// OpenAny is Open, and the zero Credential for an account that has none yet.
func (s *Sealer) OpenAny(account int64, sealed []byte) (Credential, error) {
	if len(sealed) == 0 {
		return Credential{}, nil
	}
	return s.Open(account, sealed)
}

// parseCredential reads what Seal wrote. Fields that it does not know are of a
// later version, which knows why they are there: it refuses rather than drop them
// at the next Seal.
func parseCredential(plain []byte) (Credential, error) {
	var c wireCredential
	in := json.NewDecoder(bytes.NewReader(plain))
	in.DisallowUnknownFields()
	if err := in.Decode(&c); err != nil {
		return Credential{}, fmt.Errorf("%w: not in a form that is known", ErrSealed)
	}
	if _, err := in.Token(); !errors.Is(err, io.EOF) {
		return Credential{}, fmt.Errorf("%w: more than one", ErrSealed)
	}
	return Credential(c), nil
}

// A wireCredential has the names under which the fields of a credential are kept.
type wireCredential struct {
	PasswordHash string    `json:"password,omitempty"`
	PasswordAt   time.Time `json:"password_at,omitzero"`
	TOTPSecret   []byte    `json:"totp,omitempty"`
	TOTPLast     int64     `json:"totp_last,omitempty"`
	TOTPOffered  []byte    `json:"totp_offered,omitempty"`
	Recovery     [][]byte  `json:"recovery,omitempty"`
}

func sealedFor(account int64) []byte { return fmt.Appendf(nil, "credentials/%d", account) }

// NewAEAD returns AES-256-GCM that draws a random nonce for each message and
// carries it in front.
func NewAEAD(key [32]byte) cipher.AEAD {
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // only a key of the wrong length is refused
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has the block size that GCM needs
	}
	return aead
}
