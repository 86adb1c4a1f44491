package server

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"
)

// guard sets what every reply carries and refuses requests that a browser was
// tricked into. While the server knows no accounts, whoever reaches it is the
// local viewer: so a page of another origin may not write (cross-origin
// protection), and a name that somebody pointed at loopback is not answered.
func (s *Server) guard(next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply(w, r, s.log, newProblem(http.StatusForbidden, "a page of another origin may not do this"))
	}))
	admitted := crossOrigin.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "geolocation=(self), camera=(self), microphone=()")
		if own := s.Views.OwnCode(); own != "" {
			h.Set(areaHeader, string(own))
		}
		if !s.answersTo(r.Host) {
			reply(w, r, s.log, newProblem(http.StatusMisdirectedRequest, "this server does not answer to that name"))
			return
		}
		admitted.ServeHTTP(w, r)
	})
}

// contentSecurityPolicy lets nothing in from outside. MapLibre runs its worker
// from a blob and draws images that it made itself.
const contentSecurityPolicy = "default-src 'self'; script-src 'self'; style-src 'self'; " +
	"img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; " +
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// answersTo reports whether host is a name of this server. Without a list of
// names it is any loopback name or address.
func (s *Server) answersTo(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	if len(s.hosts) > 0 {
		return slices.Contains(s.hosts, "*") || slices.Contains(s.hosts, host)
	}
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// deadline bounds how long a reply may take. Its work ends first, so that a store
// which hangs is answered for with a problem and holds no request for ever; and a
// reader who stalls, or sends a body a byte a minute, holds no connection. The feed sets
// its own.
func deadline(work, reply time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// A writer that knows no deadlines, as in tests, has none to set.
		until := time.Now().Add(reply)
		_ = http.NewResponseController(w).SetReadDeadline(until)
		_ = http.NewResponseController(w).SetWriteDeadline(until)
		ctx, cancel := context.WithTimeout(r.Context(), work)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}
