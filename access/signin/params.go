package signin

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/alexedwards/argon2id"
)

// errHash reports a stored hash that is none of ours.
var errHash = errors.New("stored password hash is malformed")

// Params say how dear one argon2id hash is. They are stored in the hash.
type Params struct {
	Memory uint32 // KiB
	Passes uint32
	Lanes  uint8 // cores that one hash may use
}

// DefaultParams returns OWASP's first choice: 46 MiB, one pass. One lane, since
// a Hasher bounds how many cores passwords may take, and a hash that takes two
// would take them from the feed.
func DefaultParams() Params { return Params{Memory: 46 << 10, Passes: 1, Lanes: 1} }

const (
	saltLength = 16
	keyLength  = 32
)

// check refuses what argon2 would panic on or what would eat the machine.
func (p Params) check() error {
	if p.Memory < 8*uint32(p.Lanes) || p.Memory > 1<<20 || p.Passes < 1 || p.Passes > 32 || p.Lanes < 1 {
		return errors.New("argon2id parameters are out of range")
	}
	return nil
}

// weaker reports whether a hash of these parameters should be made anew.
func (p Params) weaker(than Params) bool {
	return p.Memory < than.Memory || p.Passes < than.Passes
}

func (p Params) library() *argon2id.Params {
	return &argon2id.Params{Memory: p.Memory, Iterations: p.Passes, Parallelism: p.Lanes, SaltLength: saltLength, KeyLength: keyLength}
}

// nobodys returns a hash that no password has and that costs as much as any: its
// key is random, not the outcome of a hash.
func (p Params) nobodys() string {
	random := make([]byte, saltLength+keyLength)
	rand.Read(random) // never fails: it ends the process instead
	text := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", p.Memory, p.Passes, p.Lanes, text(random[:saltLength]), text(random[saltLength:]))
}

// paramsOf reads the parameters of a stored hash. The error is errHash.
func paramsOf(hash string) (Params, error) {
	stored, salt, key, err := argon2id.DecodeHash(hash)
	if err != nil || len(salt) < 8 || len(salt) > 64 || len(key) < 16 || len(key) > 64 {
		return Params{}, errHash // the library's error could repeat the hash
	}
	p := Params{Memory: stored.Memory, Passes: stored.Iterations, Lanes: stored.Parallelism}
	if p.check() != nil {
		return Params{}, errHash
	}
	return p, nil
}
