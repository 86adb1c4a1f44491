package openid

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"quanxi/access/signin"
)

// flowTime is how long somebody may take at the sign-in server.
const flowTime = 10 * time.Minute

// A Client signs people in by one server. It is safe for concurrent use.
type Client struct {
	config    Config
	http      *http.Client
	clock     func() time.Time
	box       *signin.Box
	discovery discovery
}

// NewClient returns the client of a server, without asking it anything yet: the
// server may come up later than we do. All requests go through the http client;
// the key, which serves nothing else, seals what browsers keep meanwhile and is
// the same on all nodes. The error says what is wrong with the config.
func NewClient(config Config, client *http.Client, key [32]byte, clock func() time.Time) (*Client, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	return &Client{
		config:    config,
		http:      client,
		clock:     clock,
		box:       signin.NewBox(key, "openid "+config.Issuer+" "+config.ClientID),
		discovery: newDiscovery(config.Issuer, client, clock),
	}, nil
}

// Config returns what the client was made of.
func (c *Client) Config() Config { return c.config }

// A flow is what a browser keeps between Begin and Finish, sealed.
type flow struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Kept     string `json:"k,omitempty"`
}

// Begin returns where to send the browser, and a cookie for it to bring back, in which a
// text is kept for Finish, sealed. The cookie opens for ten minutes; set it HttpOnly and
// SameSite=Lax, since the way back begins at another site. The error wraps ErrUnreachable.
func (c *Client) Begin(ctx context.Context, kept string) (url, cookie string, err error) {
	server, err := c.discovery.server(ctx)
	if err != nil {
		return "", "", err
	}
	f := flow{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Kept: kept}
	value, err := json.Marshal(f)
	if err != nil {
		return "", "", err
	}
	url = c.oauth(server).AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier))
	return url, c.box.Seal(value, c.clock().Add(flowTime)), nil
}

func (c *Client) oauth(server *oidc.Provider) *oauth2.Config {
	return &oauth2.Config{
		ClientID:     c.config.ClientID,
		ClientSecret: c.config.Secret,
		Endpoint:     server.Endpoint(),
		RedirectURL:  c.config.Redirect,
		Scopes:       append([]string{oidc.ScopeOpenID, oidc.ScopeProfile}, c.config.Scopes...),
	}
}

// open returns the flow that a cookie holds. The error wraps ErrRefused.
func (c *Client) open(cookie string) (flow, error) {
	var f flow
	value, err := c.box.Open(cookie, c.clock())
	if err != nil {
		return f, fmt.Errorf("%w: begun too long ago or not by this browser", ErrRefused)
	}
	if err := json.Unmarshal(value, &f); err != nil || f.State == "" || f.Nonce == "" || f.Verifier == "" {
		return flow{}, fmt.Errorf("%w: begun by another version", ErrRefused)
	}
	return f, nil
}
