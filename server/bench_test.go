package server_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// BenchmarkCachedTile is one cached tile through all of the server but the
// connection.
func BenchmarkCachedTile(b *testing.B) { benchTile(b, "gzip", false) }

// BenchmarkUnchangedTile is one 304.
func BenchmarkUnchangedTile(b *testing.B) { benchTile(b, "gzip", true) }

func benchTile(b *testing.B, coding string, conditional bool) {
	r := newRig(b)
	r.build(b)
	req := httptest.NewRequest(http.MethodGet, "/tiles/buildings"+ourTile, nil)
	req.Host = "localhost"
	req.Header.Set("Accept-Encoding", coding)
	if conditional {
		rec := httptest.NewRecorder()
		r.ServeHTTP(rec, req)
		req.Header.Set("If-None-Match", rec.Header().Get("ETag"))
	}
	b.ReportAllocs()
	for b.Loop() {
		rec := httptest.NewRecorder()
		r.ServeHTTP(rec, req)
		if rec.Code >= 400 {
			b.Fatal(rec.Code)
		}
	}
}
