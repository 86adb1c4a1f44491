package openid_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quanxi/access/signin/openid"
	"quanxi/outbound"
)

// kept is what begin has kept meanwhile.
const kept = "qs_of-before"

// begin begins a sign-in and does the person's part.
func begin(t *testing.T, s *realServer, c *openid.Client, name string) (cookie string, query url.Values) {
	t.Helper()
	at, cookie, err := c.Begin(t.Context(), kept)
	if err != nil {
		t.Fatal(err)
	}
	return cookie, s.signIn(t, at, name, password)
}

func TestSignIn(t *testing.T) {
	s := startServer(t)
	for _, tt := range []struct {
		name   string
		who    string
		config func(*openid.Config)
		want   openid.Identity
	}{
		{"somebody with groups", "zhang", nil, openid.Identity{
			Issuer: s.URL, Subject: "7", Login: "zhang", Name: "Wei Zhang",
			Groups: []string{"town", "unheard-of"}, Posts: []openid.PostTemplate{ourTown, ourBoard},
		}},
		{"somebody without", "li", nil, openid.Identity{Issuer: s.URL, Subject: "8", Login: "li", Name: "Na Li"}},
		{"groups that are told elsewhere", "zhang", func(c *openid.Config) { c.GroupsClaim = "realm_access.roles" }, openid.Identity{
			Issuer: s.URL, Subject: "7", Login: "zhang", Name: "Wei Zhang",
		}},
		{"a way of signing in that counts as strong", "li", func(c *openid.Config) { c.Strong = []string{"mfa", "pwd"} }, openid.Identity{
			Issuer: s.URL, Subject: "8", Login: "li", Name: "Na Li", Strong: true,
		}},
		{"a way that does not", "li", func(c *openid.Config) { c.Strong = []string{"mfa"} }, openid.Identity{
			Issuer: s.URL, Subject: "8", Login: "li", Name: "Na Li",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config := s.config()
			if tt.config != nil {
				tt.config(&config)
			}
			c := s.client(t, config, time.Now)
			cookie, query := begin(t, s, c, tt.who)
			got, err := c.Finish(t.Context(), cookie, query)
			if err != nil {
				t.Fatal(err)
			}
			if tt.want.Kept = kept; strings.Contains(cookie, kept) {
				t.Error("the cookie shows what is kept")
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhereTheBrowserIsSent(t *testing.T) {
	s := startServer(t)
	at, cookie, err := s.client(t, s.config(), time.Now).Begin(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	to, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	q := to.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("response_type") != "code" || q.Get("redirect_uri") != callback || q.Get("scope") != "openid profile" {
		t.Errorf("sent with %v", q)
	}
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		if len(q.Get(name)) < 20 || strings.Contains(cookie, q.Get(name)) {
			t.Errorf("%s is %q", name, q.Get(name))
		}
	}
	if strings.Contains(at, secret) {
		t.Error("the browser is told the secret")
	}
}

func TestSignInsThatAreRefused(t *testing.T) {
	s := startServer(t)
	var now atomic.Pointer[time.Time]
	clock := func() time.Time {
		if at := now.Load(); at != nil {
			return *at
		}
		return time.Now()
	}
	c := s.client(t, s.config(), clock)
	for _, tt := range []struct {
		name   string
		change func(t *testing.T, cookie *string, query url.Values)
	}{
		{"without the cookie", func(_ *testing.T, cookie *string, _ url.Values) { *cookie = "" }},
		{"with the cookie of another browser", func(t *testing.T, cookie *string, _ url.Values) { *cookie, _ = begin(t, s, c, "li") }},
		{"with somebody else's code", func(t *testing.T, _ *string, query url.Values) {
			_, other := begin(t, s, c, "li")
			query.Set("code", other.Get("code"))
		}},
		{"with the cookie of another sign-in server", func(t *testing.T, cookie *string, _ url.Values) {
			other := startServer(t)
			_, *cookie, _ = other.client(t, other.config(), time.Now).Begin(t.Context(), "")
		}},
		{"without a state", func(_ *testing.T, _ *string, query url.Values) { query.Del("state") }},
		{"without a code", func(_ *testing.T, _ *string, query url.Values) { query.Del("code") }},
		{"with a code that nobody gave out", func(_ *testing.T, _ *string, query url.Values) { query.Set("code", "x") }},
		{"declined", func(_ *testing.T, _ *string, query url.Values) { query.Set("error", "access_denied") }},
		{"answered by another server", func(_ *testing.T, _ *string, query url.Values) { query.Set("iss", "https://evil.example") }},
		{"too late", func(_ *testing.T, _ *string, _ url.Values) {
			later := time.Now().Add(10 * time.Minute)
			now.Store(&later)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			defer now.Store(nil)
			cookie, query := begin(t, s, c, "zhang")
			tt.change(t, &cookie, query)
			refused(t, c, cookie, query)
		})
	}
}

// refused finishes a sign-in that must not come about.
func refused(t *testing.T, c *openid.Client, cookie string, query url.Values) {
	t.Helper()
	got, err := c.Finish(t.Context(), cookie, query)
	if !errors.Is(err, openid.ErrRefused) || cmp.Diff(got, openid.Identity{}) != "" {
		t.Fatalf("Finish = %v, %v", got, err)
	}
	for _, hidden := range []string{secret, query.Get("code"), query.Get("state"), cookie} {
		if len(hidden) > 1 && strings.Contains(err.Error(), hidden) {
			t.Errorf("the error tells: %v", err)
		}
	}
}

func TestACodeWorksOnce(t *testing.T) {
	s := startServer(t)
	c := s.client(t, s.config(), time.Now)
	cookie, query := begin(t, s, c, "zhang")
	if _, err := c.Finish(t.Context(), cookie, query); err != nil {
		t.Fatal(err)
	}
	refused(t, c, cookie, query)
}

func TestAWrongSecretIsRefused(t *testing.T) {
	s := startServer(t)
	config := s.config()
	config.Secret = "wrong"
	c := s.client(t, config, time.Now)
	cookie, query := begin(t, s, c, "zhang")
	refused(t, c, cookie, query)
}

func TestATokenForAnotherSignInIsRefused(t *testing.T) {
	s := startServer(t)
	s.hook(func(_ http.ResponseWriter, r *http.Request) bool {
		if q := r.URL.Query(); q.Has("nonce") {
			q.Set("nonce", "replayed")
			r.URL.RawQuery = q.Encode()
		}
		return false
	})
	c := s.client(t, s.config(), time.Now)
	cookie, query := begin(t, s, c, "zhang")
	refused(t, c, cookie, query)
}

func TestATokenSignedByAnotherKeyIsRefused(t *testing.T) {
	s, other := startServer(t), startServer(t)
	s.hook(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/keys" {
			return false
		}
		other.Config.Handler.ServeHTTP(w, r)
		return true
	})
	c := s.client(t, s.config(), time.Now)
	cookie, query := begin(t, s, c, "zhang")
	refused(t, c, cookie, query)
}

func TestUserInfoOfSomebodyElseIsRefused(t *testing.T) {
	s := startServer(t)
	s.hook(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/userinfo" {
			return false
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"sub":"8","name":"Na Li","groups":["town"]}`))
		return true
	})
	c := s.client(t, s.config(), time.Now)
	cookie, query := begin(t, s, c, "zhang")
	refused(t, c, cookie, query)
}

func TestAServerThatComesUpLater(t *testing.T) {
	s := startServer(t)
	var asked atomic.Int64
	s.hook(func(w http.ResponseWriter, r *http.Request) bool {
		asked.Add(1)
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	now := time.Now()
	c := s.client(t, s.config(), func() time.Time { return now })
	for range 3 { // asked once, told thrice
		if _, _, err := c.Begin(t.Context(), ""); !errors.Is(err, openid.ErrUnreachable) {
			t.Fatalf("Begin = %v", err)
		}
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times within a moment", asked.Load())
	}
	s.hook(func(http.ResponseWriter, *http.Request) bool { return false })
	now = now.Add(5 * time.Second)
	cookie, query := begin(t, s, c, "zhang")
	if _, err := c.Finish(t.Context(), cookie, query); err != nil {
		t.Errorf("once it is up: %v", err)
	}
}

func TestWhoGoesAwayDoesNotSpoilItForOthers(t *testing.T) {
	s := startServer(t)
	gone, cancel := context.WithCancel(t.Context())
	s.hook(func(_ http.ResponseWriter, r *http.Request) bool {
		cancel()
		<-r.Context().Done()
		return true
	})
	c := s.client(t, s.config(), time.Now)
	if _, _, err := c.Begin(gone, ""); !errors.Is(err, context.Canceled) {
		t.Fatalf("who has gone: %v", err)
	}
	s.hook(func(http.ResponseWriter, *http.Request) bool { return false })
	if _, _, err := c.Begin(t.Context(), ""); err != nil {
		t.Errorf("the next: %v", err)
	}
}

func TestAServerThatFailsInBetweenIsUnreachable(t *testing.T) {
	s := startServer(t)
	for _, path := range []string{"/oauth/token", "/userinfo"} {
		s.hook(func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == path {
				http.Error(w, "at db.internal:5432", http.StatusInternalServerError)
			}
			return r.URL.Path == path
		})
		c := s.client(t, s.config(), time.Now)
		cookie, query := begin(t, s, c, "zhang")
		_, err := c.Finish(t.Context(), cookie, query)
		if !errors.Is(err, openid.ErrUnreachable) || strings.Contains(err.Error(), "db.internal") {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestAServerThatIsNotListedIsNotReached(t *testing.T) {
	s := startServer(t)
	c, err := openid.NewClient(s.config(), s.dial(t, ""), [32]byte{1}, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Begin(t.Context(), ""); !errors.Is(err, openid.ErrUnreachable) || !errors.Is(err, outbound.ErrDenied) {
		t.Errorf("Begin = %v", err)
	}
}

func TestAServerThatNamesAnotherIssuerIsNotTrusted(t *testing.T) {
	s := startServer(t)
	config := s.config()
	config.Issuer = s.URL + "/"
	if _, _, err := s.client(t, config, time.Now).Begin(t.Context(), ""); !errors.Is(err, openid.ErrUnreachable) {
		t.Errorf("Begin = %v", err)
	}
}
