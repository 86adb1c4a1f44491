package server

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// newAPI returns the JSON API. Nothing in it reaches outside the host: no schema
// links, no documentation page of somebody else's.
func newAPI(mux *http.ServeMux, version string) huma.API {
	return humago.New(mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:   "Quanxi 全息",
				Version: version,
				Description: "The holographic grid map server. Times are RFC 3339, geometry is GeoJSON in CGCS2000 (EPSG:4490), " +
					"ids are numbers below 2^53, errors are RFC 9457 problem documents.",
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"},
			},
		},
		Formats:       map[string]huma.Format{"application/json": jsonFormat(), "json": jsonFormat()},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{scrub},
	})
}

// An operation is one call of the JSON API.
type operation struct {
	id      string
	method  string
	path    string
	summary string
	tag     string
}

func (o operation) huma() huma.Operation {
	return huma.Operation{
		OperationID: o.id, Method: o.method, Path: o.path, Summary: o.summary, Tags: []string{o.tag},
		MaxBodyBytes: maxBody,
		// As of deadline: a phone in a valley may take a while. Not less than the work may take,
		// which would be given up at this deadline too.
		BodyReadTimeout: replyTimeout,
	}
}

// register adds a typed operation whose errors are answered like all others.
func register[I, O any](s *Server, o operation, h func(context.Context, *I) (*O, error)) {
	registerRaw(s, o.huma(), h)
}

// registerRaw is register for an operation that describes itself.
func registerRaw[I, O any](s *Server, op huma.Operation, h func(context.Context, *I) (*O, error)) {
	if op.Responses == nil {
		op.Responses = make(map[string]*huma.Response)
	}
	failed := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")
	op.Responses["default"] = &huma.Response{
		Description: "Refused", Content: map[string]*huma.MediaType{"application/problem+json": {Schema: failed}},
	}
	if !slices.Contains(op.Tags, "session") && !inSilence[op.OperationID] {
		op.Middlewares = append(op.Middlewares, s.refuseInSilence)
	}
	op.Middlewares = append(op.Middlewares, s.refuseUnknown)
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := h(ctx, in)
		if err == nil {
			return out, nil
		}
		noteUnseen(ctx, err)
		p := problem(s.here(ctx, err))
		logInternal(ctx, s.log, p, err)
		return nil, huma.ErrorWithHeaders(p, p.headers())
	})
}

// inSilence are the operations that a node answers also while it hears nothing of the log,
// besides those on the own sign-in. They show nobody anything, and what happens in the city
// goes on: what is reported is stored, and told to everybody later.
var inSilence = map[string]bool{"status": true, "categories": true, "create-events": true, "edit-events": true, "report-position": true}

// refuseInSilence answers nothing else while the node hears nothing: a right may be withdrawn
// of which it does not know (RULES A15). It comes before what was asked is read.
func (s *Server) refuseInSilence(ctx huma.Context, next func(huma.Context)) {
	if err := s.hears(); err != nil {
		refuseEarly(ctx, problem(err))
		return
	}
	next(ctx)
}

// refuseEarly answers with a problem in the place of an operation.
func refuseEarly(ctx huma.Context, p *Problem) {
	body, _ := json.Marshal(p) // strings and numbers always marshal
	for name, values := range p.headers() {
		for _, value := range values {
			ctx.SetHeader(name, value)
		}
	}
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_, _ = ctx.BodyWriter().Write(body) // if the client has gone there is no one to tell
}

// refuseUnknown refuses parameters that a list does not have: who asks for
// ?building=7 where that is no filter must not be answered with all there is.
func (s *Server) refuseUnknown(ctx huma.Context, next func(huma.Context)) {
	isKnown := func(name string) bool {
		return slices.ContainsFunc(ctx.Operation().Parameters, func(k *huma.Param) bool { return k.In == "query" && k.Name == name })
	}
	address, isList := ctx.URL(), isKnown("cursor")
	p := newProblem(http.StatusUnprocessableEntity, "there is no such parameter")
	for name := range address.Query() {
		if isList && !isKnown(name) {
			p.Errors = append(p.Errors, ProblemField{Location: "query." + brief(name), Message: "is not a parameter of this list"})
		}
	}
	if len(p.Errors) == 0 {
		next(ctx)
		return
	}
	slices.SortFunc(p.Errors, func(a, b ProblemField) int { return cmp.Compare(a.Location, b.Location) })
	refuseEarly(ctx, p)
}

// brief keeps what a client wrote as the name of something from filling a reply.
func brief(name string) string { return name[:min(len(name), 40)] }

// Seen asks to see the caller's own last write, if it shows the token.
type Seen struct {
	Token string `header:"Quanxi-Token" doc:"the token of a write; the reply is then not older than that write"`
	Plan  int64  `query:"plan" minimum:"0" doc:"number of the boundary plan that the reply must not be older than; a node that is not there yet answers 503"`
}

// admit refuses what is answered in silence until the World is loaded: from it follows where
// things lie, and so who may write them.
func (s *Server) admit() error {
	if node := s.Status(); !node.Loaded {
		return fmt.Errorf("%s: %w", node.Why(), ErrBehind)
	}
	return nil
}

// hears returns nil if the node follows the log.
func (s *Server) hears() error {
	if node := s.Status(); !node.Ready() {
		return fmt.Errorf("%s: %w", node.Why(), ErrBehind)
	}
	return nil
}

// await holds a read until this node has applied what the token stands for. A
// node that is not level with the log answers no reads.
func (s *Server) await(ctx context.Context, in Seen) error {
	if err := s.hears(); err != nil {
		return err
	}
	if in.Plan > s.Status().Plan {
		return fmt.Errorf("plan %d: %w", in.Plan, ErrBehind)
	}
	if in.Token == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, tokenWait)
	defer cancel()
	return s.Tokens.Wait(ctx, in.Token)
}
