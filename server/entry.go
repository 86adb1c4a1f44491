package server

import (
	"context"
	"net/http"
)

// An Entry says how one may sign in here, besides by name and password.
type Entry struct {
	// Demo are the accounts of an invented city, which everybody may be; nil elsewhere.
	Demo []DemoAccount
	// Password is theirs, where the page may tell it.
	Password string
}

// A DemoAccount is somebody of an invented city.
type DemoAccount struct {
	Login string `json:"login"`
	Name  string `json:"name"`
	Group string `json:"group" enum:"centre,field,rule"`
	Page  string `json:"page" doc:"where its work is"`
}

// entryRoutes tell the sign-in page what to offer.
func (s *Server) entryRoutes() {
	register(s, operation{"entry", http.MethodGet, "/api/entry", "How one may sign in", "session"}, s.showEntry)
	s.letIn("GET /api/entry")
}

type openIDEntry struct {
	Name string `json:"name" doc:"as people know it"`
	URL  string `json:"url" doc:"where a browser begins"`
}

type entryOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Demo     []DemoAccount `json:"demo" doc:"accounts of an invented city, which everybody may be"`
		Password string        `json:"password,omitempty" doc:"theirs"`
		OpenID   *openIDEntry  `json:"openid,omitempty" doc:"the sign-in server that lets in too"`
	}
}

func (s *Server) showEntry(context.Context, *struct{}) (*entryOutput, error) {
	out := &entryOutput{CacheControl: private}
	out.Body.Demo = append([]DemoAccount{}, s.Entry.Demo...)
	out.Body.Password = s.Entry.Password
	if s.OpenID != nil {
		out.Body.OpenID = &openIDEntry{s.OpenID.Config().Name, elsewhere}
	}
	return out, nil
}
