package server

import (
	"context"
	"time"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/staff"
)

// A TokenScope is how much of what its account may do a token gives. An empty list is refused:
// whoever worked one out and came to nothing must not get everything.
type TokenScope struct {
	Rights []string `json:"rights,omitempty" minItems:"1" maxItems:"64" doc:"by name, of those that posts of the account give; absent for all, those that begin with see- for a token that reads only"`
	Areas  []string `json:"areas,omitempty" minItems:"1" maxItems:"100" doc:"codes of divisions, with all that they manage; absent for wherever the account has posts. What every member of staff sees, such as the base map, is seen everywhere"`
}

func (t TokenScope) order(span time.Duration) access.TokenOrder {
	order := access.TokenOrder{Span: span, Rights: t.Rights}
	for _, area := range t.Areas {
		order.Areas = append(order.Areas, grid.Code(area))
	}
	return order
}

func tokenScopeOf(s *staff.SignIn) TokenScope { return TokenScope{s.Rights, s.Areas} }

// A tokenBody is a token of which only its holder has the secret.
type tokenBody struct {
	TokenScope
	ID    int64     `json:"id"`
	Began time.Time `json:"began"`
	Used  time.Time `json:"used" doc:"last, to some minutes"`
	Until time.Time `json:"until"`
}

func tokenOf(s *staff.SignIn) tokenBody {
	return tokenBody{tokenScopeOf(s), s.ID, s.Began, s.Used, s.Ends}
}

const day = 24 * time.Hour

type tokenInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		TokenScope
		Days int `json:"days" minimum:"1" maximum:"366" default:"30"`
	}
}

type tokenOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Token string    `json:"token" doc:"shown this once: for Authorization: Bearer, or the hello of the feed"`
		Until time.Time `json:"until"`
	}
}

func (s *Server) issueToken(ctx context.Context, in *tokenInput) (*tokenOutput, error) {
	done, err := s.office(ctx).IssueToken(ctx, in.ID, in.Body.order(time.Duration(in.Body.Days)*day))
	if err != nil {
		return nil, err
	}
	s.applied(ctx, done.Receipt)
	out := &tokenOutput{CacheControl: private}
	out.Body.Token, out.Body.Until = done.Secret, done.Until
	return out, nil
}

type withdrawInput struct {
	ID    int64 `path:"id" minimum:"1"`
	Token int64 `path:"token" minimum:"1"`
}

func (s *Server) withdrawToken(ctx context.Context, in *withdrawInput) (*removeOutput, error) {
	return s.removed(ctx)(s.office(ctx).WithdrawToken(ctx, in.ID, in.Token))
}
