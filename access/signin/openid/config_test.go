package openid_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quanxi/access/signin/openid"
)

var (
	ourTown   = openid.PostTemplate{Role: "grid-lead", Area: "500106003"}
	ourBoard  = openid.PostTemplate{Role: "town-secretary", Area: "500106003", Board: "S"}
	wholeCity = openid.PostTemplate{Role: "city-officer", Area: "5001"}
)

func TestGroupsStandForPosts(t *testing.T) {
	config := openid.Config{Groups: map[string][]openid.PostTemplate{
		"town":     {ourTown, ourBoard},
		"leads":    {ourTown},
		"city":     {wholeCity},
		"nobodies": nil,
	}}
	for _, tt := range []struct {
		name   string
		groups []string
		want   []openid.PostTemplate
	}{
		{"no group", nil, nil},
		{"a group that stands for none", []string{"nobodies"}, nil},
		{"a group that is not in the table", []string{"admins", "TOWN", ""}, nil},
		{"a group of two posts", []string{"town"}, []openid.PostTemplate{ourTown, ourBoard}},
		{"two groups of the same post", []string{"leads", "town"}, []openid.PostTemplate{ourTown, ourBoard}},
		{"a group told twice", []string{"city", "city"}, []openid.PostTemplate{wholeCity}},
		{"in the order of the groups", []string{"city", "leads"}, []openid.PostTemplate{wholeCity, ourTown}},
	} {
		if diff := cmp.Diff(tt.want, config.Posts(tt.groups)); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

func TestConfigsThatAreRefused(t *testing.T) {
	fine := openid.Config{Name: "city", Issuer: "https://id.example/realms/city", ClientID: "quanxi", Secret: "hunter2", Redirect: "https://map.example/oidc/callback"}
	for _, tt := range []struct {
		name   string
		change func(*openid.Config)
		ok     bool
	}{
		{"as it should be", func(*openid.Config) {}, true},
		{"a public client", func(c *openid.Config) { c.Secret = "" }, true},
		{"loopback without TLS", func(c *openid.Config) { c.Issuer = "http://127.0.0.1:8443" }, true},
		{"localhost without TLS", func(c *openid.Config) { c.Redirect = "http://localhost:8080/oidc/callback" }, true},
		{"no name", func(c *openid.Config) { c.Name = "" }, false},
		{"no client", func(c *openid.Config) { c.ClientID = "" }, false},
		{"no issuer", func(c *openid.Config) { c.Issuer = "" }, false},
		{"an issuer without TLS", func(c *openid.Config) { c.Issuer = "http://id.example" }, false},
		{"an issuer with a password", func(c *openid.Config) { c.Issuer = "https://a:b@id.example" }, false},
		{"a way back without TLS", func(c *openid.Config) { c.Redirect = "http://map.example/oidc/callback" }, false},
		{"a way back that is a path", func(c *openid.Config) { c.Redirect = "/oidc/callback" }, false},
		{"a way back with a fragment", func(c *openid.Config) { c.Redirect = "https://map.example/#x" }, false},
		{"another scheme", func(c *openid.Config) { c.Redirect = "javascript://map.example/" }, false},
	} {
		config := fine
		tt.change(&config)
		_, err := openid.NewClient(config, http.DefaultClient, [32]byte{1}, time.Now)
		if (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the secret is told: %v", tt.name, err)
		}
	}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if text := fmt.Sprintf(format, fine); strings.Contains(text, "hunter2") {
			t.Errorf("%s prints %s", format, text)
		}
	}
}
