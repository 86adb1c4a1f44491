package access

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ErrMasterKey reports a master key that is missing, malformed or open to
// others than the owner of its file.
var ErrMasterKey = errors.New("master key unusable")

// A MasterKey is the one secret of an installation. Every other key is derived
// from it; it is kept outside the database. All nodes of one database share it.
type MasterKey [32]byte

// ParseMasterKey reads 64 hexadecimal digits. The error wraps ErrMasterKey and
// does not repeat the text.
func ParseMasterKey(text string) (MasterKey, error) {
	var key MasterKey
	raw, err := hex.DecodeString(strings.TrimSpace(text))
	if err != nil || len(raw) != len(key) {
		return key, fmt.Errorf("%w: want %d hexadecimal digits", ErrMasterKey, 2*len(key))
	}
	copy(key[:], raw)
	return key, nil
}

// MasterKeyFile reads the key at path. If there is none it makes one, in a file
// that only its owner may read, and syncs it before returning: what is sealed
// under a lost key stays sealed for ever.
func MasterKeyFile(path string) (MasterKey, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return createMasterKey(path)
	case err != nil:
		return MasterKey{}, fmt.Errorf("master key: %w", err)
	case info.Mode().Perm()&0o077 != 0:
		return MasterKey{}, fmt.Errorf("%w: %s may be read by others; chmod 600 it", ErrMasterKey, path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return MasterKey{}, fmt.Errorf("master key: %w", err)
	}
	return ParseMasterKey(string(text))
}

func createMasterKey(path string) (MasterKey, error) {
	var key MasterKey
	rand.Read(key[:]) // never fails: it ends the process instead
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return key, fmt.Errorf("master key: %w", err)
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return key, fmt.Errorf("master key: %w", err)
	}
	_, err = fmt.Fprintln(file, hex.EncodeToString(key[:]))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return key, fmt.Errorf("master key: %w", err)
	}
	return key, nil
}

// Derive returns the 32-byte key for one purpose. Keys of different purposes
// tell nothing about each other.
func (k MasterKey) Derive(purpose string) []byte {
	key, err := hkdf.Key(sha256.New, k[:], nil, "quanxi "+purpose, 32)
	if err != nil {
		panic(err) // only a length over 255 hashes is refused
	}
	return key
}

// String hides the key from logs and errors.
func (MasterKey) String() string { return "master key" }

// GoString hides the key from %#v.
func (MasterKey) GoString() string { return "access.MasterKey{…}" }
