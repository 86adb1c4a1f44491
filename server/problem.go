package server

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/http"
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
	case errors.Is(err, errRequest), errors.Is(err, tiles.ErrAddress), errors.Is(err, access.ErrCursor),
		errors.Is(err, feed.ErrToken), errors.Is(err, feed.ErrEpoch):
		return newProblem(http.StatusBadRequest, err.Error())
	case errors.Is(err, grid.ErrInvalid):
		return newProblem(http.StatusUnprocessableEntity, err.Error())
	case errors.Is(err, access.ErrNotHeld):
		return newProblem(http.StatusMisdirectedRequest, access.ErrNotHeld.Error())
	case errors.Is(err, grid.ErrNotFound):
		return newProblem(http.StatusNotFound, "there is no such thing, or it is not yours to see")
	case errors.Is(err, access.ErrSelf):
		return newProblem(http.StatusForbidden, access.ErrSelf.Error())
	case errors.Is(err, access.ErrSecondPerson):
		return newProblem(http.StatusForbidden, access.ErrSecondPerson.Error())
	case errors.Is(err, access.ErrForbidden):
		return newProblem(http.StatusForbidden, access.ErrForbidden.Error())
	case errors.Is(err, grid.ErrKeyUsed):
		return newProblem(http.StatusConflict, "this Idempotency-Key was used with another request")
	case errors.Is(err, access.ErrNotReady):
		return newProblem(http.StatusConflict, access.ErrNotReady.Error())
	case errors.Is(err, access.ErrNotAwaited):
		return newProblem(http.StatusConflict, access.ErrNotAwaited.Error())
	case errors.Is(err, access.ErrNotSetUp):
		return newProblem(http.StatusConflict, access.ErrNotSetUp.Error())
	case errors.Is(err, access.ErrGrown):
		return newProblem(http.StatusConflict, access.ErrGrown.Error())
	case errors.As(err, &used):
		return newProblem(http.StatusConflict, used.Error())
	case errors.As(err, &gone):
		return newProblem(http.StatusConflict, gone.Error())
	case errors.Is(err, grid.ErrConflict):
		return newProblem(http.StatusConflict, "somebody else has changed it since; read it again")
	case errors.Is(err, ErrPrecondition):
		return newProblem(http.StatusPreconditionRequired, ErrPrecondition.Error())
	case errors.Is(err, grid.ErrUnavailable):
		return newProblem(http.StatusServiceUnavailable, "the store cannot be reached or takes no writes now; the map goes on")
	case errors.Is(err, errBusy):
		return newProblem(http.StatusServiceUnavailable, errBusy.Error())
	case errors.Is(err, ErrBehind):
		return newProblem(http.StatusServiceUnavailable, ErrBehind.Error())
	case errors.Is(err, context.DeadlineExceeded):
		return newProblem(http.StatusServiceUnavailable, "the answer took too long: ask for less, or try again")
	case errors.Is(err, context.Canceled):
		return newProblem(http.StatusServiceUnavailable, "the request was given up")
	}
	return newProblem(http.StatusInternalServerError, "")
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
