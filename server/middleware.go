package server

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

type contextKey int

const (
	requestIDKey contextKey = iota
	askerKey
)

// requestID returns the id under which a request is logged.
func requestID(ctx context.Context) string {
	id, _ := ctx.Value(requestIDKey).(string)
	return id
}

// watch gives each request an id, counts and logs it by its route, and turns a
// panic into an answer. Paths are logged without their query, which may hold
// what somebody searched for.
func (s *Server) watch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := rand.Text()[:16]
		r = r.WithContext(context.WithValue(r.Context(), requestIDKey, id))
		w.Header().Set("X-Request-Id", id)
		seen := &observed{ResponseWriter: w}
		began := time.Now()
		defer func() {
			if p := recover(); p != nil {
				s.answerPanic(seen, r, p)
			}
			took := time.Since(began)
			s.metrics.request(routeOf(r), r.Method, seen.status(), took)
			s.log.LogAttrs(r.Context(), levelOf(seen.status()), "request",
				slog.String("request", id), slog.String("method", r.Method), slog.String("path", r.URL.Path),
				slog.Int("status", seen.status()), slog.Int64("bytes", seen.bytes), slog.Int64("took_us", took.Microseconds()))
		}()
		next.ServeHTTP(seen, r)
	})
}

func (s *Server) answerPanic(w *observed, r *http.Request, p any) {
	if p == http.ErrAbortHandler {
		panic(p)
	}
	s.log.ErrorContext(r.Context(), "panic", "request", requestID(r.Context()), "panic", p, "stack", string(debug.Stack()))
	if w.code == 0 {
		reply(w, r, s.log, fmt.Errorf("panic in %s", r.URL.Path))
	}
}

// levelOf keeps the log quiet about what goes well.
func levelOf(status int) slog.Level {
	if status >= http.StatusInternalServerError {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// routeOf names the kind of request for metrics: the pattern it matched, never
// the path, of which there are millions.
func routeOf(r *http.Request) string {
	_, pattern, ok := strings.Cut(r.Pattern, " ")
	if !ok {
		pattern = r.Pattern
	}
	if pattern == "" {
		return "none"
	}
	return pattern
}

// An observed ResponseWriter remembers what was sent.
type observed struct {
	http.ResponseWriter
	code  int
	bytes int64
}

func (o *observed) WriteHeader(code int) {
	if o.code == 0 && code >= http.StatusOK {
		o.code = code
	}
	o.ResponseWriter.WriteHeader(code)
}

func (o *observed) Write(p []byte) (int, error) {
	if o.code == 0 {
		o.code = http.StatusOK
	}
	n, err := o.ResponseWriter.Write(p)
	o.bytes += int64(n)
	return n, err
}

func (o *observed) status() int {
	if o.code == 0 {
		return http.StatusOK
	}
	return o.code
}

// Unwrap lets http.ResponseController reach the connection.
func (o *observed) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// Hijack hands the connection to the websocket.
func (o *observed) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	o.code = http.StatusSwitchingProtocols
	return http.NewResponseController(o.ResponseWriter).Hijack()
}
