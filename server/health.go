package server

import (
	"fmt"
	"net/http"
	"strconv"
)

// healthRoutes add /healthz, true while the process answers, and /readyz, true
// when the World is loaded and follows the log.
func (s *Server) healthRoutes() {
	s.letIn("GET /healthz", "GET /readyz")
	s.handle("GET /healthz", func(w http.ResponseWriter, _ *http.Request) error {
		_, err := fmt.Fprintln(w, "ok")
		return clientGone(err)
	})
	s.handle("GET /readyz", func(w http.ResponseWriter, _ *http.Request) error {
		status := s.Status()
		if status.Ready() {
			_, err := fmt.Fprintln(w, "ready")
			return clientGone(err)
		}
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		w.WriteHeader(http.StatusServiceUnavailable)
		_, err := fmt.Fprintln(w, "not ready: "+status.Why())
		return clientGone(err)
	})
}
