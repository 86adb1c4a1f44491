package server

import (
	"context"
	"net/http"
	"time"

	"quanxi/grid"
)

type positionInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Lon float64   `json:"lon"`
		Lat float64   `json:"lat"`
		At  time.Time `json:"at"`
	}
}

// workerRoutes add the positions of workers. A position is no write: the last
// one counts, and none is kept.
func (s *Server) workerRoutes() {
	o := operation{
		id: "report-position", method: http.MethodPost, path: "/api/workers/{id}/position",
		summary: "Report where a worker on duty is", tag: string(grid.Workers),
	}
	register(s, o, func(ctx context.Context, in *positionInput) (*struct{}, error) {
		return nil, s.view(ctx).ReportPosition(ctx, in.ID, in.Body.Lon, in.Body.Lat, in.Body.At)
	})
}
