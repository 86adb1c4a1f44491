package server

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// A database that hangs, as behind a cut cable, says neither yes nor no.
func TestARequestThatHangsIsAnsweredInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, rec := time.Now(), httptest.NewRecorder()
		hanging := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
				reply(w, r, slog.New(slog.DiscardHandler), r.Context().Err())
			case <-time.After(time.Hour):
			}
		})
		deadline(workTimeout, replyTimeout, hanging).ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/api/events", nil))
		if took := time.Since(began); took >= replyTimeout {
			t.Errorf("it took %v; after %v nothing can be written", took, replyTimeout)
		}
		if rec.Code != http.StatusServiceUnavailable || rec.Header().Get("Retry-After") == "" {
			t.Errorf("status %d, headers %v", rec.Code, rec.Header())
		}
	})
}
