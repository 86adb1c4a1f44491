package server

import (
	"context"
	"net/http"
	"time"
)

// ownRoutes let whoever has signed in see to how they do.
func (s *Server) ownRoutes() {
	register(s, operation{"offer-second", http.MethodPost, "/api/session/second", "Begin to set up a second factor, or another one in its place", "session"}, s.offerSecond)
	register(s, operation{"confirm-second", http.MethodPut, "/api/session/second", "Put the second factor in force by a code of it", "session"}, s.confirmSecond)
	register(s, operation{"drop-second", http.MethodDelete, "/api/session/second", "Take the second factor away", "session"}, s.dropSecond)
	register(s, operation{"change-password", http.MethodPut, "/api/session/password", "Change the own password", "session"}, s.changePassword)
	register(s, operation{"list-sessions", http.MethodGet, "/api/sessions", "List the own sign-ins", "session"}, s.sessions)
	register(s, operation{"end-session", http.MethodDelete, "/api/sessions/{id}", "End one of the own sign-ins", "session"}, s.endSession)
	s.letIn("POST /api/session/second", "PUT /api/session/second")
}

type offerOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Secret string `json:"secret" doc:"to type into an authenticator"`
		URI    string `json:"uri" doc:"the same, to show as a QR code"`
	}
}

type offerInput struct {
	Body *struct {
		Code string `json:"code,omitempty" maxLength:"32" doc:"of the second factor in force, in whose place the new one comes"`
	}
}

func (s *Server) offerSecond(ctx context.Context, in *offerInput) (*offerOutput, error) {
	code := ""
	if in.Body != nil {
		code = in.Body.Code
	}
	offer, err := s.Desk.OfferSecond(ctx, secretFrom(ctx), code)
	if err != nil {
		return nil, err
	}
	out := &offerOutput{CacheControl: private}
	out.Body.Secret, out.Body.URI = offer.Secret, offer.URI
	return out, nil
}

type codeInput struct {
	Body struct {
		Code string `json:"code" minLength:"1" maxLength:"32" doc:"that the authenticator shows"`
	}
}

type recoveryOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Recovery []string `json:"recovery" doc:"shown this once: each lets in once without the authenticator"`
	}
}

func (s *Server) confirmSecond(ctx context.Context, in *codeInput) (*recoveryOutput, error) {
	codes, receipt, err := s.Desk.ConfirmSecond(ctx, secretFrom(ctx), in.Body.Code)
	if err != nil {
		return nil, err
	}
	s.applied(ctx, receipt) // who goes on at once is let in by then
	out := &recoveryOutput{CacheControl: private}
	out.Body.Recovery = codes
	return out, nil
}

func (s *Server) dropSecond(ctx context.Context, in *codeInput) (*struct{}, error) {
	return nil, s.Desk.DropSecond(ctx, secretFrom(ctx), in.Body.Code)
}

type passwordInput struct {
	Body struct {
		Old string `json:"old" minLength:"1" maxLength:"256"`
		New string `json:"password" minLength:"1" maxLength:"256"`
	}
}

func (s *Server) changePassword(ctx context.Context, in *passwordInput) (*struct{}, error) {
	receipt, err := s.Desk.ChangePassword(ctx, secretFrom(ctx), in.Body.Old, in.Body.New)
	if err == nil {
		s.applied(ctx, receipt) // whoever knew the old one is out by then
	}
	return nil, err
}

type signInBody struct {
	ID      int64     `json:"id"`
	From    string    `json:"from" doc:"network address"`
	Program bool      `json:"program"`
	Current bool      `json:"current" doc:"the one that asks"`
	Began   time.Time `json:"began"`
	Used    time.Time `json:"used" doc:"last, to some minutes"`
	Until   time.Time `json:"until"`
	TokenScope
}

type sessionsOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Items []signInBody `json:"items"`
	}
}

func (s *Server) sessions(ctx context.Context, _ *struct{}) (*sessionsOutput, error) {
	secret := secretFrom(ctx)
	who, _ := s.Desk.Identity(secret)
	out := &sessionsOutput{CacheControl: private}
	out.Body.Items = []signInBody{}
	for _, in := range s.Desk.Sessions(secret) {
		out.Body.Items = append(out.Body.Items, signInBody{
			ID: in.ID, From: in.From, Program: in.Token, Current: in.ID == who.SignIn.ID, Began: in.Began, Used: in.Used, Until: in.Ends, TokenScope: tokenScopeOf(in),
		})
	}
	return out, nil
}

type endSessionInput struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Server) endSession(ctx context.Context, in *endSessionInput) (*struct{}, error) {
	receipt, err := s.Desk.EndSession(ctx, secretFrom(ctx), in.ID, fromOf(ctx))
	if err != nil {
		return nil, err
	}
	s.applied(ctx, receipt)
	return nil, nil
}
