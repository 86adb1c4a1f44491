package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"quanxi/grid"
	"quanxi/tiles"
)

// tileRoutes add the list of layers, TileJSON and tiles. ServeMux knows no
// wildcard with a suffix, so the last segment is taken whole and cut.
func (s *Server) tileRoutes() {
	s.handle("GET /tiles", s.serveLayers)
	s.handle("GET /tiles/{layers}", s.serveTileJSON)
	s.handle("GET /tiles/{layers}/{z}/{x}/{y}", s.serveTile)
	s.letIn("OPTIONS /tiles/") // a browser sends nothing of whoever asks
	s.handle("OPTIONS /tiles/", s.servePreflight)
}

// serveLayers answers GET /tiles: every layer that the viewer has, with the
// address of its TileJSON.
func (s *Server) serveLayers(w http.ResponseWriter, r *http.Request) error {
	type item struct {
		tiles.Layer
		TileJSON string `json:"tilejson"`
	}
	body := struct {
		Layers []item `json:"layers"`
	}{Layers: []item{}}
	for _, layer := range s.view(r.Context()).Layers() {
		body.Layers = append(body.Layers, item{layer, origin(r) + "/tiles/" + layer.Name + ".json"})
	}
	return s.writeJSON(w, body)
}

// serveTileJSON answers GET /tiles/{layers}.json.
func (s *Server) serveTileJSON(w http.ResponseWriter, r *http.Request) error {
	names, ok := strings.CutSuffix(r.PathValue("layers"), ".json")
	if !ok {
		return fmt.Errorf("%s: %w", r.URL.Path, grid.ErrNotFound)
	}
	layers, err := layerSet(names)
	if err != nil {
		return err
	}
	view := s.view(r.Context())
	doc, err := view.TileJSON(layers, origin(r)+"/tiles/"+names+"/{z}/{x}/{y}.mvt")
	if err != nil {
		return err
	}
	if view.Public(layers) {
		share(w.Header())
	}
	return s.writeJSON(w, doc)
}

// serveTile answers GET /tiles/{layers}/{z}/{x}/{y}.mvt. Two viewers at one
// address may see different features: the tag is a digest of the bytes that this
// one gets, and shared caches keep nothing.
func (s *Server) serveTile(w http.ResponseWriter, r *http.Request) error {
	id, layers, err := tileOf(r)
	if err != nil {
		return err
	}
	if err := s.checkPlan(r); err != nil {
		return err
	}
	view := s.view(r.Context())
	if err := s.awaitTile(r, view.Public(layers)); err != nil {
		return err
	}
	tile, err := view.Tile(r.Context(), layers, id, negotiate(r.Header.Get("Accept-Encoding"), "zstd", "gzip"))
	if err != nil {
		return err
	}
	if view.Public(layers) {
		share(w.Header())
	}
	return s.sendTile(w, r, tile)
}

// tileOf returns the address and the layers that a path names.
func tileOf(r *http.Request) (tiles.ID, []string, error) {
	y, ok := strings.CutSuffix(r.PathValue("y"), ".mvt")
	if !ok {
		return tiles.ID{}, nil, fmt.Errorf("tile ends in .mvt: %w", tiles.ErrAddress)
	}
	id, err := tiles.ParseID(r.PathValue("z"), r.PathValue("x"), y)
	if err != nil {
		return tiles.ID{}, nil, err
	}
	layers, err := layerSet(r.PathValue("layers"))
	return id, layers, err
}

// sendTile answers with a tile, or with nothing if it is empty or the client has it.
func (s *Server) sendTile(w http.ResponseWriter, r *http.Request, tile tiles.Tile) error {
	h := w.Header()
	h.Set("ETag", entityTag(tile.Digest, tile.Coding))
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Vary", "Accept-Encoding, Authorization, Cookie")
	switch {
	case matches(r.Header.Get("If-None-Match"), tile.Digest):
		s.metrics.tiles.WithLabelValues("unchanged").Inc()
		w.WriteHeader(http.StatusNotModified)
		return nil
	case len(tile.Body) == 0:
		s.metrics.tiles.WithLabelValues("empty").Inc()
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	s.metrics.tiles.WithLabelValues("sent").Inc()
	h.Set("Content-Type", "application/vnd.mapbox-vector-tile")
	h.Set("Content-Length", strconv.Itoa(len(tile.Body)))
	if tile.Coding != "" {
		h.Set("Content-Encoding", tile.Coding)
	}
	_, err := w.Write(tile.Body)
	return clientGone(err)
}

// awaitTile is await for a tile. What is the same for all is drawn also while the
// relay is silent, as long as there is anything to draw.
func (s *Server) awaitTile(r *http.Request, public bool) error {
	token := r.Header.Get("Quanxi-Token")
	if public && token == "" && s.Status().Loaded {
		return nil
	}
	return s.await(r.Context(), Seen{Token: token})
}

// servePreflight lets pages of other origins ask with conditions, and sign in by a token
// that they have. What depends on the viewer is not readable to them without one.
func (s *Server) servePreflight(w http.ResponseWriter, _ *http.Request) error {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "GET, HEAD")
	h.Set("Access-Control-Allow-Headers", "Authorization, If-None-Match") // a * would not allow the first
	h.Set("Access-Control-Max-Age", "86400")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// isShared reports whether a page of any origin may read what is answered about tiles,
// whatever it is: to whoever shows a token, with which any program could read it, and to
// whoever is nobody and is told to sign in. Where nobody needs a token one proves nothing.
func (s *Server) isShared(r *http.Request, who asker) bool {
	if !strings.HasPrefix(r.URL.Path, "/tiles/") {
		return false
	}
	_, shown := bearer(r)
	return who.viewer == nil || shown && s.Viewer("") == nil
}

// share has a page of any origin read an answer. A browser keeps it from one that asked
// with cookies: those are never allowed.
func share(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Retry-After")
}

// maxLayers is the most layers of one composite tile.
const maxLayers = 16

// layerSet reads layer names joined by commas. Order and repetition make no
// other set.
func layerSet(names string) ([]string, error) {
	layers := strings.Split(names, ",")
	slices.Sort(layers)
	layers = slices.Compact(layers)
	if len(layers) > maxLayers {
		return nil, fmt.Errorf("%w: at most %d layers in one tile", errRequest, maxLayers)
	}
	return layers, nil
}

// checkPlan refuses tiles of a boundary plan that this node has not reached.
func (s *Server) checkPlan(r *http.Request) error {
	text := r.URL.Query().Get("plan")
	if text == "" {
		return nil
	}
	plan, err := strconv.ParseInt(text, 10, 64)
	if err != nil || plan < 0 {
		return fmt.Errorf("%w: plan must be the number of a boundary plan", errRequest)
	}
	if plan > s.Status().Plan {
		return fmt.Errorf("plan %d: %w", plan, ErrBehind)
	}
	return nil
}

// origin returns the scheme and host by which the client reached us.
func origin(r *http.Request) string { return siteOf(r.Context()) }

func (s *Server) writeJSON(w http.ResponseWriter, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", "application/json")
	}
	w.Header().Set("Cache-Control", "private, no-cache")
	_, err = w.Write(text)
	return clientGone(err)
}
