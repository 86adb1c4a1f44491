package server

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/staff"
)

// unmaskRoutes show single records about somebody in the open, for a reason.
func (s *Server) unmaskRoutes() {
	for _, kind := range []grid.Kind{grid.People, grid.Workers} {
		e := entities{s, kind}
		register(s, operation{"unmask-" + string(kind), http.MethodPost, "/api/" + string(kind) + "/{id}/unmask",
			"Show one of " + string(kind) + " in the open for a while", string(kind)}, e.unmask)
	}
}

type unmaskInput struct {
	ID   int64 `path:"id" minimum:"1"`
	Body struct {
		Reason staff.Reason `json:"reason,omitempty" maxLength:"40" doc:"event, visit, care, emergency, correction or registration"`
		Event  int64        `json:"event,omitempty" minimum:"1" doc:"of people: an open event where the person lives, a reason by itself"`
	}
}

type unmaskOutput struct {
	CacheControl string `header:"Cache-Control"`
	Token        string `header:"Quanxi-Token" doc:"shown with a read, the read waits until the record is shown so on this node"`
	Body         struct {
		Record json.RawMessage `json:"record"`
		Until  time.Time       `json:"until" doc:"when it is masked again"`
	}
}

func (e entities) unmask(ctx context.Context, in *unmaskInput) (*unmaskOutput, error) {
	shown, err := e.view(ctx).Unmask(ctx, e.kind, in.ID, access.Why{Reason: in.Body.Reason, Event: in.Body.Event})
	if err != nil {
		return nil, err
	}
	out := &unmaskOutput{CacheControl: private}
	out.Token, _ = e.applied(ctx, shown.Receipt)
	out.Body.Record, out.Body.Until = shown.JSON, shown.Until
	return out, nil
}
