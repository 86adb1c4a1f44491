package server

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"quanxi/grid"
)

// pages are the addresses of the web application's entries, with the file that
// each begins with.
func pages() map[string]string {
	return map[string]string{
		"/{$}": "index.html", "/desk": "desk/index.html", "/planner": "planner/index.html",
		"/m/": "m/index.html", "/r/": "r/index.html", "/admin": "admin/index.html", entry: "sign-in/index.html",
	}
}

// entry is the page where people sign in.
const entry = "/sign-in"

// siteRoutes serves the web application. Files made by the build have their
// digest in their names and never change; pages are asked about each time.
func (s *Server) siteRoutes() {
	for address, file := range pages() {
		s.letIn("GET " + address)
		s.handle("GET "+address, func(w http.ResponseWriter, r *http.Request) error {
			if address != entry && s.mustSignIn(r) {
				w.Header().Set("Cache-Control", "no-store")
				http.Redirect(w, r, entry+"?to="+url.QueryEscape(r.URL.Path), http.StatusSeeOther)
				return nil
			}
			return s.servePage(w, r, file)
		})
	}
	s.letIn("GET /")
	s.handle("GET /", func(w http.ResponseWriter, r *http.Request) error {
		if methods := s.otherMethods(r); len(methods) > 0 {
			w.Header().Set("Allow", strings.Join(methods, ", "))
			return newProblem(http.StatusMethodNotAllowed, "")
		}
		return s.serveFile(w, r, strings.TrimPrefix(path.Clean(r.URL.Path), "/"))
	})
}

// otherMethods returns the methods that an address takes besides GET. The mux does not
// say so itself, since the site takes every GET.
func (s *Server) otherMethods(r *http.Request) []string {
	var methods []string
	for _, method := range []string{http.MethodDelete, http.MethodPatch, http.MethodPost, http.MethodPut} {
		if _, pattern := s.mux.Handler(&http.Request{Method: method, URL: r.URL, Host: r.Host}); pattern != "" {
			methods = append(methods, method)
		}
	}
	return methods
}

// mustSignIn reports whether a page would be of no use to whoever asks for it: nobody
// has signed in. While it is not known yet who may, the page waits for that itself.
func (s *Server) mustSignIn(r *http.Request) bool {
	return s.Desk != nil && askerFrom(r.Context()).viewer == nil && s.Status().Loaded
}

// servePage serves an entry, or the map where the entry was not built.
func (s *Server) servePage(w http.ResponseWriter, r *http.Request, file string) error {
	err := s.serveFile(w, r, file)
	if errors.Is(err, grid.ErrNotFound) {
		return s.serveFile(w, r, "index.html")
	}
	return err
}

// serveFile serves one file, in its compressed form if the build left one and
// the client takes it.
func (s *Server) serveFile(w http.ResponseWriter, r *http.Request, name string) error {
	if !fs.ValidPath(name) || strings.HasSuffix(name, ".br") || strings.HasSuffix(name, ".gz") || hidden(name) {
		return fmt.Errorf("file: %w", grid.ErrNotFound)
	}
	body, coding, err := readFile(s.Files, name, r.Header.Get("Accept-Encoding"))
	if err != nil {
		return err
	}
	digest := sha256.Sum256(body)
	tag := hex.EncodeToString(digest[:12])
	h := w.Header()
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", entityTag(tag, coding))
	h.Set("Cache-Control", cacheControl(name))
	if matches(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	h.Set("Content-Type", contentType(name))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	_, err = w.Write(body)
	return clientGone(err)
}

// readFile returns a file, the best coding of it that is there and accepted, and
// grid.ErrNotFound if there is no such file.
func readFile(files fs.FS, name, accept string) ([]byte, string, error) {
	suffix := map[string]string{"br": ".br", "gzip": ".gz"}
	for _, coding := range []string{negotiate(accept, "br", "gzip"), negotiate(accept, "gzip")} {
		if coding == "" {
			continue
		}
		if body, err := fs.ReadFile(files, name+suffix[coding]); err == nil {
			return body, coding, nil
		}
	}
	body, err := fs.ReadFile(files, name)
	if err != nil {
		// A folder, or nothing at all: either way there is no such page.
		return nil, "", fmt.Errorf("file: %w", grid.ErrNotFound)
	}
	return body, "", nil
}

func hidden(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return true
		}
	}
	return false
}

// cacheControl lets what carries its digest in its name be kept for a year.
func cacheControl(name string) string {
	if strings.HasPrefix(name, "assets/") {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}

func contentType(name string) string {
	switch path.Ext(name) {
	case ".webmanifest":
		return "application/manifest+json"
	case ".woff2":
		return "font/woff2"
	case ".pbf":
		return "application/x-protobuf"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// clientGone drops an error of writing a reply: nobody is left to be told.
func clientGone(err error) error {
	if err == nil || errors.Is(err, io.ErrShortWrite) {
		return err
	}
	return nil
}
