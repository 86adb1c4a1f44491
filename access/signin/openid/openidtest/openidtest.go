// Package openidtest starts a real OpenID Connect server for tests, and walks a browser
// through it.
package openidtest

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
)

// What the server knows: one client, and people who all have one password.
const (
	ClientID = "quanxi"
	Secret   = "hunter2"
	Password = "木棉 harbour"
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

// A groupStorage adds the groups to the user info, as directories do.
type groupStorage struct {
	*storage.Storage
	groups *sync.Map // lists by subject
}

func (s groupStorage) SetUserinfoFromToken(ctx context.Context, info *oidc.UserInfo, token, subject, origin string) error {
	err := s.Storage.SetUserinfoFromToken(ctx, info, token, subject, origin)
	if in, ok := s.groups.Load(subject); ok {
		info.AppendClaims("groups", in)
	}
	return err
}

// A Server is zitadel's OpenID server, over TLS on loopback, with a hook that sees each
// request first and may answer it. It says of everybody to have seen a password (amr: pwd).
type Server struct {
	*httptest.Server
	Callback string
	before   atomic.Pointer[func(http.ResponseWriter, *http.Request) (answered bool)]
	groups   sync.Map
}

// Start starts a server that sends people back to a callback: "zhang" (subject 7) and "li"
// (subject 8), in no groups. It ends with the test.
func Start(t *testing.T, callback string) *Server {
	t.Helper()
	s := &Server{Callback: callback}
	s.Server = httptest.NewUnstartedServer(nil)
	issuer := "https://" + s.Address()
	store := storage.NewStorageWithClients(users{
		"7": {ID: "7", Username: "zhang", FirstName: "Wei", LastName: "Zhang", Password: Password},
		"8": {ID: "8", Username: "li", FirstName: "Na", LastName: "Li", Password: Password},
	}, map[string]*storage.Client{ClientID: storage.WebClient(ClientID, Secret, callback)})
	handler := exampleop.SetupServer(issuer, groupStorage{store, &s.groups}, nil, false)
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

// Hook sets what sees each request first.
func (s *Server) Hook(before func(http.ResponseWriter, *http.Request) bool) { s.before.Store(&before) }

// Put puts a subject into groups, and into no others.
func (s *Server) Put(subject string, groups ...string) { s.groups.Store(subject, groups) }

// Address is where the server listens.
func (s *Server) Address() string { return s.Listener.Addr().String() }

// Trust is what a client needs to trust the server.
func (s *Server) Trust() *tls.Config {
	return s.Client().Transport.(*http.Transport).TLSClientConfig.Clone()
}

// SignIn does what a person does in a browser, from where the flow sends it, and returns
// the query with which the browser comes back.
func (s *Server) SignIn(t *testing.T, at, name, password string) url.Values {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	var back *url.URL
	browser := &http.Client{Transport: s.Client().Transport, Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if strings.HasPrefix(r.URL.String(), s.Callback) {
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
