package server

import (
	"context"
	"net/http"
	"time"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// roleRoutes show and change the table of roles.
func (s *Server) roleRoutes() {
	register(s, operation{"list-roles", http.MethodGet, "/api/roles", "The table of roles, and what is proposed of it", "accounts"}, s.listRoles)
	register(s, operation{"propose-role", http.MethodPut, "/api/roles/{code}", "Propose what a role may do", "accounts"}, s.proposeRole)
	register(s, operation{"accept-role", http.MethodPost, "/api/roles/proposals/{id}/accept", "Put what somebody else proposed in force", "accounts"}, s.acceptRole)
	register(s, operation{"withdraw-role", http.MethodDelete, "/api/roles/proposals/{id}", "Drop what was proposed", "accounts"}, s.withdrawRole)
}

type roleBody struct {
	Code        string   `json:"code"`
	Rights      []string `json:"rights"`
	Personal    int      `json:"personal" doc:"the highest level at which a post shows homes and people; 0 if it shows none"`
	NeedsSecond bool     `json:"needs_second" doc:"asks for a second factor"`
}

type proposalBody struct {
	ID       int64     `json:"id"`
	Code     string    `json:"code"`
	Rights   []string  `json:"rights"`
	Personal int       `json:"personal"`
	By       int64     `json:"by" doc:"account"`
	At       time.Time `json:"at"`
}

type rolesOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Items     []roleBody     `json:"items"`
		Proposals []proposalBody `json:"proposals"`
		Rights    []string       `json:"rights" doc:"all that there are"`
	}
}

func (s *Server) listRoles(ctx context.Context, _ *struct{}) (*rolesOutput, error) {
	table, proposals, err := s.office(ctx).Roles(ctx)
	if err != nil {
		return nil, err
	}
	out := &rolesOutput{CacheControl: private}
	out.Body.Items, out.Body.Proposals, out.Body.Rights = []roleBody{}, []proposalBody{}, role.SetOf(role.Rights()...).Names()
	for _, r := range table {
		out.Body.Items = append(out.Body.Items, roleBody{r.Code, r.Rights.Names(), int(r.Personal), r.Rights.NeedsSecondFactor()})
	}
	for _, p := range proposals {
		out.Body.Proposals = append(out.Body.Proposals, proposalBody{p.ID, p.Code, append([]string{}, p.Rights...), int(p.Personal), p.By, p.At})
	}
	return out, nil
}

type proposeInput struct {
	Code string `path:"code" maxLength:"40"`
	Body struct {
		Rights   []string `json:"rights" maxItems:"64"`
		Personal int      `json:"personal" minimum:"0" maximum:"6"`
	}
}

func (s *Server) proposeRole(ctx context.Context, in *proposeInput) (*createdOutput, error) {
	return s.created(ctx)(s.office(ctx).Propose(ctx, &staff.Proposal{Code: in.Code, Rights: in.Body.Rights, Personal: grid.Level(in.Body.Personal)}))
}

func (s *Server) acceptRole(ctx context.Context, in *oneInput) (*createdOutput, error) {
	return s.created(ctx)(s.office(ctx).Accept(ctx, in.ID))
}

func (s *Server) withdrawRole(ctx context.Context, in *oneInput) (*removeOutput, error) {
	return s.removed(ctx)(s.office(ctx).Withdraw(ctx, in.ID))
}
