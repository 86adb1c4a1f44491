package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"quanxi/access"
	"quanxi/grid"
)

// verbs name what a request does, as the audit says it.
var verbs = map[string]string{
	http.MethodGet: "read", http.MethodHead: "read", http.MethodPost: "create", http.MethodPatch: "change", http.MethodPut: "change", http.MethodDelete: "remove",
}

// noteRefusal leaves a trace of what somebody asked for and did not get: what is
// not theirs answers like what is not there, and so both are told of.
func (s *Server) noteRefusal(w http.ResponseWriter, r *http.Request) {
	seen, ok := w.(*observed)
	who := askerFrom(r.Context())
	if !ok || s.Refused == nil || who.viewer == nil {
		return
	}
	result, ok := map[int]grid.AuditResult{http.StatusNotFound: grid.ResultNotFound, http.StatusForbidden: grid.ResultRefused}[seen.status()]
	if !ok {
		return
	}
	kind, id, ok := thingOf(r)
	if !ok {
		return
	}
	what := access.Refusal{Actor: who.viewer.Account(), Action: kind + "." + verbs[r.Method], Object: strings.TrimSuffix(kind+"/"+id, "/"), Result: result, From: fromOf(r.Context())}
	s.Refused(what)
}

// thingOf returns the kind and the number of the one thing that a request is about, or its
// kind alone if it is about all of one, or a division and its code. What is neither number
// nor code is not repeated: somebody may have typed a name there.
func thingOf(r *http.Request) (kind, id string, ok bool) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case r.Pattern == "" || len(parts) < 2:
		return "", "", false
	case parts[0] == "ogc" && len(parts) > 2:
		parts = parts[2:] // /ogc/collections/KIND/items/ID
		if len(parts) > 1 {
			parts = slices.Delete(parts, 1, 2)
		}
	case parts[0] == "api":
		parts = parts[1:]
	default:
		return "", "", false
	}
	if code := grid.Code(r.URL.Query().Get("code")); parts[0] == "stats" && code.Valid() {
		return "stats", string(code), true
	}
	if len(parts) == 1 {
		return parts[0], "", strings.HasSuffix(r.Pattern, "/"+parts[0]) || strings.Contains(r.Pattern, "/{id}")
	}
	if strings.HasSuffix(r.Pattern, "/"+parts[0]+"/"+parts[1]) { // a word of ours
		return parts[0], "", true
	}
	number, err := strconv.ParseInt(parts[1], 10, 64)
	if err != nil || !strings.Contains(r.Pattern, "/{") {
		return "", "", false
	}
	return parts[0], strconv.FormatInt(number, 10), true
}
