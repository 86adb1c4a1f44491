package openid

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Finish returns who signed in, from the cookie of Begin and the query with which
// the server sent the browser back. The error wraps ErrRefused or ErrUnreachable,
// or is the context's; it holds no token. Delete the cookie in any case.
func (c *Client) Finish(ctx context.Context, cookie string, query url.Values) (Identity, error) {
	f, err := c.open(cookie)
	if err != nil {
		return Identity{}, err
	}
	code, err := c.codeOf(f, query)
	if err != nil {
		return Identity{}, err
	}
	server, err := c.discovery.server(ctx)
	if err != nil {
		return Identity{}, err
	}
	ctx = oidc.ClientContext(ctx, c.http)
	token, err := c.oauth(server).Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return Identity{}, exchangeError(ctx, err)
	}
	id, err := c.verify(ctx, server, token, f.Nonce)
	if err != nil {
		return Identity{}, err
	}
	who, err := c.identity(ctx, server, token, id)
	if err != nil {
		return Identity{}, err
	}
	who.Kept = f.Kept
	return who, nil
}

// codeOf returns the code that a query brings for a flow.
func (c *Client) codeOf(f flow, query url.Values) (string, error) {
	code := query.Get("code")
	switch issuer := query.Get("iss"); {
	case subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(f.State)) != 1:
		return "", fmt.Errorf("%w: not what this browser began", ErrRefused)
	case issuer != "" && issuer != c.config.Issuer: // RFC 9207
		return "", fmt.Errorf("%w: answered by another server", ErrRefused)
	case query.Has("error") || code == "": // its text is the server's, or anybody's
		return "", fmt.Errorf("%w: by the sign-in server", ErrRefused)
	}
	return code, nil
}

// exchangeError leaves out the reply's body, which may hold anything.
func exchangeError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var reply *oauth2.RetrieveError
	switch {
	case !errors.As(err, &reply):
		return unreachable("token", err)
	case reply.Response.StatusCode >= http.StatusInternalServerError:
		return fmt.Errorf("%w: token: %s", ErrUnreachable, reply.Response.Status)
	}
	return fmt.Errorf("%w: token: %s %.40q", ErrRefused, reply.Response.Status, reply.ErrorCode)
}

// verify returns the ID token that came with a token, once all of it is right.
func (c *Client) verify(ctx context.Context, server *oidc.Provider, token *oauth2.Token, nonce string) (*oidc.IDToken, error) {
	raw, _ := token.Extra("id_token").(string)
	verifier := server.VerifierContext(ctx, &oidc.Config{ClientID: c.config.ClientID, Now: c.clock})
	id, err := verifier.Verify(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return nil, fmt.Errorf("%w: made for another sign-in", ErrRefused)
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrRefused, err)
		}
	}
	return id, nil
}
