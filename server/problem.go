package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"quanxi/access"
	"quanxi/feed"
	"quanxi/grid"
	"quanxi/tiles"
)

// Errors of the server itself.
var (
	// ErrBehind reports that this node has not applied yet what the request needs
	// to see (RULES A10).
	ErrBehind = errors.New("this node is still catching up")
	// ErrPrecondition reports a write that does not say which revision it means.
	ErrPrecondition = errors.New("the header If-Match must name the revision")
	errRequest      = errors.New("bad request")
)

// retryAfter is the number of seconds after which a client should try again.
const retryAfter = 2

// A Problem is the body of every error reply (RFC 9457).
type Problem struct {
	Type   string         `json:"type" doc:"always about:blank: title and status say it all"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail,omitempty"`
	Errors []ProblemField `json:"errors,omitempty"`
	Area   *OwnAreaBody   `json:"area,omitempty" doc:"with 421: all that this node holds; what was asked for lies elsewhere, or nowhere"`

	retry int // seconds after which to try again; 0 if that helps nothing
}

// A ProblemField says what is wrong with one part of a request. It never
// repeats the value, which may be personal.
type ProblemField struct {
	Location string `json:"location" example:"body.height_cm"`
	Message  string `json:"message"`
}

// Error implements error.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// GetStatus implements huma.StatusError.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType implements huma.ContentTypeFilter.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// An answer is what an error is answered with.
type answer struct {
	to     error
	status int
	detail string
}

// answers are those to errors that need no more than words; the first counts whose error is
// wrapped by what went wrong. Without words they have those of all that is wrapped.
var answers = []answer{
	{errRequest, http.StatusBadRequest, ""},
	{tiles.ErrAddress, http.StatusBadRequest, ""},
	{access.ErrCursor, http.StatusBadRequest, ""},
	{feed.ErrToken, http.StatusBadRequest, ""},
	{feed.ErrEpoch, http.StatusBadRequest, ""},
	{grid.ErrInvalid, http.StatusUnprocessableEntity, ""},
	own(access.ErrNotHeld, http.StatusMisdirectedRequest),
	{grid.ErrNotFound, http.StatusNotFound, "there is no such thing, or it is not yours to see"},
	own(access.ErrSelf, http.StatusForbidden),
	own(access.ErrSecondPerson, http.StatusForbidden),
	own(access.ErrAdministrator, http.StatusForbidden),
	own(access.ErrForbidden, http.StatusForbidden),
	{grid.ErrKeyUsed, http.StatusConflict, "this Idempotency-Key was used with another request"},
	own(access.ErrNotReady, http.StatusConflict),
	own(access.ErrNotAwaited, http.StatusConflict),
	own(access.ErrNotSetUp, http.StatusConflict),
	own(access.ErrGrown, http.StatusConflict),
	{grid.ErrConflict, http.StatusConflict, "somebody else has changed it since; read it again"},
	own(ErrPrecondition, http.StatusPreconditionRequired),
	{grid.ErrUnavailable, http.StatusServiceUnavailable, "the store cannot be reached or takes no writes now; the map goes on"},
	own(errBusy, http.StatusServiceUnavailable),
	own(ErrBehind, http.StatusServiceUnavailable),
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "the answer took too long: ask for less, or try again"},
	{context.Canceled, http.StatusServiceUnavailable, "the request was given up"},
}

// own answers an error with its own words, and not with those around it.
func own(err error, status int) answer { return answer{err, status, err.Error()} }

// problem is the answer to an error that is to be answered so.
func (a answer) problem(err error) *Problem {
	return newProblem(a.status, cmp.Or(a.detail, err.Error()))
}

// problem is the one place that turns an error into a reply. Whatever is not
// named here is internal: its text goes to the log alone.
func problem(err error) *Problem {
	var field *grid.FieldError
	var used *grid.InUseError
	var gone *grid.GoneError
	var known huma.StatusError
	if p := signInProblem(err); p != nil {
		return p
	}
	switch {
	case errors.As(err, &field):
		return fieldProblem(field)
	case errors.As(err, &known):
		return fromHuma(known)
	case errors.As(err, &used):
		return newProblem(http.StatusConflict, used.Error())
	case errors.As(err, &gone):
		return newProblem(http.StatusConflict, gone.Error())
	}
	at := slices.IndexFunc(answers, func(a answer) bool { return errors.Is(err, a.to) })
	if at < 0 {
		return newProblem(http.StatusInternalServerError, "")
	}
	return answers[at].problem(err)
}

func newProblem(status int, detail string) *Problem {
	p := &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail}
	if status == http.StatusServiceUnavailable {
		p.retry = retryAfter
	}
	return p
}

// headers are those that a reply with the problem carries.
func (p *Problem) headers() http.Header {
	h := http.Header{}
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(p.retry))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	return h
}

func fieldProblem(err *grid.FieldError) *Problem {
	p := newProblem(http.StatusUnprocessableEntity, err.Error())
	location := "body"
	if err.Field != location {
		location += "." + err.Field
	}
	p.Errors = []ProblemField{{Location: location, Message: err.Why}}
	return p
}

// fromHuma keeps of a huma error what is safe to send: not the refused values.
func fromHuma(err huma.StatusError) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	p = newProblem(err.GetStatus(), "")
	var model *huma.ErrorModel
	if p.Status >= http.StatusInternalServerError || !errors.As(err, &model) {
		return p
	}
	p.Detail = model.Detail
	for _, d := range model.Errors {
		message := d.Message
		if strings.HasPrefix(message, "invalid character 'N' looking for") {
			message += ": NaN is not JSON"
		}
		p.Errors = append(p.Errors, ProblemField{d.Location, message})
	}
	return p
}

// scrub gives errors that huma makes on its own the form of all others.
func scrub(_ huma.Context, _ string, body any) (any, error) {
	if model, ok := body.(*huma.ErrorModel); ok {
		return fromHuma(model), nil
	}
	return body, nil
}

// reply answers a request with an error, and logs what the client may not read.
func reply(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	if errors.Is(err, context.Canceled) {
		return // the client has gone; there is no one to answer
	}
	p := problem(err)
	logInternal(r.Context(), log, p, err)
	h := w.Header()
	for _, name := range []string{"Content-Encoding", "Content-Length", "ETag", "Cache-Control", "Last-Modified"} {
		h.Del(name)
	}
	h.Set("Content-Type", p.ContentType(""))
	maps.Copy(h, p.headers())
	body, _ := json.Marshal(p) // strings and numbers always marshal
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // if the client has gone there is no one to tell
}

func logInternal(ctx context.Context, log *slog.Logger, p *Problem, err error) {
	// A node that is not level refuses on purpose; the line of the request says so. And
	// who has gone needs no answer.
	if p.Status >= http.StatusInternalServerError && !errors.Is(err, ErrBehind) && !errors.Is(err, context.Canceled) {
		log.ErrorContext(ctx, "request failed", "request", requestID(ctx), "status", p.Status, "err", err)
	}
}
