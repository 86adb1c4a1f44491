package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quanxi/access"
	"quanxi/grid"
)

// trailRoutes show the audit.
func (s *Server) trailRoutes() {
	register(s, operation{"read-audit", http.MethodGet, "/api/audit", "Rows of the audit, newest first", "audit"}, s.readTrail)
	export := operation{"export-audit", http.MethodGet, "/api/audit/export", "Rows of the audit as JSON, a line each, oldest first", "audit"}.huma()
	export.Responses = map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{"application/x-ndjson": {}}}}
	registerRaw(s, export, s.exportTrail)
	register(s, operation{"verify-audit", http.MethodPost, "/api/audit/verify", "Compare the audit with its seals", "audit"}, s.verifyTrail)
}

// A TrailFilter selects rows of the audit.
type TrailFilter struct {
	Actor  string    `query:"actor" maxLength:"64" doc:"id or login of an account"`
	Action string    `query:"action" maxLength:"60" doc:"what actions begin with, such as people."`
	Object string    `query:"object" maxLength:"80" doc:"what rows name or touched, such as people/17"`
	Result string    `query:"result" enum:"ok,refused,not-found,failed"`
	From   time.Time `query:"from"`
	Until  time.Time `query:"until"`
}

func (f TrailFilter) query() grid.AuditQuery {
	return grid.AuditQuery{Actor: f.Actor, Action: f.Action, About: f.Object, Result: grid.AuditResult(f.Result), From: f.From, Until: f.Until}
}

type readTrailInput struct {
	TrailFilter
	Before int64 `query:"before" minimum:"0" doc:"only rows with a lower id: that of the last one of the page before"`
	Limit  int   `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

type trailOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Items    []access.AuditLine      `json:"items"`
		Accounts map[string]accountBrief `json:"accounts" doc:"whom the rows name as actor or object, by id"`
	}
}

type accountBrief struct {
	Login string `json:"login"`
	Name  string `json:"name"`
}

func (s *Server) readTrail(ctx context.Context, in *readTrailInput) (*trailOutput, error) {
	q := in.query()
	q.Before, q.Limit = in.Before, in.Limit
	rows, named, err := s.office(ctx).Trail(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &trailOutput{CacheControl: private}
	out.Body.Items, out.Body.Accounts = rows, map[string]accountBrief{}
	for id, a := range named {
		out.Body.Accounts[id] = accountBrief{a.Login, a.Name}
	}
	return out, nil
}

func (s *Server) exportTrail(ctx context.Context, in *TrailFilter) (*huma.StreamResponse, error) {
	office := s.office(ctx)
	if err := office.MayReadTrail(); err != nil { // before anything is sent
		return nil, err
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", "application/x-ndjson")
		out.SetHeader("Content-Disposition", `attachment; filename="quanxi-audit.ndjson"`)
		out.SetHeader("Cache-Control", private)
		if err := office.ExportTrail(out.Context(), out.BodyWriter(), in.query()); err != nil {
			s.log.WarnContext(out.Context(), "export of the audit", "request", requestID(out.Context()), "err", err)
			panic(http.ErrAbortHandler) // cut off, so that nobody takes a part for the whole
		}
	}}, nil
}

type verifyOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Whole    bool          `json:"whole"`
		Rows     int64         `json:"rows"`
		Sealed   int64         `json:"sealed" doc:"the last sealed row"`
		SealedAt time.Time     `json:"sealed_at"`
		KeptFrom int64         `json:"kept_from" doc:"the first row: those before it were kept long enough and are removed"`
		Found    int           `json:"found" doc:"how many findings there are"`
		Findings []findingBody `json:"findings" doc:"the first of them"`
		Doubts   []findingBody `json:"doubts" doc:"odd, yet not against any seal"`
	}
}

func (s *Server) verifyTrail(ctx context.Context, _ *struct{}) (*verifyOutput, error) {
	report, err := s.office(ctx).VerifyTrail(ctx)
	if err != nil {
		return nil, err
	}
	out := &verifyOutput{CacheControl: private}
	b := &out.Body
	b.Whole, b.Rows, b.Sealed, b.SealedAt, b.Found = report.Whole(), report.Rows, report.Sealed.Seq, report.Sealed.At, report.Found
	b.KeptFrom = report.KeptFrom()
	b.Findings, b.Doubts = findingsOf(report.Findings), findingsOf(report.Doubts)
	return out, nil
}

type findingBody struct {
	Seq   int64     `json:"seq" doc:"place in the chain"`
	Until int64     `json:"until" doc:"of the last of several such rows; seq for one"`
	At    time.Time `json:"at,omitzero" doc:"of the row; of the seal or the row before if it is missing; none if nothing is before it"`
	Fault string    `json:"fault" enum:"changed,missing,cut,replaced,misplaced,seals-back,old"`
	Text  string    `json:"text" doc:"the same as a sentence"`
}

// faults are the faults as programs read them.
var faults = map[access.Fault]string{
	access.RowChanged: "changed", access.RowMissing: "missing", access.RowsCut: "cut", access.RowReplaced: "replaced",
	access.RowMisplace: "misplaced", access.SealsBack: "seals-back", access.RowOld: "old",
}

func findingsOf(findings []access.Finding) []findingBody {
	all := make([]findingBody, len(findings))
	for i, f := range findings {
		all[i] = findingBody{f.Seq, max(f.Seq, f.Until), f.At, faults[f.Fault], strings.TrimSpace(f.String())}
	}
	return all
}
