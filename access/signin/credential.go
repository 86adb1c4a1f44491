package signin

import (
	"errors"
	"slices"
	"time"
)

var (
	// ErrCode reports a second factor that is wrong or was used before.
	ErrCode = errors.New("code is wrong or was used before")
	// ErrNothingOffered reports a confirmation of a second factor that was not offered.
	ErrNothingOffered = errors.New("no second factor was offered")
)

// A Credential is what an account signs in by. The zero Credential lets nobody in.
//
// Second, Offer, Confirm and Drop change it. Whoever calls them stores it before
// acting on the answer, on condition that what is stored is still what was read:
// else two nodes take the same code at the same time. It is not safe for
// concurrent use.
type Credential struct {
	PasswordHash string    // argon2id with its parameters; empty for none
	PasswordAt   time.Time // when it was chosen
	TOTPSecret   []byte    // nil while there is no second factor
	TOTPLast     int64     // last step whose code was used
	TOTPOffered  []byte    // shown, not yet confirmed by a code
	Recovery     [][]byte  // digests of the recovery codes that are left
}

// HasSecond reports whether a second factor is set up.
func (c *Credential) HasSecond() bool { return len(c.TOTPSecret) > 0 }

// Second takes a code of the authenticator or a recovery code, and uses it up.
// The error is ErrCode; it is so too while no second factor is set up.
func (c *Credential) Second(code string, at time.Time) error {
	if !c.HasSecond() {
		return ErrCode
	}
	code = bare(code)
	if step, ok := stepOf(c.TOTPSecret, code, at, c.TOTPLast); ok {
		c.TOTPLast = step
		return nil
	}
	left, ok := without(c.Recovery, code)
	if !ok {
		return ErrCode
	}
	c.Recovery = left
	return nil
}

// Offer makes a new TOTP secret and returns it. The second factor in force stays
// so until Confirm.
func (c *Credential) Offer() []byte {
	c.TOTPOffered = newTOTPSecret()
	return slices.Clone(c.TOTPOffered)
}

// Confirm puts the offered secret in force once a code shows that it has arrived,
// and returns new recovery codes, to be shown once. Old ones are void. The error
// is ErrNothingOffered or ErrCode; nothing changes then.
func (c *Credential) Confirm(code string, at time.Time) (recovery []string, err error) {
	if len(c.TOTPOffered) == 0 {
		return nil, ErrNothingOffered
	}
	step, ok := stepOf(c.TOTPOffered, bare(code), at, 0)
	if !ok {
		return nil, ErrCode
	}
	c.TOTPSecret, c.TOTPLast, c.TOTPOffered = c.TOTPOffered, step, nil
	recovery, c.Recovery = newRecovery()
	return recovery, nil
}

// Drop takes the second factor away, with what was offered and all recovery codes.
func (c *Credential) Drop() { c.TOTPSecret, c.TOTPLast, c.TOTPOffered, c.Recovery = nil, 0, nil, nil }

// String hides the credential from logs and errors.
func (Credential) String() string { return "credential" }

// GoString hides the credential from %#v.
func (Credential) GoString() string { return "signin.Credential{…}" }
