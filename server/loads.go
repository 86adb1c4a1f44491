package server

import (
	"context"
	"net/http"
	"time"
)

// loadRoutes add what can be done with bulk loads.
func (s *Server) loadRoutes() {
	register(s, operation{"list-loads", http.MethodGet, "/api/loads", "Bulk loads, newest first", "loads"}, s.listLoads)
	register(s, operation{"undo-load", http.MethodPost, "/api/loads/{id}/undo", "Make a bulk load vanish again", "loads"}, s.undoLoad)
}

type loadBody struct {
	ID    int64     `json:"id"`
	Actor string    `json:"actor"`
	About string    `json:"about"`
	State string    `json:"state" enum:"open,live,undone,aborted"`
	Began time.Time `json:"began"`
	Put   int64     `json:"put"`
}

type loadsOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Items []loadBody `json:"items"`
	}
}

func (s *Server) listLoads(ctx context.Context, _ *struct{}) (*loadsOutput, error) {
	loads, err := s.view(ctx).Loads(ctx)
	if err != nil {
		return nil, err
	}
	out := &loadsOutput{CacheControl: private}
	out.Body.Items = []loadBody{}
	for _, l := range loads {
		out.Body.Items = append(out.Body.Items, loadBody{l.ID, l.Actor, l.About, string(l.State), l.Began, l.Put})
	}
	return out, nil
}

type undoInput struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Server) undoLoad(ctx context.Context, in *undoInput) (*removeOutput, error) {
	receipt, err := s.view(ctx).UndoLoad(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := new(removeOutput)
	out.Token, out.Body.Applied = s.applied(ctx, receipt)
	return out, nil
}
