package openid

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"slices"

	"quanxi/grid"
)

// A Config describes one sign-in server.
type Config struct {
	Name     string // shown on the sign-in page
	Issuer   string // URL, as the server writes it
	ClientID string
	Secret   string // empty for a public client
	Redirect string // our URL to which the server sends people back
	// GroupsClaim is where the groups are: "groups" if empty; "realm_access.roles"
	// for one inside another.
	GroupsClaim string
	Scopes      []string // asked for besides openid and profile
	// Strong are the methods (amr) and classes (acr) by which the server says that it has
	// seen more than a password; none of them means that it never says so.
	Strong []string
	// Groups says which posts a group stands for. A group that is not in it stands
	// for none.
	Groups map[string][]PostTemplate
}

// A PostTemplate is a post that somebody holds for being in a group.
type PostTemplate struct {
	Role  string    `json:"role"`
	Area  grid.Code `json:"area"`
	Board string    `json:"board,omitempty"` // empty for all
}

// Posts returns the posts that groups stand for, each once, in the order of the
// groups.
func (c Config) Posts(groups []string) []PostTemplate {
	var posts []PostTemplate
	for _, group := range groups {
		for _, post := range c.Groups[group] {
			if !slices.Contains(posts, post) {
				posts = append(posts, post)
			}
		}
	}
	return posts
}

// String hides the secret from logs and errors.
func (c Config) String() string { return fmt.Sprintf("sign-in server %q", c.Name) }

// GoString hides the secret from %#v.
func (c Config) GoString() string { return c.String() }

// check refuses what would make every sign-in fail, or let others listen to it.
func (c Config) check() error {
	if c.Name == "" || c.ClientID == "" {
		return fmt.Errorf("%v: name and client id are needed", c)
	}
	for field, text := range map[string]string{"issuer": c.Issuer, "redirect": c.Redirect} {
		if err := checkURL(text); err != nil {
			return fmt.Errorf("%v: %s %w", c, field, err)
		}
	}
	return nil
}

func checkURL(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.RawQuery != "":
		return errors.New("must be a URL of scheme, host and path")
	case u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname()):
		return nil
	}
	return errors.New("must be https, or http on loopback")
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}
