package server

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// healthRoutes add /healthz, true while the process answers, and /readyz, true
// when the World is loaded and follows the log, and the node is not about to leave.
func (s *Server) healthRoutes() {
	s.letIn("GET /healthz", "GET /readyz")
	s.handle("GET /healthz", func(w http.ResponseWriter, _ *http.Request) error {
		_, err := fmt.Fprintln(w, "ok")
		return clientGone(err)
	})
	s.handle("GET /readyz", func(w http.ResponseWriter, _ *http.Request) error {
		why := ""
		switch status := s.Status(); {
		case s.leaving.Load():
			why = "this node is leaving"
		case !status.Ready():
			why = status.Why()
		default:
			_, err := fmt.Fprintln(w, "ready"+s.ofArea())
			return clientGone(err)
		}
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		w.WriteHeader(http.StatusServiceUnavailable)
		_, err := fmt.Fprintln(w, "not ready: "+why+s.ofArea())
		return clientGone(err)
	})
}

// ofArea says which area this node holds, and nothing if it holds everything.
func (s *Server) ofArea() string {
	own := OwnArea(s.Views)
	if own == nil {
		return ""
	}
	return strings.TrimRight("; holds "+own.Code+" "+own.Name+" only", " ")
}
