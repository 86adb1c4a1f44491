package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"strings"
)

// ErrSecret reports text that cannot be a secret of the purpose.
var ErrSecret = errors.New("not a secret of this server")

// A Purpose is what a secret is good for; it is the beginning of its text, so that
// a set-up link does not pass as a token, and people know what they have found.
type Purpose string

// The purposes.
const (
	ForProgram Purpose = "qx_"
	// ForNarrow is a program's that gives less than its account has. A node of an older version
	// knows no such limits: it lets nobody in by such a secret, instead of by all.
	ForNarrow  Purpose = "qxn_"
	ForBrowser Purpose = "qxb_"
	ForSetup   Purpose = "qxs_"
)

const secretBytes = 32

// NewSecret returns 256 random bits as text, to be shown once, and the digest by
// which it is found. The text needs no escaping in URLs, headers and cookies.
func NewSecret(purpose Purpose) (secret string, digest []byte) {
	raw := make([]byte, secretBytes)
	rand.Read(raw) // never fails: it ends the process instead
	secret = string(purpose) + base64.RawURLEncoding.EncodeToString(raw)
	return secret, digestOf(secret)
}

// Digest returns the digest of a secret that somebody shows, or ErrSecret if it
// has not even the form of one.
func (p Purpose) Digest(secret string) ([]byte, error) {
	text, ok := strings.CutPrefix(secret, string(p))
	if !ok || len(text) != base64.RawURLEncoding.EncodedLen(secretBytes) {
		return nil, ErrSecret
	}
	if _, err := unbase64(text); err != nil {
		return nil, ErrSecret
	}
	return digestOf(secret), nil
}

// unbase64 takes one writing of each value. The decoder alone, strict or not,
// skips line breaks.
func unbase64(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, ErrSecret
	}
	return base64.RawURLEncoding.Strict().DecodeString(text)
}

// digestOf hashes without salt or repetition: 256 random bits are not guessed.
func digestOf(secret string) []byte {
	digest := sha256.Sum256([]byte(secret))
	return digest[:]
}

// Same reports whether two digests are equal, in a time that does not tell where
// they differ. No digest is equal to an empty one.
func Same(a, b []byte) bool { return len(a) > 0 && subtle.ConstantTimeCompare(a, b) == 1 }
