package server

import (
	"context"
	"net/http"
	"time"

	"quanxi/grid"
	"quanxi/staff"
)

// postRoutes give posts and take them away, and say who stands in.
func (s *Server) postRoutes() {
	register(s, operation{"create-post", http.MethodPost, "/api/posts", "Give an account a post", "accounts"}, s.appoint)
	register(s, operation{"remove-post", http.MethodDelete, "/api/posts/{id}", "Take a post away", "accounts"}, s.dismiss)
	register(s, operation{"confirm-post", http.MethodPost, "/api/posts/{id}/confirm", "Say as a second person that a post is held by whom it is meant for", "accounts"}, s.confirm)
	register(s, operation{"create-standin", http.MethodPost, "/api/standins", "Have another account stand in for a post", "accounts"}, s.deputize)
	register(s, operation{"remove-standin", http.MethodDelete, "/api/standins/{id}", "Take a stand-in back", "accounts"}, s.endStandIn)
}

type appointInput struct {
	Body struct {
		PostCommand
		Account int64 `json:"account" minimum:"1"`
	}
}

type createdOutput struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	Token        string `header:"Quanxi-Token"`
	Body         struct {
		ID       int64 `json:"id"`
		Revision int64 `json:"revision"`
	}
}

// created answers what was stored new, or what stood in its way.
func (s *Server) created(ctx context.Context) func(grid.Receipt, error) (*createdOutput, error) {
	return func(receipt grid.Receipt, err error) (*createdOutput, error) {
		if err != nil {
			return nil, err
		}
		out := &createdOutput{Status: http.StatusCreated, CacheControl: private}
		out.Token, _ = s.applied(ctx, receipt)
		out.Body.ID, out.Body.Revision = receipt.Refs[0].ID, receipt.Refs[0].Revision
		return out, nil
	}
}

func (s *Server) appoint(ctx context.Context, in *appointInput) (*createdOutput, error) {
	return s.created(ctx)(s.office(ctx).Appoint(ctx, in.Body.post(in.Body.Account)))
}

type refInput struct {
	ID    int64  `path:"id" minimum:"1"`
	Match string `header:"If-Match" doc:"the revision that is to go"`
}

func (s *Server) dismiss(ctx context.Context, in *refInput) (*removeOutput, error) {
	ref, err := entities{s, staff.Posts}.ref(in.ID, in.Match)
	if err != nil {
		return nil, err
	}
	return s.removed(ctx)(s.office(ctx).Dismiss(ctx, ref.ID, ref.Revision))
}

func (s *Server) confirm(ctx context.Context, in *oneInput) (*createdOutput, error) {
	return s.created(ctx)(s.office(ctx).Confirm(ctx, in.ID))
}

type standInInput struct {
	Body struct {
		Post   int64     `json:"post" minimum:"1"`
		Deputy int64     `json:"deputy" minimum:"1" doc:"account"`
		Begins time.Time `json:"begins"`
		Ends   time.Time `json:"ends"`
	}
}

func (s *Server) deputize(ctx context.Context, in *standInInput) (*createdOutput, error) {
	b := in.Body
	return s.created(ctx)(s.office(ctx).Deputize(ctx, &staff.StandIn{Post: b.Post, Deputy: b.Deputy, Begins: b.Begins, Ends: b.Ends}))
}

func (s *Server) endStandIn(ctx context.Context, in *refInput) (*removeOutput, error) {
	ref, err := entities{s, staff.StandIns}.ref(in.ID, in.Match)
	if err != nil {
		return nil, err
	}
	return s.removed(ctx)(s.office(ctx).EndStandIn(ctx, ref.ID, ref.Revision))
}
