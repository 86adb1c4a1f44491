package access

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"quanxi/access/signin"
	"quanxi/grid"
)

// ErrSealed reports an identity that cannot be opened: its key was destroyed,
// belongs to somebody else, or was wrapped under another master key.
var ErrSealed = errors.New("identity cannot be opened")

// A Vault seals identities with AES-256-GCM. Each data subject has a random key
// of its own, wrapped under the vault's key; kind and id are authenticated with
// both, so that neither a sealed identity nor a key serves for anybody else. It
// is safe for concurrent use.
type Vault struct {
	wrap   cipher.AEAD
	digest []byte
	states []byte
}

var _ grid.Vault = (*Vault)(nil)

// NewVault returns the vault of a master key.
func NewVault(master MasterKey) *Vault {
	return &Vault{
		wrap: newAEAD(master.Derive("wrap subject keys")), digest: master.Derive("digest identities"), states: master.Derive("digest states"),
	}
}

// Seal implements grid.Vault.
func (v *Vault) Seal(kind grid.Kind, id int64, identity grid.Identity) (grid.Seal, error) {
	key := make([]byte, 32)
	rand.Read(key) // never fails: it ends the process instead
	return v.seal(v.wrapped(kind, id, key), key, identity)
}

// Reseal implements grid.Vault.
func (v *Vault) Reseal(key grid.SubjectKey, identity grid.Identity) (grid.Seal, error) {
	open, err := v.unwrap(key)
	if err != nil {
		return grid.Seal{}, err
	}
	return v.seal(key, open, identity)
}

// Open implements grid.Vault. The error wraps ErrSealed.
func (v *Vault) Open(key grid.SubjectKey, sealed grid.Sealed) (grid.Identity, error) {
	open, err := v.unwrap(key)
	if err != nil {
		return grid.Identity{}, err
	}
	return openWith(open, key.Kind, key.ID, sealed)
}

// openWith opens an identity with the subject's key as it is.
func openWith(key []byte, kind grid.Kind, id int64, sealed grid.Sealed) (grid.Identity, error) {
	var identity grid.Identity
	plain, err := newAEAD(key).Open(nil, nil, sealed, subject(kind, id))
	if err == nil {
		err = json.Unmarshal(plain, &identity)
	}
	if err != nil {
		return grid.Identity{}, fmt.Errorf("%s %d: %w", kind, id, ErrSealed)
	}
	return identity, nil
}

// wrapped wraps a subject's key.
func (v *Vault) wrapped(kind grid.Kind, id int64, key []byte) grid.SubjectKey {
	return grid.SubjectKey{Kind: kind, ID: id, Wrapped: v.wrap.Seal(nil, nil, key, subject(kind, id))}
}

// IDDigest returns the keyed digest by which an ID number is found, nil for none.
func (v *Vault) IDDigest(number string) []byte {
	return v.keyed("id number", strings.ToUpper(strings.TrimSpace(number)))
}

// PhoneDigest returns the keyed digest by which a phone is found, nil for none.
func (v *Vault) PhoneDigest(number string) []byte {
	return v.keyed("phone", strings.Map(digitsOnly, number))
}

// stateDigest is how many bytes of the digest of a state are kept: whoever has not the key
// finds no other state with the same ones.
const stateDigest = 16

// StateDigest returns the keyed digest of the states of entities, in order, nil of none. Equal
// states have equal digests. An identity is in it as it is sealed: once its key is destroyed
// not even this vault can guess at it.
func (v *Vault) StateDigest(all ...grid.Entity) ([]byte, error) {
	if len(all) == 0 {
		return nil, nil
	}
	mac := hmac.New(sha256.New, v.states)
	for _, e := range all {
		state, err := grid.EncodeState(e)
		if err != nil {
			return nil, err
		}
		mac.Write(appendText(appendText(nil, string(e.Kind())), state))
	}
	return mac.Sum(nil)[:stateDigest], nil
}

// Fingerprint returns what tells a subject's key from all others, under whichever master
// key it is wrapped, and nothing else of it. The error wraps ErrSealed.
func (v *Vault) Fingerprint(key grid.SubjectKey) (string, error) {
	open, err := v.unwrap(key)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append([]byte("quanxi fingerprint\x00"), open...))
	return hex.EncodeToString(sum[:]), nil
}

func (v *Vault) seal(wrapped grid.SubjectKey, key []byte, identity grid.Identity) (grid.Seal, error) {
	plain, err := json.Marshal(identity)
	if err != nil {
		return grid.Seal{}, fmt.Errorf("%s %d: seal: %w", wrapped.Kind, wrapped.ID, err)
	}
	return grid.Seal{
		Identity:    newAEAD(key).Seal(nil, nil, plain, subject(wrapped.Kind, wrapped.ID)),
		Key:         wrapped,
		IDDigest:    v.IDDigest(identity.IDNumber),
		PhoneDigest: v.PhoneDigest(identity.Phone),
	}, nil
}

func (v *Vault) unwrap(key grid.SubjectKey) ([]byte, error) {
	open, err := v.wrap.Open(nil, nil, key.Wrapped, subject(key.Kind, key.ID))
	if err != nil || len(open) != 32 {
		return nil, fmt.Errorf("%s %d: key: %w", key.Kind, key.ID, ErrSealed)
	}
	return open, nil
}

// keyed hashes a number with a key, since the numbers are few enough to be
// guessed one by one otherwise.
func (v *Vault) keyed(field, number string) []byte {
	if number == "" {
		return nil
	}
	mac := hmac.New(sha256.New, v.digest)
	mac.Write([]byte(field + "\x00" + number))
	return mac.Sum(nil)
}

// subject is what is authenticated beside every ciphertext of a data subject.
func subject(kind grid.Kind, id int64) []byte { return fmt.Appendf(nil, "%s/%d", kind, id) }

// newAEAD is as of signin.NewAEAD, whose keys have 32 bytes.
func newAEAD(key []byte) cipher.AEAD { return signin.NewAEAD([32]byte(key)) }

func digitsOnly(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}
