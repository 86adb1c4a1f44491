// Package openid signs people in by an OpenID Connect server of theirs: the
// authorization code flow with PKCE, state and nonce.
//
// It does not know accounts, sessions, stores or HTTP servers, and it dials by the
// client that it is given.
package openid

import "errors"

var (
	// ErrUnreachable reports that the sign-in server does not answer, or not as one.
	// Trying again later may help. What wraps it may hold addresses of the network:
	// it is for the log.
	ErrUnreachable = errors.New("sign-in server cannot be reached")
	// ErrRefused reports a sign-in that did not come about: refused by the server or
	// the person, too old, begun by another browser, or forged.
	ErrRefused = errors.New("sign-in was refused")
)

// An Identity is who signed in, as the server says.
type Identity struct {
	Issuer  string
	Subject string // never changes and is never given to anybody else, within Issuer
	Login   string // as people write it; may change; empty if not told
	Name    string
	Groups  []string
	Posts   []PostTemplate // what the groups stand for
	// Strong reports that the server says to have seen more than a password.
	Strong bool
	Kept   string // what Begin was given
}
