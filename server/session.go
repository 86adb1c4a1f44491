package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

const (
	// sessionCookie holds the secret of a browser's sign-in.
	sessionCookie = "quanxi_session"
	// deviceCookie holds by what a browser is known again; it lets nobody in.
	deviceCookie = "quanxi_device"
	deviceSpan   = 365 * 24 * time.Hour
)

var errNotSignedIn = errors.New("sign in first")

// sessionRoutes sign people and programs in and out.
func (s *Server) sessionRoutes() {
	register(s, operation{"session", http.MethodGet, "/api/session", "Who is signed in", "session"}, s.whoAmI)
	if s.Desk == nil {
		return
	}
	register(s, operation{"sign-in", http.MethodPost, "/api/session", "Sign in", "session"}, s.signIn)
	register(s, operation{"sign-out", http.MethodDelete, "/api/session", "Sign out", "session"}, s.signOut)
	// Who still has to set up a second factor is answered these, and nothing else.
	s.letIn("GET /api/session", "POST /api/session", "DELETE /api/session")
	s.ownRoutes()
	s.setupRoutes()
	s.entryRoutes()
	s.elsewhereRoutes()
	s.proveRoutes()
	s.memberRoutes()
	s.postRoutes()
	s.roleRoutes()
	s.trailRoutes()
}

// letIn has patterns answered to everybody. All others ask who has signed in.
func (s *Server) letIn(patterns ...string) {
	for _, p := range patterns {
		s.open[p] = true
	}
}

// Secret returns what a request shows of a sign-in: a program's token, else a
// browser's cookie; empty for nothing.
func Secret(r *http.Request) string {
	if token, ok := bearer(r); ok {
		return token
	}
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		return cookie.Value
	}
	return ""
}

// bearer returns the token that a request shows. No browser adds one by itself.
func bearer(r *http.Request) (token string, ok bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

// notSignedIn says why nobody's request is refused. A node that does not know yet who
// may sign in is not ready.
func (s *Server) notSignedIn() error {
	if err := s.admit(); err != nil {
		return err
	}
	return errNotSignedIn
}

// A Browser is what one sends along that signs somebody in.
type Browser struct {
	Device  string `cookie:"quanxi_device" doc:"by what a browser is known again"`
	Session string `cookie:"quanxi_session" doc:"the session that it is in, which ends as the new one begins"`
}

type signInInput struct {
	Browser
	Body struct {
		Name     string `json:"name" minLength:"1" maxLength:"64" doc:"what the account signs in as"`
		Password string `json:"password" minLength:"1" maxLength:"256"`
		Code     string `json:"code,omitempty" maxLength:"32" doc:"of the second factor, or a recovery code"`
		Program  bool   `json:"program,omitempty" doc:"asks for a token that lasts, and sets no cookie"`
		Days     int    `json:"days,omitempty" minimum:"1" maximum:"30" doc:"for how long a token is good; absent for 30"`
		TokenScope
	}
}

// A sessionBody says who has signed in.
type sessionBody struct {
	Account string     `json:"account" doc:"its id"`
	Mode    string     `json:"mode" enum:"local,account" doc:"local: there is no account yet, and one viewer of the whole city, on loopback only"`
	Login   string     `json:"login"`
	Name    string     `json:"name"`
	Until   *time.Time `json:"until" doc:"when it ends, whatever is done"`
	Posts   []postBody `json:"posts"`
	Rights  []string   `json:"rights" doc:"what the posts allow, each somewhere, or a token of it"`
	Areas   []string   `json:"areas,omitempty" doc:"where alone a token gives that; absent for wherever the posts are"`
	// NeedsSecond: nothing else is answered until a second factor is shown.
	NeedsSecond bool   `json:"needs_second" doc:"a second factor must be set up first, by /api/session/second; where there is one, its code shown by /api/session/code"`
	HasSecond   bool   `json:"has_second"`
	Token       string `json:"token,omitempty" doc:"shown this once: for Authorization: Bearer, or the hello of the feed"`
}

type postBody struct {
	Role    string `json:"role"`
	Area    string `json:"area"`
	Missing bool   `json:"missing,omitempty" doc:"there is no division of that code any more: the post gives nothing"`
	Board   string `json:"board,omitempty" doc:"of events that it is about; absent for all"`
	Awaits  bool   `json:"awaits,omitempty" doc:"unmasks nobody until a second person confirms it"`
	// Elsewhere also of a city's post on the node of one of its counties.
	Elsewhere bool `json:"elsewhere,omitempty" doc:"this node does not hold all that the post is about"`
}

type sessionOutput struct {
	CacheControl string   `header:"Cache-Control"`
	SetCookies   []string `header:"Set-Cookie"`
	Body         sessionBody
}

func (s *Server) signIn(ctx context.Context, in *signInInput) (*sessionOutput, error) {
	if err := s.admit(); err != nil {
		return nil, err
	}
	from, err := addressOf(ctx)
	if err != nil {
		return nil, err
	}
	if !in.Body.Program && (in.Body.Days > 0 || len(in.Body.Rights)+len(in.Body.Areas) > 0) {
		return nil, &grid.FieldError{Kind: staff.SignIns, Field: "program", Why: "must be true for days, rights or areas: they are of a token"}
	}
	entry := access.Entry{
		Token: in.Body.order(time.Duration(in.Body.Days) * day),
		Login: in.Body.Name, Password: in.Body.Password, Code: in.Body.Code, From: from, Device: in.Device, Session: in.Session, Program: in.Body.Program,
	}
	done, err := s.Desk.SignIn(ctx, entry)
	if err != nil {
		return nil, err
	}
	return s.signedIn(ctx, done, in.Body.Program)
}

// signedIn answers who has just signed in.
func (s *Server) signedIn(ctx context.Context, done access.SignedIn, program bool) (*sessionOutput, error) {
	s.awaitSignIn(ctx, done)
	who, ok := s.Desk.Identity(done.Secret)
	if !ok {
		who = access.Identity{Account: done.Account, SignIn: &staff.SignIn{Ends: done.Until}}
	}
	out := &sessionOutput{CacheControl: private, Body: s.sessionOf(who)}
	out.Body.Token = done.Secret
	if !program {
		out.SetCookies = s.cookies(ctx, done)
	}
	return out, nil
}

// awaitSignIn waits until whoever goes on with the secret at once is known on this node; if
// the node is behind, soon. The sign-in is made in any case, and its secret not lost (RULES A10).
func (s *Server) awaitSignIn(ctx context.Context, done access.SignedIn) {
	wait, cancel := context.WithTimeout(ctx, tokenWait)
	defer cancel()
	_ = s.Tokens.Wait(wait, s.Tokens.Seal(done.Receipt))
}

// cookies are those of a browser that has signed in.
func (s *Server) cookies(ctx context.Context, done access.SignedIn) []string {
	return []string{
		cookieOf(ctx, sessionCookie, done.Secret, done.Until),
		cookieOf(ctx, deviceCookie, done.Device, s.Clock().Add(deviceSpan)),
	}
}

func (s *Server) whoAmI(ctx context.Context, _ *struct{}) (*sessionOutput, error) {
	if s.Desk != nil {
		if who, ok := s.Desk.Identity(secretFrom(ctx)); ok {
			return &sessionOutput{CacheControl: private, Body: s.sessionOf(who)}, nil
		}
	}
	if askerFrom(ctx).viewer == nil {
		return nil, s.notSignedIn()
	}
	local := sessionBody{Account: ViewerFrom(ctx).Account(), Mode: "local", Posts: []postBody{}, Rights: []string{}}
	return &sessionOutput{CacheControl: private, Body: local}, nil
}

type signOutOutput struct {
	Status    int
	SetCookie string `header:"Set-Cookie"`
}

func (s *Server) signOut(ctx context.Context, _ *struct{}) (*signOutOutput, error) {
	receipt, err := s.Desk.SignOut(ctx, secretFrom(ctx), fromOf(ctx))
	if err != nil {
		return nil, err
	}
	s.applied(ctx, receipt) // the secret is good for nothing by then
	return &signOutOutput{Status: http.StatusNoContent, SetCookie: cookieOf(ctx, sessionCookie, "", time.Unix(0, 0))}, nil
}

func (s *Server) sessionOf(who access.Identity) sessionBody {
	posts := make([]postBody, len(who.Posts))
	for i, p := range who.Posts {
		posts[i] = postBody{Role: p.Role, Area: string(p.Area), Missing: slices.Contains(who.Missing, p.Area), Board: p.Board, Awaits: p.Awaits, Elsewhere: !s.Desk.HoldsPost(p)}
	}
	return sessionBody{
		Account: fmt.Sprint(who.Account.ID), Mode: "account", Login: who.Account.Login, Name: who.Account.Name, Until: &who.SignIn.Ends,
		Posts: posts, Rights: who.Rights.Names(), Areas: who.SignIn.Areas, NeedsSecond: who.LacksSecond, HasSecond: who.Account.HasSecond,
	}
}

// cookieOf is a cookie of ours. No script reads it, and no page of another site
// sends it.
func cookieOf(ctx context.Context, name, value string, until time.Time) string {
	c := http.Cookie{
		Name: name, Value: value, Path: "/", Expires: until,
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: askerFrom(ctx).secure,
	}
	return c.String()
}

// addressOf returns the address that a request came from.
func addressOf(ctx context.Context) (netip.Addr, error) {
	at := askerFrom(ctx).address
	if !at.IsValid() {
		return at, errors.New("the connection names no address")
	}
	return at, nil
}

func secretFrom(ctx context.Context) string { return askerFrom(ctx).secret }

func askerFrom(ctx context.Context) asker {
	who, _ := ctx.Value(askerKey).(asker)
	return who
}

// A deskAnswer is what an error of the desk is answered with.
type deskAnswer struct {
	answer
	field string // of the request, that it is about; empty for none
	why   string // of the field; empty for the error's words
}

// needed is why a field is named that must be given.
const needed = "is needed"

// deskAnswers are those to what the desk refuses, as of answers.
var deskAnswers = []deskAnswer{
	{answer: own(signin.ErrBusy, http.StatusServiceUnavailable)},
	{answer: own(errNotSignedIn, http.StatusUnauthorized)},
	{own(access.ErrSecond, http.StatusUnauthorized), "body.code", needed},
	{answer: own(access.ErrSignIn, http.StatusUnauthorized)},
	{own(access.ErrHasSecond, http.StatusConflict), "body.code", needed},
	{answer: own(access.ErrNeedsSecond, http.StatusForbidden)},
	{answer: own(access.ErrNarrow, http.StatusForbidden)},
	{answer{signin.ErrCode, http.StatusUnprocessableEntity, ""}, "body.code", ""},
	{answer{signin.ErrNothingOffered, http.StatusUnprocessableEntity, ""}, "body.code", ""},
	{answer{signin.ErrUnfit, http.StatusUnprocessableEntity, ""}, "body.password", ""},
	{answer: own(access.ErrElsewhere, http.StatusConflict)},
	{answer: own(access.ErrProgram, http.StatusConflict)},
	{answer: answer{role.ErrOffices, http.StatusForbidden, ""}},
	{answer: own(access.ErrSetup, http.StatusGone)},
}

// signInProblem turns what the desk refuses into a reply; nil if it is something else.
func signInProblem(err error) *Problem {
	var wait *access.WaitError
	if errors.As(err, &wait) {
		p := newProblem(http.StatusTooManyRequests, wait.Error())
		p.retry = wait.Seconds()
		return p
	}
	at := slices.IndexFunc(deskAnswers, func(a deskAnswer) bool { return errors.Is(err, a.to) })
	if at < 0 {
		return nil
	}
	a := deskAnswers[at]
	p := a.problem(err)
	if a.field != "" {
		p.Errors = []ProblemField{{Location: a.field, Message: cmp.Or(a.why, err.Error())}}
	}
	return p
}
