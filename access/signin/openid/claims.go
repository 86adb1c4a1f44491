package openid

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// claims are what a server says of somebody.
type claims map[string]any

// identity reads the ID token, and asks for what it leaves out.
func (c *Client) identity(ctx context.Context, server *oidc.Provider, token *oauth2.Token, id *oidc.IDToken) (Identity, error) {
	said := make(claims)
	if err := id.Claims(&said); err != nil {
		return Identity{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if err := c.checkParty(id, said); err != nil {
		return Identity{}, err
	}
	strong := c.isStrong(said) // what the ID token says, and nothing that comes without a signature
	if !said.complete(c.groupsClaim()) && server.UserInfoEndpoint() != "" {
		if err := said.ask(ctx, server, token, id.Subject); err != nil {
			return Identity{}, err
		}
	}
	groups := said.texts(c.groupsClaim())
	return Identity{
		Issuer:  id.Issuer,
		Subject: id.Subject,
		Login:   said.text("preferred_username"),
		Name:    said.text("name"),
		Groups:  groups,
		Posts:   c.config.Posts(groups),
		Strong:  strong,
	}, nil
}

func (c *Client) isStrong(said claims) bool {
	ways := append(said.texts("amr"), said.texts("acr")...)
	return slices.ContainsFunc(ways, func(way string) bool { return slices.Contains(c.config.Strong, way) })
}

func (c *Client) groupsClaim() string {
	if c.config.GroupsClaim == "" {
		return "groups"
	}
	return c.config.GroupsClaim
}

// checkParty refuses a token without a subject, and one for several audiences that
// was given to another of them.
func (c *Client) checkParty(id *oidc.IDToken, said claims) error {
	party := said.text("azp")
	if id.Subject == "" || len(id.Audience) > 1 && party != c.config.ClientID || party != "" && party != c.config.ClientID {
		return fmt.Errorf("%w: made for another program", ErrRefused)
	}
	return nil
}

// ask adds what the server's user info says, where it was silent so far.
func (said claims) ask(ctx context.Context, server *oidc.Provider, token *oauth2.Token, subject string) error {
	info, err := server.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err != nil {
		return unreachable("user info", err)
	}
	more := make(claims)
	if err := info.Claims(&more); err != nil || info.Subject != subject {
		return fmt.Errorf("%w: user info of somebody else", ErrRefused)
	}
	for claim, value := range more {
		if _, ok := said[claim]; !ok {
			said[claim] = value
		}
	}
	return nil
}

// complete reports whether nothing is left to ask for.
func (said claims) complete(groups string) bool {
	return said.at(groups) != nil && said.text("name") != "" && said.text("preferred_username") != ""
}

// at returns the value under a claim, or along a path of claims with dots between.
func (said claims) at(path string) any {
	if value, ok := said[path]; ok { // names may be URLs, which have dots
		return value
	}
	head, rest, ok := strings.Cut(path, ".")
	inside, isMap := said[head].(map[string]any)
	if !ok || !isMap {
		return nil
	}
	return claims(inside).at(rest)
}

func (said claims) text(claim string) string {
	text, _ := said.at(claim).(string)
	return text
}

// texts returns a claim that is a list of texts, or a single one.
func (said claims) texts(claim string) []string {
	switch value := said.at(claim).(type) {
	case string:
		return []string{value}
	case []any:
		var texts []string
		for _, v := range value {
			if text, ok := v.(string); ok {
				texts = append(texts, text)
			}
		}
		return texts
	}
	return nil
}
