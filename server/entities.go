package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"quanxi/access"
	"quanxi/events"
	"quanxi/grid"
)

// entities answers the calls on one kind.
type entities struct {
	*Server
	kind grid.Kind
}

// entityRoutes adds list, read, create, edit and remove of every kind. Divisions
// are listed and read by code: see divisionRoutes.
func (s *Server) entityRoutes() {
	for _, kind := range events.Kinds() {
		e := entities{s, kind}
		all := "/api/" + string(kind)
		one := all + "/{id}"
		if kind != grid.Divisions {
			registerRaw(s, e.describe("list", http.MethodGet, all, listSchema(kind)), e.list)
			registerRaw(s, e.describe("read", http.MethodGet, one, entitySchema(kind)), e.read)
		}
		registerCommand(e, "create", http.MethodPost, all, e.create)
		registerCommand(e, "edit", http.MethodPatch, one, e.edit)
		registerRaw(s, e.describe("remove", http.MethodDelete, one, nil), e.remove)
	}
}

// describe returns an operation of the kind; result is the schema of its reply.
func (e entities) describe(verb, method, path string, result *huma.Schema) huma.Operation {
	op := operation{
		id: verb + "-" + string(e.kind), method: method, path: path,
		summary: strings.ToUpper(verb[:1]) + verb[1:] + " " + string(e.kind), tag: string(e.kind),
	}.huma()
	if result != nil {
		op.Responses = map[string]*huma.Response{"200": {
			Description: "OK", Content: map[string]*huma.MediaType{"application/json": {Schema: result}},
		}}
	}
	return op
}

// registerCommand adds an operation that takes the kind's JSON. The bytes go to
// the View as they are, which knows best what may be in them; the description of
// the API says what that is.
func registerCommand[I, O any](e entities, verb, method, path string, h func(context.Context, *I) (*O, error)) {
	op := e.describe(verb, method, path, entitySchema(e.kind))
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{}}
	registerRaw(e.Server, op, h)
	op.RequestBody.Content = map[string]*huma.MediaType{"application/json": {Schema: commandSchema(e.kind)}}
}

type listInput struct {
	Seen
	Cursor   string `query:"cursor" doc:"as the page before gave it"`
	Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Geometry string `query:"geometry" enum:"true,false" default:"true"`
	Filter   string `query:"filter" doc:"column:value, such as building:4711 or state:reported; where a kind has areas, area:code is the division and all below it"`
}

type listBody struct {
	Items []json.RawMessage `json:"items"`
	Next  *string           `json:"next"`
}

type listOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         listBody
}

func (e entities) list(ctx context.Context, in *listInput) (*listOutput, error) {
	if err := e.await(ctx, in.Seen); err != nil {
		return nil, err
	}
	page := access.Page{Cursor: in.Cursor, Limit: in.Limit, WithoutGeometry: in.Geometry == "false"}
	if in.Filter != "" {
		column, value, ok := strings.Cut(in.Filter, ":")
		if !ok || !filterable(e.kind, column) {
			return nil, fmt.Errorf("%w: filter: this list cannot be filtered by that", errRequest)
		}
		if column == "area" && value == "" {
			return nil, fmt.Errorf("%w: filter: area must be the code of a division", errRequest)
		}
		if column == "area" {
			page.Area = grid.Code(value)
		} else {
			page.Column, page.Values = column, []string{value}
		}
	}
	records, next, err := e.view(ctx).Entities(ctx, e.kind, page)
	if err != nil {
		return nil, err
	}
	unseen, err := e.view(ctx).Unseen(ctx, e.kind, page)
	if err != nil {
		return nil, err
	}
	*askerFrom(ctx).unseen = unseen
	return &listOutput{CacheControl: private, Body: newListBody(records, next)}, nil
}

func newListBody(records []access.Record, next string) listBody {
	body := listBody{Items: make([]json.RawMessage, 0, len(records))}
	for _, r := range records {
		body.Items = append(body.Items, r.JSON)
	}
	if next != "" {
		body.Next = &next
	}
	return body
}

// private keeps what depends on the viewer out of every cache.
const private = "private, no-store"

type readInput struct {
	Seen
	ID int64 `path:"id" minimum:"1"`
}

type recordOutput struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag" doc:"the revision; send it back as If-Match"`
	Location     string `header:"Location"`
	Token        string `header:"Quanxi-Token" doc:"shown with a read, the read waits until it includes this write"`
	Body         json.RawMessage
}

func (e entities) read(ctx context.Context, in *readInput) (*recordOutput, error) {
	if err := e.await(ctx, in.Seen); err != nil {
		return nil, err
	}
	r, err := e.view(ctx).Entity(ctx, e.kind, in.ID)
	if err != nil {
		return nil, err
	}
	return &recordOutput{Status: http.StatusOK, CacheControl: private, ETag: revisionTag(r.Revision), Body: r.JSON}, nil
}

type createInput struct {
	Key     string `header:"Idempotency-Key" maxLength:"200" doc:"the same key with the same body happens once"`
	RawBody []byte
}

func (e entities) create(ctx context.Context, in *createInput) (*recordOutput, error) {
	if err := e.admit(); err != nil {
		return nil, err
	}
	if err := e.checkBody(in.RawBody); err != nil {
		return nil, err
	}
	w, err := e.view(ctx).Create(ctx, e.kind, in.RawBody, access.Origin{Once: in.Key})
	if err != nil {
		return nil, err
	}
	out := e.written(ctx, w)
	out.Status, out.Location = http.StatusCreated, fmt.Sprintf("/api/%s/%d", e.kind, w.ID)
	return out, nil
}

type editInput struct {
	ID      int64  `path:"id" minimum:"1"`
	Match   string `header:"If-Match" doc:"the revision that the edit is of"`
	Key     string `header:"Idempotency-Key" maxLength:"200"`
	RawBody []byte
}

func (e entities) edit(ctx context.Context, in *editInput) (*recordOutput, error) {
	if err := e.admit(); err != nil {
		return nil, err
	}
	ref, err := e.ref(in.ID, in.Match)
	if err != nil {
		return nil, err
	}
	if err := e.checkBody(in.RawBody); err != nil {
		return nil, err
	}
	w, err := e.view(ctx).Edit(ctx, ref, in.RawBody, access.Origin{Once: in.Key})
	if err != nil {
		return nil, err
	}
	out := e.written(ctx, w)
	out.Status = http.StatusOK
	return out, nil
}

type removeInput struct {
	ID    int64  `path:"id" minimum:"1"`
	Match string `header:"If-Match" doc:"the revision that is to go"`
	Key   string `header:"Idempotency-Key" maxLength:"200"`
}

type removeOutput struct {
	Token string `header:"Quanxi-Token"`
	Body  struct {
		Applied bool `json:"applied"`
	}
}

func (e entities) remove(ctx context.Context, in *removeInput) (*removeOutput, error) {
	ref, err := e.ref(in.ID, in.Match)
	if err != nil {
		return nil, err
	}
	receipt, err := e.view(ctx).Remove(ctx, ref, access.Origin{Once: in.Key})
	if err != nil {
		return nil, err
	}
	out := new(removeOutput)
	out.Token, out.Body.Applied = e.applied(ctx, receipt)
	return out, nil
}

// written answers a committed write: always a success, even if this node has not
// applied it yet (RULES A10).
func (e entities) written(ctx context.Context, w access.Written) *recordOutput {
	token, applied := e.applied(ctx, w.Receipt)
	body := fmt.Appendf(w.JSON[:len(w.JSON)-1:len(w.JSON)-1], `,"applied":%t}`, applied)
	return &recordOutput{CacheControl: private, ETag: revisionTag(w.Revision), Token: token, Body: body}
}

// applyWait is how long a writer waits to be told that the map shows the write.
const applyWait = 250 * time.Millisecond

func (s *Server) applied(ctx context.Context, receipt grid.Receipt) (token string, applied bool) {
	token = s.Tokens.Seal(receipt)
	ctx, cancel := context.WithTimeout(ctx, applyWait)
	defer cancel()
	return token, s.Tokens.Wait(ctx, token) == nil
}

// ref reads If-Match: the revision, quoted as an entity tag or bare.
func (e entities) ref(id int64, match string) (grid.Ref, error) {
	if match == "" {
		return grid.Ref{}, ErrPrecondition
	}
	revision, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(match, "W/"), `"`), 10, 64)
	if err != nil || revision < 1 {
		return grid.Ref{}, fmt.Errorf("%w: If-Match must be a revision", errRequest)
	}
	return grid.Ref{Kind: e.kind, ID: id, Revision: revision}, nil
}

func revisionTag(revision int64) string { return `"` + strconv.FormatInt(revision, 10) + `"` }

// checkBody refuses a body that is nested too deeply to be looked into.
func (e entities) checkBody(body []byte) error {
	if err := checkNesting(body); err != nil {
		return &grid.FieldError{Kind: e.kind, Field: "body", Why: "is " + err.Error()}
	}
	return nil
}
