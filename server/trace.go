package server

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"quanxi/access"
	"quanxi/events"
	"quanxi/grid"
)

// verbs name what a request does, as the audit says it.
var verbs = map[string]string{
	http.MethodGet: "read", http.MethodHead: "read", http.MethodPost: "create", http.MethodPatch: "change", http.MethodPut: "change", http.MethodDelete: "remove",
}

// saidOtherwise are the actions of those patterns whose addresses do not say what the audit
// calls them.
var saidOtherwise = map[string]string{
	"GET /api/people/{id}/file": "people.view-file", "GET /api/workers/{id}/file": "workers.view-file",
	"POST /api/exports": "exports.ask", "GET /api/exports/{id}/file": "exports.take",
	"POST /api/accounts/{id}/link": "setups.create", "DELETE /api/accounts/{id}/sessions": "signins.remove", "POST /api/accounts/{id}/token": "tokens.issue",
	"PUT /api/roles/{code}": "proposals.create", "POST /api/roles/proposals/{id}/accept": "roles.change", "DELETE /api/roles/proposals/{id}": "proposals.remove",
	"POST /api/session": "session.begin", "DELETE /api/session": "session.end", "POST /api/session/code": "session.prove",
	"GET /api/sessions": "session.read", "DELETE /api/sessions/{id}": "session.end", "PUT /api/session/password": "accounts.change-password",
	"POST /api/session/second": "accounts.offer-second", "PUT /api/session/second": "accounts.confirm-second", "DELETE /api/session/second": "accounts.drop-second",
	"POST /api/within": "within.read",
	"POST /api/setup":  "accounts.set-up", "POST /api/setup/see": "accounts.set-up",
}

// actionOf returns what a request of a pattern asks for, as the audit names it: a kind, and
// what is done with it. That is what the pattern ends with, if it ends with a word that does
// not name the kind, or else what the method does. It is empty of what is no part of the API.
func actionOf(pattern string) string {
	if said, ok := saidOtherwise[pattern]; ok {
		return said
	}
	method, path, _ := strings.Cut(pattern, " ")
	words, ok := strings.CutPrefix(path, "/api/")
	if !ok {
		return ""
	}
	segments := strings.Split(words, "/")
	if last := segments[len(segments)-1]; len(segments) > 1 && !isWild(last) {
		return segments[0] + "." + last
	}
	return segments[0] + "." + verbs[method]
}

// isWild reports whether a segment of a pattern stands for something.
func isWild(segment string) bool { return strings.HasPrefix(segment, "{") }

// refusals are the replies that tell somebody that he does not get something, and what the
// audit calls them. Whoever asks too often is refused as well.
var refusals = map[int]grid.AuditResult{
	http.StatusNotFound: grid.ResultNotFound, http.StatusForbidden: grid.ResultRefused, http.StatusTooManyRequests: grid.ResultRefused,
}

// guessable are the actions that ask for a password or a code. Who tries too often leaves a trace
// at the desk, also where nobody has signed in.
var guessable = []string{
	"session.begin", "session.prove", "accounts.offer-second", "accounts.confirm-second", "accounts.drop-second", "accounts.change-password",
}

// noteRefusal leaves a trace of what somebody asked for and did not get: what is
// not theirs answers like what is not there, and so both are told of; also what was named in a
// filter or a body, of which the answer is an empty list or that there is none.
func (s *Server) noteRefusal(w http.ResponseWriter, r *http.Request) {
	seen, ok := w.(*observed)
	who := askerFrom(r.Context())
	if !ok || s.Refused == nil || who.viewer == nil {
		return
	}
	action, object := askedFor(r)
	if action == "" {
		return
	}
	refused := access.Trace{Actor: who.viewer.Account(), Post: who.viewer.HighestPost(), Action: action, From: fromOf(r.Context())}
	for _, unseen := range *who.unseen {
		refused.Object, refused.Result = unseen, grid.ResultNotFound
		s.Refused(refused)
	}
	result, ok := refusals[cmp.Or(*who.verdict, seen.status())]
	if !ok || seen.status() == http.StatusTooManyRequests && slices.Contains(guessable, action) {
		return
	}
	refused.Object, refused.Result = object, result
	s.Refused(refused)
}

// noteUnseen has the refusal of what a request names besides its address leave a trace.
func noteUnseen(ctx context.Context, err error) {
	var unseen *access.UnseenError
	if errors.As(err, &unseen) {
		*askerFrom(ctx).unseen = []string{unseen.Object}
	}
}

// askedFor returns what a request asks for and about which thing, both as the audit names
// them. A thing is named by its number, or a division by its code. What is neither is not
// repeated, and such a request not told of unless it could have been about something:
// somebody may have typed a name there.
func askedFor(r *http.Request) (action, object string) {
	_, path, _ := strings.Cut(r.Pattern, " ")
	segments, parts := strings.Split(path, "/"), strings.Split(r.URL.Path, "/")
	if action = actionOf(r.Pattern); action == "" {
		return askedOfCollection(r.Method, segments, parts)
	}
	if code := grid.Code(r.URL.Query().Get("code")); action == "stats.read" && code.Valid() {
		return action, "stats/" + string(code)
	}
	for i, segment := range segments {
		if !isWild(segment) || i >= len(parts) {
			continue
		}
		number, err := strconv.ParseInt(parts[i], 10, 64)
		if err != nil && action != "proposals.create" { // of which the code of a role is said by whoever types
			return "", ""
		}
		if err == nil {
			object = segments[i-1] + "/" + strconv.FormatInt(number, 10)
		}
	}
	return action, object
}

// askedOfCollection is askedFor of /ogc/collections/{id} and what is below it.
func askedOfCollection(method string, segments, parts []string) (action, object string) {
	if !slices.Contains(segments, "collections") || len(parts) < 4 || !slices.Contains(events.Kinds(), grid.Kind(parts[3])) {
		return "", ""
	}
	action = parts[3] + "." + verbs[method]
	if len(parts) < 6 {
		return action, ""
	}
	number, err := strconv.ParseInt(parts[5], 10, 64)
	if err != nil {
		return "", ""
	}
	return action, parts[3] + "/" + strconv.FormatInt(number, 10)
}
