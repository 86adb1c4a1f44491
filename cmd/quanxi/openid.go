package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/access/signin/openid"
	"quanxi/grid"
	"quanxi/outbound"
	"quanxi/server"
	"quanxi/staff"
)

// openIDFlags name the sign-in server of a city that has one.
type openIDFlags struct {
	Issuer     string   `name:"oidc-issuer" help:"OpenID Connect server that signs people in too." env:"QUANXI_OIDC_ISSUER" placeholder:"URL"`
	ClientID   string   `name:"oidc-client-id" help:"What this server is called there." env:"QUANXI_OIDC_CLIENT_ID" placeholder:"ID"`
	Secret     string   `name:"oidc-secret" help:"Its secret there; better in the environment or a file." env:"QUANXI_OIDC_SECRET" placeholder:"TEXT"`
	SecretFile string   `name:"oidc-secret-file" help:"File that holds the secret." env:"QUANXI_OIDC_SECRET_FILE" type:"existingfile" placeholder:"FILE"`
	Posts      string   `name:"oidc-posts" help:"File that says which posts a group stands for: {\"group\": [{\"role\": …, \"area\": …, \"board\": …}]}." env:"QUANXI_OIDC_POSTS" type:"existingfile" placeholder:"FILE"`
	Groups     string   `name:"oidc-groups" help:"Claim that holds the groups." default:"groups" env:"QUANXI_OIDC_GROUPS" placeholder:"CLAIM"`
	Scopes     []string `name:"oidc-scopes" help:"Asked for besides openid and profile." env:"QUANXI_OIDC_SCOPES" placeholder:"SCOPE"`
	Strong     []string `name:"oidc-strong" help:"Values of amr or acr by which it says that it asked for a second factor. Without one of them a post that needs it asks for a code of here." default:"mfa" env:"QUANXI_OIDC_STRONG" placeholder:"VALUE"`
	Title      string   `name:"oidc-name" help:"What it is called on the sign-in page; default: 统一身份认证." env:"QUANXI_OIDC_NAME" placeholder:"NAME"`
	PublicURL  string   `name:"public-url" help:"Address by which browsers reach this server: to it the sign-in server sends them back, and the first set-up link leads there." env:"QUANXI_PUBLIC_URL" placeholder:"URL"`
	Reach      string   `help:"Addresses, address:port and networks that are not public and may be reached all the same, such as that of the sign-in server." env:"QUANXI_REACH" placeholder:"LIST"`
}

// outgoingTime is how long one request to a sign-in server may take.
const outgoingTime = 15 * time.Second

var errOpenID = errors.New("sign-in server")

// client returns the client of the sign-in server; nil for none.
func (f openIDFlags) client(ctx context.Context, s grid.Store, master access.MasterKey) (*openid.Client, error) {
	if f.Issuer == "" {
		return nil, nil
	}
	config, err := f.config()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errOpenID, err)
	}
	if err := checkGroups(ctx, s, config.Groups); err != nil {
		return nil, fmt.Errorf("%w: --oidc-posts: %w", errOpenID, err)
	}
	list, err := outbound.ParseList(f.Reach)
	if err != nil {
		return nil, fmt.Errorf("--reach: %w", err)
	}
	client, err := openid.NewClient(config, outbound.NewDialer(list).Client(outgoingTime), [32]byte(master.Derive("openid")), time.Now)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errOpenID, err)
	}
	return client, nil
}

func (f openIDFlags) config() (openid.Config, error) {
	secret, err := f.secret()
	if err != nil {
		return openid.Config{}, err
	}
	groups, err := f.groups()
	if err != nil {
		return openid.Config{}, err
	}
	if f.PublicURL == "" {
		return openid.Config{}, errors.New("--public-url is needed: to it the sign-in server sends browsers back")
	}
	name := f.Title
	if name == "" {
		name = "统一身份认证"
	}
	return openid.Config{
		Name: name, Issuer: f.Issuer, ClientID: f.ClientID, Secret: secret, Redirect: strings.TrimSuffix(f.PublicURL, "/") + server.OpenIDBack,
		GroupsClaim: f.Groups, Scopes: f.Scopes, Groups: groups, Strong: f.Strong,
	}, nil
}

func (f openIDFlags) secret() (string, error) {
	if f.SecretFile == "" {
		return f.Secret, nil
	}
	text, err := os.ReadFile(f.SecretFile)
	return strings.TrimSpace(string(text)), err
}

// groups reads which posts a group stands for. What is misspelt there is refused: it would
// give nobody a post.
func (f openIDFlags) groups() (map[string][]openid.PostTemplate, error) {
	if f.Posts == "" {
		return nil, errors.New("--oidc-posts is needed: without it nobody who signs in has a post")
	}
	file, err := os.Open(f.Posts)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var groups map[string][]openid.PostTemplate
	in := json.NewDecoder(file)
	in.DisallowUnknownFields()
	if err := in.Decode(&groups); err != nil {
		return nil, fmt.Errorf("--oidc-posts %s: %w", f.Posts, err)
	}
	return groups, nil
}

// checkGroups refuses posts that there cannot be, and groups whose posts one person may not
// have together. Groups that do not go together are found when somebody is in both.
func checkGroups(ctx context.Context, s grid.Store, groups map[string][]openid.PostTemplate) error {
	table, err := access.RoleTable(ctx, s)
	if err != nil {
		return err
	}
	for group, posts := range groups {
		var codes []string
		for _, p := range posts {
			if _, known := table[p.Role]; !known {
				return fmt.Errorf("group %.40q: role %.40q is not in the table of roles", group, p.Role)
			}
			if err := (&staff.Post{Account: 1, Role: p.Role, Area: p.Area, Board: p.Board}).Validate(); err != nil {
				return fmt.Errorf("group %.40q: %w", group, err)
			}
			codes = append(codes, p.Role)
		}
		if err := role.CheckTogether(codes, table); err != nil {
			return fmt.Errorf("group %.40q: %w", group, err)
		}
	}
	return nil
}
