package openid_test

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"

	"quanxi/access/signin/openid"
	"quanxi/outbound"
)

const (
	clientID = "quanxi"
	secret   = "hunter2"
	callback = "https://map.example/oidc/callback"
	password = "木棉 harbour"
)

// users are who the sign-in server knows.
type users map[string]*storage.User

func (u users) GetUserByID(id string) *storage.User { return u[id] }
func (u users) ExampleClientID() string             { return "service" }
func (u users) GetUserByUsername(name string) *storage.User {
	for _, user := range u {
		if user.Username == name {
			return user
		}
	}
	return nil
}

// groups are what the sign-in server says besides, by user.
type groups map[string]any

// A groupStorage adds the groups to the user info, as directories do.
type groupStorage struct {
	*storage.Storage
	groups groups
}

func (s groupStorage) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, token, subject, origin string) error {
	err := s.Storage.SetUserinfoFromToken(ctx, info, token, subject, origin)
	if in, ok := s.groups[subject]; ok {
		info.AppendClaims("groups", in)
	}
	return err
}

// A realServer is zitadel's OpenID server, over TLS on loopback, with a hook that
// sees each request first and may answer it.
type realServer struct {
	*httptest.Server
	before atomic.Pointer[func(http.ResponseWriter, *http.Request) (answered bool)]
}

func startServer(t *testing.T) *realServer {
	t.Helper()
	s := new(realServer)
	s.Server = httptest.NewUnstartedServer(nil)
	issuer := "https://" + s.Listener.Addr().String()
	store := storage.NewStorageWithClients(users{
		"7": {ID: "7", Username: "zhang", FirstName: "Wei", LastName: "Zhang", Password: password},
		"8": {ID: "8", Username: "li", FirstName: "Na", LastName: "Li", Password: password},
	}, map[string]*storage.Client{clientID: storage.WebClient(clientID, secret, callback)})
	handler := exampleop.SetupServer(issuer, groupStorage{store, groups{"7": []string{"town", "unheard-of"}}}, nil, false)
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if before := s.before.Load(); before != nil && (*before)(w, r) {
			return
		}
		handler.ServeHTTP(w, r)
	})
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

// hook sets what sees each request first.
func (s *realServer) hook(before func(http.ResponseWriter, *http.Request) bool) {
	s.before.Store(&before)
}

func (s *realServer) address() string { return s.Listener.Addr().String() }

// dial returns the client for what goes out, which may reach what is listed.
func (s *realServer) dial(t *testing.T, listed string) *http.Client {
	t.Helper()
	list, err := outbound.ParseList(listed)
	if err != nil {
		t.Fatal(err)
	}
	client := outbound.NewDialer(list).Client(time.Minute)
	client.Transport.(*http.Transport).TLSClientConfig = s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
	t.Cleanup(client.CloseIdleConnections)
	return client
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

// signIn does what a person does in a browser, from where Begin sends it, and
// returns the query with which the browser comes back.
func (s *realServer) signIn(t *testing.T, at, name, password string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var back *url.URL
	browser := &http.Client{Transport: s.Client().Transport, Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), callback) {
			back = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}}
	page := visit(t, func() (*http.Response, error) { return browser.Get(at) })
	if back == nil {
		form := url.Values{"username": {name}, "password": {password}, "id": {page.Query().Get("authRequestID")}}
		visit(t, func() (*http.Response, error) { return browser.PostForm(s.URL+"/login/username", form) })
	}
	if back == nil {
		t.Fatal("the sign-in server does not let go")
	}
	return back.Query()
}

// visit returns where a visit ended.
func visit(t *testing.T, get func() (*http.Response, error)) *url.URL {
	t.Helper()
	reply, err := get()
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	if _, err := io.Copy(io.Discard, reply.Body); err != nil {
		t.Fatal(err)
	}
	return reply.Request.URL
}
