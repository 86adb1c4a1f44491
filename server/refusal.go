package server

import (
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"quanxi/access"
	"quanxi/grid"
)

// verbs name what a request does, as the audit says it.
var verbs = map[string]string{
	http.MethodGet: "read", http.MethodHead: "read", http.MethodPost: "create", http.MethodPatch: "change", http.MethodDelete: "remove",
}

// noteRefusal leaves a trace of one thing that somebody named and did not get: what is
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
	what := access.Refusal{Actor: who.viewer.Account(), Action: kind + "." + verbs[r.Method], Object: kind + "/" + id, Result: result}
	if at, err := netip.ParseAddrPort(who.remote); err == nil {
		what.From = at.Addr().Unmap().String()
	}
	s.Refused(what)
}

// thingOf returns the kind and the number of the one thing that a request is about.
// What is no number is not repeated: somebody may have typed a name there.
func thingOf(r *http.Request) (kind, id string, ok bool) {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if len(parts) < 3 || parts[0] != "api" || !strings.Contains(r.Pattern, "/{") {
		return "", "", false
	}
	number, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return "", "", false
	}
	return parts[1], strconv.FormatInt(number, 10), true
}
