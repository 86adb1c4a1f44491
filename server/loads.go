package server

import (
	"context"
	"net/http"

	"quanxi/grid"
)

// loadRoutes add what can be done with bulk loads.
func (s *Server) loadRoutes() {
	register(s, operation{"list-loads", http.MethodGet, "/api/loads", "Bulk loads, newest first", "loads"}, s.listLoads)
	register(s, operation{"undo-load", http.MethodPost, "/api/loads/{id}/undo", "Make a bulk load vanish again", "loads"}, s.undoLoad)
}

type loadsOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Items []grid.LoadInfo `json:"items"`
	}
}

func (s *Server) listLoads(ctx context.Context, _ *struct{}) (*loadsOutput, error) {
	loads, err := s.view(ctx).Loads(ctx)
	if err != nil {
		return nil, err
	}
	out := &loadsOutput{CacheControl: private}
	out.Body.Items = append([]grid.LoadInfo{}, loads...) // never null
	return out, nil
}

type undoInput struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Server) undoLoad(ctx context.Context, in *undoInput) (*removeOutput, error) {
	receipt, err := s.view(ctx).UndoLoad(ctx, in.ID, fromOf(ctx))
	if err != nil {
		return nil, err
	}
	out := new(removeOutput)
	out.Token, out.Body.Applied = s.applied(ctx, receipt)
	return out, nil
}
