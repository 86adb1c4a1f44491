package server

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"quanxi/access"
	"quanxi/access/signin/openid"
	"quanxi/staff"
)

const (
	// elsewhere is where a browser begins to sign in by a sign-in server, and back is where
	// that sends it.
	elsewhere = entry + "/openid"
	back      = elsewhere + "/back"
	// flowCookie holds what a browser keeps meanwhile: what was begun, sealed, and the page
	// to go to. The way back begins at another site, so it is Lax.
	flowCookie = "quanxi_openid"
	flowTime   = 10 * time.Minute
)

// OpenIDBegin is where a browser begins, and OpenIDBack is where a sign-in server sends browsers back, beneath the address of this
// server.
const (
	OpenIDBegin = elsewhere
	OpenIDBack  = back
)

// elsewhereRoutes sign people in by a sign-in server. They are pages, which a browser walks
// through, and end at the page where people sign in: with an error in words, or signed in.
func (s *Server) elsewhereRoutes() {
	if s.OpenID == nil {
		return
	}
	s.letIn("GET "+elsewhere, "GET "+back)
	s.mux.HandleFunc("GET "+elsewhere, s.leave)
	s.mux.HandleFunc("GET "+back, s.comeBack)
}

// leave sends a browser to the sign-in server.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) {
	to, flow, err := s.OpenID.Begin(r.Context(), s.living(r))
	if err != nil {
		s.backToEntry(w, r, err)
		return
	}
	page := base64.RawURLEncoding.EncodeToString([]byte(brief(r.URL.Query().Get("to"))))
	http.SetCookie(w, s.flowCookie(r, flow+"."+page, int(flowTime.Seconds())))
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// living returns the secret of the session that a browser is in, empty for none: its cookie is
// not sent with what another site begins, and there the session is replaced.
func (s *Server) living(r *http.Request) string {
	secret := cookieIn(r, sessionCookie)
	if _, lasts := s.Desk.Identity(secret); !lasts {
		return ""
	}
	return secret
}

// comeBack takes who comes back from the sign-in server.
func (s *Server) comeBack(w http.ResponseWriter, r *http.Request) {
	flow, page := flowOf(r)
	http.SetCookie(w, s.flowCookie(r, "", -1)) // good for one sign-in
	done, err := s.vouched(r, flow)
	if err != nil {
		s.backToEntry(w, r, err)
		return
	}
	s.awaitSignIn(r.Context(), done)
	// What the browser is known by is not sent with what another site began: a new one would
	// take the place of that, which vouches for other accounts too.
	w.Header().Add("Set-Cookie", cookieOf(r.Context(), sessionCookie, done.Secret, done.Until))
	// The session's cookie is not sent yet with what another site began: the page asks anew.
	s.toEntry(w, r, url.Values{"entered": {"1"}, "to": {page}})
}

// vouched signs in who comes back.
func (s *Server) vouched(r *http.Request, flow string) (access.SignedIn, error) {
	if err := s.admit(); err != nil {
		return access.SignedIn{}, err
	}
	from, err := addressOf(r.Context())
	if err != nil {
		return access.SignedIn{}, err
	}
	who, err := s.OpenID.Finish(r.Context(), flow, r.URL.Query())
	if err != nil {
		return access.SignedIn{}, err
	}
	v := access.Vouched{Issuer: who.Issuer, Subject: who.Subject, Name: nameOf(who), Strong: who.Strong, From: from}
	for _, p := range who.Posts {
		v.Posts = append(v.Posts, staff.Post{Role: p.Role, Area: p.Area, Board: p.Board})
	}
	v.Device, v.Session = cookieIn(r, deviceCookie), who.Kept
	in, err := s.Desk.SignInVouched(r.Context(), v)
	if len(in.Missing) > 0 {
		s.log.WarnContext(r.Context(), "groups stand for posts in areas that are not stored", "request", requestID(r.Context()), "areas", in.Missing)
	}
	return in, err
}

// cookieIn returns the value of a cookie that a browser sends; empty for none.
func cookieIn(r *http.Request, name string) string {
	cookie, err := r.Cookie(name)
	if err != nil {
		return ""
	}
	return cookie.Value
}

// nameOf is what others see of somebody, of whom the sign-in server may say little.
func nameOf(who openid.Identity) string {
	for _, name := range []string{who.Name, who.Login} {
		if name = strings.TrimSpace(name); name != "" {
			return strings.ToValidUTF8(name[:min(len(name), 64)], "")
		}
	}
	return who.Subject[:min(len(who.Subject), 64)]
}

// backToEntry tells on the entry's page why nobody was let in; the log says more.
func (s *Server) backToEntry(w http.ResponseWriter, r *http.Request, err error) {
	why := "failed"
	switch {
	case errors.Is(err, openid.ErrUnreachable):
		why = "serverAway"
	case errors.Is(err, openid.ErrRefused), errors.Is(err, access.ErrSignIn):
		why = "refusedThere"
	case errors.Is(err, access.ErrNoPost):
		why = "noPost"
	case errors.Is(err, ErrBehind):
		why = "unreachable"
	}
	s.log.WarnContext(r.Context(), "sign-in by the sign-in server", "request", requestID(r.Context()), "refused", why, "err", err)
	s.toEntry(w, r, url.Values{"refused": {why}})
}

// toEntry sends a browser to the entry's page.
func (s *Server) toEntry(w http.ResponseWriter, r *http.Request, query url.Values) {
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, entry+"?"+query.Encode(), http.StatusSeeOther)
}

func (s *Server) flowCookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: flowCookie, Value: value, Path: elsewhere, MaxAge: age,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: askerFrom(r.Context()).secure,
	}
}

// flowOf returns what a browser brings back. The page is checked where it is used.
func flowOf(r *http.Request) (flow, page string) {
	cookie, err := r.Cookie(flowCookie)
	if err != nil {
		return "", ""
	}
	flow, text, _ := strings.Cut(cookie.Value, ".")
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return flow, ""
	}
	return flow, string(raw)
}

// proveRoutes let who signed in elsewhere show a second factor of here.
func (s *Server) proveRoutes() {
	register(s, operation{"prove-second", http.MethodPost, "/api/session/code", "Show a code of the second factor after signing in elsewhere", "session"}, s.proveSecond)
	s.letIn("POST /api/session/code")
}

func (s *Server) proveSecond(ctx context.Context, in *codeInput) (*struct{}, error) {
	receipt, err := s.Desk.ProveSecond(ctx, secretFrom(ctx), in.Body.Code)
	if err != nil {
		return nil, err
	}
	s.applied(ctx, receipt) // who goes on at once is let in by then
	return nil, nil
}
