package server

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"quanxi/access"
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// ogcRoutes add OGC API Features (core, GeoJSON) and Tiles for the kinds that
// have a geometry and that staff see everywhere.
func (s *Server) ogcRoutes() {
	s.handle("GET /ogc", s.serveLanding)
	s.handle("GET /ogc/{$}", s.serveLanding)
	s.handle("GET /ogc/conformance", s.serveConformance)
	s.handle("GET /ogc/collections", s.serveCollections)
	s.handle("GET /ogc/collections/{id}", s.serveCollection)
	s.handle("GET /ogc/collections/{id}/items", s.serveItems)
	s.handle("GET /ogc/collections/{id}/items/{feature}", s.serveItem)
	s.handle("GET /ogc/collections/{id}/tiles", s.serveTilesets)
	s.handle("GET /ogc/collections/{id}/tiles/WebMercatorQuad", s.serveTileset)
}

// A link is a link of OGC API.
type link struct {
	Href      string `json:"href"`
	Rel       string `json:"rel"`
	Type      string `json:"type,omitempty"`
	Title     string `json:"title,omitempty"`
	Templated bool   `json:"templated,omitempty"`
}

const (
	jsonType    = "application/json"
	geoJSONType = "application/geo+json"
	mvtType     = "application/vnd.mapbox-vector-tile"
	crs84       = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
	quad        = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
)

// A collection joins a kind with the tile layer that draws it.
type collection struct {
	kind  grid.Kind
	title string
	layer string // empty if no layer draws it
}

func collections() []collection {
	return []collection{
		{grid.Divisions, "区划 divisions", "divisions"}, {grid.Buildings, "楼栋 buildings", "buildings"},
		{grid.Roads, "道路 roads", "base"}, {grid.Waters, "水系 water", "base"},
		{grid.Greens, "绿地 green", "base"}, {grid.LandUses, "用地 land use", "base"},
		{grid.Components, "部件 components", "components"}, {grid.ServicePoints, "服务点 service points", "service"},
		{grid.Organisations, "单位 organisations", ""}, {grid.Cameras, "摄像机 cameras", "cameras"},
		{events.Events, "事件 events", "events"},
	}
}

// collectionOf finds a collection that the viewer may list, once the node is
// level with the log.
func (s *Server) collectionOf(r *http.Request) (collection, error) {
	if err := s.await(r.Context(), Seen{}); err != nil {
		return collection{}, err
	}
	for _, c := range collections() {
		if string(c.kind) == r.PathValue("id") && ViewerFrom(r.Context()).MayList(c.kind) {
			return c, nil
		}
	}
	return collection{}, fmt.Errorf("collection: %w", grid.ErrNotFound)
}

func (s *Server) serveLanding(w http.ResponseWriter, r *http.Request) error {
	base := origin(r)
	return s.writeJSON(w, map[string]any{
		"title": "Quanxi 全息", "description": "The holographic grid map",
		"links": []link{
			{Href: base + "/ogc", Rel: "self", Type: jsonType},
			{Href: base + "/openapi.json", Rel: "service-desc", Type: openAPIType},
			{Href: base + "/docs", Rel: "service-doc", Type: "text/html"},
			{Href: base + "/ogc/conformance", Rel: "conformance", Type: jsonType},
			{Href: base + "/ogc/collections", Rel: "data", Type: jsonType},
		},
	})
}

func (s *Server) serveConformance(w http.ResponseWriter, _ *http.Request) error {
	return s.writeJSON(w, map[string]any{"conformsTo": []string{
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
		"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core",
		"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/tileset",
		"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/mvt",
	}})
}

func (s *Server) serveCollections(w http.ResponseWriter, r *http.Request) error {
	if err := onlyParameters(r); err != nil {
		return err
	}
	all := []any{}
	for _, c := range collections() {
		if ViewerFrom(r.Context()).MayList(c.kind) {
			all = append(all, describeCollection(r, c))
		}
	}
	return s.writeJSON(w, map[string]any{
		"links":       []link{{Href: origin(r) + "/ogc/collections", Rel: "self", Type: jsonType}},
		"collections": all,
	})
}

func (s *Server) serveCollection(w http.ResponseWriter, r *http.Request) error {
	c, err := s.collectionOf(r)
	if err != nil {
		return err
	}
	if err := onlyParameters(r); err != nil {
		return err
	}
	return s.writeJSON(w, describeCollection(r, c))
}

func describeCollection(r *http.Request, c collection) any {
	base := origin(r) + "/ogc/collections/" + string(c.kind)
	links := []link{
		{Href: base, Rel: "self", Type: jsonType},
		{Href: base + "/items", Rel: "items", Type: geoJSONType},
	}
	if c.layer != "" {
		links = append(links, link{Href: base + "/tiles", Rel: "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", Type: jsonType})
	}
	return map[string]any{
		"id": c.kind, "title": c.title, "itemType": "feature", "crs": []string{crs84}, "links": links,
	}
}

// serveItems answers a page of features, in the box that bbox names if it is given.
func (s *Server) serveItems(w http.ResponseWriter, r *http.Request) error {
	c, err := s.collectionOf(r)
	if err != nil {
		return err
	}
	if err := onlyParameters(r, "cursor", "limit", "bbox"); err != nil {
		return err
	}
	query := r.URL.Query()
	page := access.Page{Cursor: query.Get("cursor")}
	if page.Limit, err = itemLimit(query.Get("limit")); err != nil {
		return err
	}
	if page.Envelope, err = itemEnvelope(query.Get("bbox")); err != nil {
		return err
	}
	records, next, err := s.view(r.Context()).Entities(r.Context(), c.kind, page)
	if err != nil {
		return err
	}
	features := make([]json.RawMessage, 0, len(records))
	for _, rec := range records {
		feature, err := featureOf(rec)
		if err != nil {
			return err
		}
		features = append(features, feature)
	}
	self := origin(r) + r.URL.RequestURI()
	links := []link{{Href: self, Rel: "self", Type: geoJSONType}}
	if next != "" {
		query.Set("cursor", next)
		links = append(links, link{Href: origin(r) + r.URL.Path + "?" + query.Encode(), Rel: "next", Type: geoJSONType})
	}
	w.Header().Set("Content-Type", geoJSONType)
	return s.writeJSON(w, map[string]any{
		"type": "FeatureCollection", "features": features, "numberReturned": len(features), "links": links,
	})
}

func (s *Server) serveItem(w http.ResponseWriter, r *http.Request) error {
	c, err := s.collectionOf(r)
	if err != nil {
		return err
	}
	if err := onlyParameters(r); err != nil {
		return err
	}
	id, err := strconv.ParseInt(r.PathValue("feature"), 10, 64)
	if err != nil {
		return fmt.Errorf("feature: %w", grid.ErrNotFound)
	}
	rec, err := s.view(r.Context()).Entity(r.Context(), c.kind, id)
	if err != nil {
		return err
	}
	feature, err := featureOf(rec)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", geoJSONType)
	return s.writeJSON(w, feature)
}

func (s *Server) serveTilesets(w http.ResponseWriter, r *http.Request) error {
	c, err := s.collectionOf(r)
	if err != nil {
		return err
	}
	return s.writeJSON(w, map[string]any{"tilesets": []any{describeTileset(r, c)}})
}

func (s *Server) serveTileset(w http.ResponseWriter, r *http.Request) error {
	c, err := s.collectionOf(r)
	if err != nil {
		return err
	}
	return s.writeJSON(w, describeTileset(r, c))
}

// describeTileset points to the tiles of /tiles: row and column have the same
// meaning there.
func describeTileset(r *http.Request, c collection) any {
	base := origin(r)
	return map[string]any{
		"title": c.title, "dataType": "vector", "crs": "http://www.opengis.net/def/crs/EPSG/0/3857",
		"tileMatrixSetURI": quad,
		"links": []link{
			{Href: base + "/ogc/collections/" + string(c.kind) + "/tiles/WebMercatorQuad", Rel: "self", Type: jsonType},
			{Href: base + "/tiles/" + url.PathEscape(c.layer) + "/{tileMatrix}/{tileCol}/{tileRow}.mvt", Rel: "item", Type: mvtType, Templated: true},
			{Href: base + "/tiles/" + url.PathEscape(c.layer) + ".json", Rel: "describedby", Type: jsonType, Title: "TileJSON"},
		},
	}
}

// featureOf turns an entity's JSON into a GeoJSON feature.
func featureOf(rec access.Record) (json.RawMessage, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(rec.JSON, &fields); err != nil {
		return nil, fmt.Errorf("feature %d: %w", rec.ID, err)
	}
	geometry := fields["geometry"]
	if geometry == nil {
		geometry = json.RawMessage("null")
	}
	delete(fields, "geometry")
	delete(fields, "id")
	return json.Marshal(map[string]any{"type": "Feature", "id": rec.ID, "geometry": geometry, "properties": fields})
}

// onlyParameters refuses query parameters that the call does not know, as OGC API
// demands. What was asked is not repeated: it may be personal.
func onlyParameters(r *http.Request, known ...string) error {
	for name := range r.URL.Query() {
		if !slices.Contains(known, name) {
			return fmt.Errorf("%w: unknown query parameter; known are: %s", errRequest, cmp.Or(strings.Join(known, ", "), "none"))
		}
	}
	return nil
}

func itemLimit(text string) (int, error) {
	if text == "" {
		return 10, nil
	}
	limit, err := strconv.Atoi(text)
	if err != nil || limit < 1 {
		return 0, fmt.Errorf("%w: limit must be a number from 1 to 10000", errRequest)
	}
	return min(limit, 10_000), nil
}

// itemEnvelope reads bbox: west, south, east, north, or with heights between.
func itemEnvelope(text string) (*geo.Envelope, error) {
	if text == "" {
		return nil, nil
	}
	var n []float64
	for part := range strings.SplitSeq(text, ",") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return nil, fmt.Errorf("%w: bbox must be numbers", errRequest)
		}
		n = append(n, v)
	}
	if len(n) == 6 {
		n = []float64{n[0], n[1], n[3], n[4]}
	}
	if len(n) != 4 {
		return nil, fmt.Errorf("%w: bbox must be 4 or 6 numbers", errRequest)
	}
	return envelopeOf([4]float64(n))
}

// envelopeOf reads west, south, east, north in degrees.
func envelopeOf(n [4]float64) (*geo.Envelope, error) {
	for _, corner := range [][2]float64{{n[0], n[1]}, {n[2], n[3]}} {
		if err := geo.CheckDegrees(corner[0], corner[1]); err != nil {
			return nil, fmt.Errorf("%w: %w", errRequest, err)
		}
	}
	e := geo.Envelope{Min: geo.At(n[0], n[1]), Max: geo.At(n[2], n[3])}
	if !e.Valid() {
		return nil, fmt.Errorf("%w: west, south, east, north: a corner is inverted", errRequest)
	}
	return &e, nil
}
