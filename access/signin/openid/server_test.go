package openid_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"quanxi/access/signin/openid"
	"quanxi/access/signin/openid/openidtest"
	"quanxi/outbound"
)

const (
	clientID = openidtest.ClientID
	secret   = openidtest.Secret
	callback = "https://map.example/oidc/callback"
	password = openidtest.Password
)

// A realServer is a sign-in server that knows us.
type realServer struct{ *openidtest.Server }

func startServer(t *testing.T) *realServer {
	t.Helper()
	s := openidtest.Start(t, callback)
	s.Put("7", "town", "unheard-of")
	return &realServer{s}
}

func (s *realServer) hook(before func(http.ResponseWriter, *http.Request) bool) { s.Hook(before) }

func (s *realServer) address() string { return s.Address() }

// dial returns the client for what goes out, which may reach what is listed.
func (s *realServer) dial(t *testing.T, listed string) *http.Client {
	t.Helper()
	list, err := outbound.ParseList(listed)
	if err != nil {
		t.Fatal(err)
	}
	client := outbound.NewDialer(list).Client(time.Minute)
	client.Transport.(*http.Transport).TLSClientConfig = s.Trust()
	t.Cleanup(client.CloseIdleConnections)
	return client
}

func (s *realServer) signIn(t *testing.T, at, name, password string) url.Values {
	t.Helper()
	return s.SignIn(t, at, name, password)
}

func (s *realServer) config() openid.Config {
	return openid.Config{
		Name: "city", Issuer: s.URL, ClientID: clientID, Secret: secret, Redirect: callback,
		Groups: map[string][]openid.PostTemplate{"town": {ourTown, ourBoard}},
	}
}

// client returns our client of the server, on a clock.
func (s *realServer) client(t *testing.T, config openid.Config, clock func() time.Time) *openid.Client {
	t.Helper()
	client, err := openid.NewClient(config, s.dial(t, s.address()), [32]byte{1}, clock)
	if err != nil {
		t.Fatal(err)
	}
	return client
}
