package signin

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"
)

var (
	// ErrBusy reports that as many passwords are being hashed, and as many wait,
	// as may. Asking again a little later helps.
	ErrBusy = errors.New("too many sign-ins at once")
	// ErrPassword reports a password that is not the account's, or an account
	// that has none or does not exist: nobody is told which.
	ErrPassword = errors.New("password is wrong")
)

// A Hasher hashes passwords with argon2id, a few at a time, so that a rush of
// sign-ins takes neither all memory nor all cores. Who waits is served in the
// order of asking. It is safe for concurrent use.
type Hasher struct {
	params  Params
	nobody  string        // what an unknown account is compared with
	admit   chan struct{} // holds one value for each that hashes or waits
	running chan struct{} // holds one value for each that hashes
	hashed  atomic.Int64  // turns given out
	hash    func(password string, params *argon2id.Params) (string, error)
	match   func(password, hash string) (bool, error)
}

// NewHasher returns a hasher that makes hashes of params, runs at most atOnce of
// them and lets at most waiting more wait. It refuses parameters that are out of
// range and an atOnce below 1.
func NewHasher(params Params, atOnce, waiting int) (*Hasher, error) {
	if err := params.check(); err != nil {
		return nil, err
	}
	if atOnce < 1 || waiting < 0 {
		return nil, fmt.Errorf("%d hashes at once with %d waiting are none", atOnce, waiting)
	}
	return &Hasher{
		params:  params,
		nobody:  params.nobodys(),
		admit:   make(chan struct{}, atOnce+waiting),
		running: make(chan struct{}, atOnce),
		hash:    argon2id.CreateHash,
		match:   argon2id.ComparePasswordAndHash,
	}, nil
}

// Hash returns the hash of a password, which CheckPassword has let pass. The error
// is ErrBusy or the context's.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	if err := h.begin(ctx); err != nil {
		return "", err
	}
	defer h.end()
	return h.hash(canonical(password), h.params.library())
}

// Verify returns nil if a password is that of a stored hash. An account that is
// unknown or has no password has the hash "": that costs as much as a wrong
// password. If the stored hash is weaker than those made now, fresh is one to
// store in its place; until then a wrong password for it is refused faster.
//
// The error is ErrPassword, ErrBusy, the context's, or says that the hash is
// malformed.
func (h *Hasher) Verify(ctx context.Context, password, hash string) (fresh string, err error) {
	if len(password) > maxBytes {
		return "", ErrPassword // nobody could choose it
	}
	if hash == "" {
		hash = h.nobody
	}
	params, err := paramsOf(hash)
	if err != nil {
		return "", err
	}
	if err := h.begin(ctx); err != nil {
		return "", err
	}
	defer h.end()
	password = canonical(password)
	ok, err := h.match(password, hash)
	switch {
	case err != nil:
		return "", errHash
	case !ok:
		return "", ErrPassword
	case params.weaker(h.params):
		return h.hash(password, h.params.library())
	}
	return "", nil
}

// Load returns how many hashes run and how many wait for their turn.
func (h *Hasher) Load() (running, waiting int) {
	running = len(h.running)
	return running, max(len(h.admit)-running, 0)
}

// Hashed returns how many hashes were begun so far.
func (h *Hasher) Hashed() int64 { return h.hashed.Load() }

// begin waits for a turn. Whoever got one gives it back by end.
func (h *Hasher) begin(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case h.admit <- struct{}{}:
	default:
		return ErrBusy
	}
	select {
	case h.running <- struct{}{}:
		h.hashed.Add(1)
		return nil
	case <-ctx.Done():
		<-h.admit
		return ctx.Err()
	}
}

func (h *Hasher) end() {
	<-h.running
	<-h.admit
}

// canonical makes one text of those that look alike: an input method may write
// full-width digits today and plain ones tomorrow.
func canonical(password string) string { return norm.NFKC.String(password) }
