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
	"time"

	"quanxi/access/signin"
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
// under a lost key stays sealed for ever. Of several processes that start at once,
// one makes the key and all return it.
func MasterKeyFile(path string) (MasterKey, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := createMasterKey(path); err != nil {
			return MasterKey{}, fmt.Errorf("master key: %w", err)
		}
		info, err = os.Stat(path)
	}
	switch {
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

// createMasterKey puts a new key at path, unless somebody else was faster. The
// name appears with the whole key behind it: nobody reads half of one.
func createMasterKey(path string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	file, err := os.CreateTemp(folder, ".key-*") // readable by its owner alone
	if err != nil {
		return err
	}
	defer os.Remove(file.Name())
	var key MasterKey
	rand.Read(key[:]) // never fails: it ends the process instead
	_, err = fmt.Fprintln(file, hex.EncodeToString(key[:]))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	// A link, unlike a renaming, does not replace what is there.
	if err := os.Link(file.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncFolder(folder)
}

// syncFolder makes the names in a folder outlive a loss of power.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// Derive returns the 32-byte key for one purpose. Keys of different purposes
// tell nothing about each other.
func (k MasterKey) Derive(purpose string) []byte {
	return derive(k[:], purpose)
}

func derive(from []byte, purpose string) []byte {
	key, err := hkdf.Key(sha256.New, from, nil, "quanxi "+purpose, 32)
	if err != nil {
		panic(err) // only a length over 255 hashes is refused
	}
	return key
}

// Mark returns what a store is marked with that is used under the key. It tells nothing of
// the key.
func (k MasterKey) Mark() string { return hex.EncodeToString(k.mark()) }

// markSize is how many bytes the mark of a key has.
const markSize = 16

func (k MasterKey) mark() []byte { return k.Derive("mark")[:markSize] }

// Meters returns meters of which nodes of the same key tell one another.
func (k MasterKey) Meters(clock func() time.Time) *signin.Meters {
	return signin.NewMeters(k.Derive("meters"), clock)
}

// String hides the key from logs and errors.
func (MasterKey) String() string { return "master key" }

// GoString hides the key from %#v.
func (MasterKey) GoString() string { return "access.MasterKey{…}" }
