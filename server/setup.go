package server

import (
	"context"
	"net/http"

	"quanxi/access"
)

// setupRoutes let somebody who was sent a link choose a password, once.
func (s *Server) setupRoutes() {
	register(s, operation{"see-setup", http.MethodPost, "/api/setup/see", "Whose set-up link it is", "session"}, s.seeSetup)
	register(s, operation{"set-up", http.MethodPost, "/api/setup", "Choose a password by a set-up link, and sign in; a second factor that is in force is asked for next", "session"}, s.setUp)
	s.letIn("POST /api/setup/see", "POST /api/setup")
}

type seeSetupInput struct {
	Body struct {
		Secret string `json:"secret" minLength:"1" maxLength:"100" doc:"what stands in the link behind #setup="`
	}
}

type seeSetupOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Login string `json:"login"`
	}
}

func (s *Server) seeSetup(_ context.Context, in *seeSetupInput) (*seeSetupOutput, error) {
	if err := s.admit(); err != nil {
		return nil, err
	}
	login, err := s.Desk.Invited(in.Body.Secret)
	if err != nil {
		return nil, err
	}
	out := &seeSetupOutput{CacheControl: private}
	out.Body.Login = login
	return out, nil
}

type setUpInput struct {
	Browser
	Body struct {
		Secret   string `json:"secret" minLength:"1" maxLength:"100"`
		Password string `json:"password" minLength:"1" maxLength:"256"`
	}
}

func (s *Server) setUp(ctx context.Context, in *setUpInput) (*sessionOutput, error) {
	if err := s.admit(); err != nil {
		return nil, err
	}
	from, err := addressOf(ctx)
	if err != nil {
		return nil, err
	}
	done, err := s.Desk.SetUp(ctx, in.Body.Secret, in.Body.Password, access.Entry{From: from, Device: in.Device, Session: in.Session})
	if err != nil {
		return nil, err
	}
	return s.signedIn(ctx, done, false)
}
