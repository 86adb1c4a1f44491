package server

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs/page.html docs/page.css
var docFiles embed.FS

// openAPIType is the media type of the description. GDAL (and so QGIS) knows those
// of OpenAPI 3.0 and this one, not that of 3.1.
const openAPIType = "application/json"

// docRoutes add /openapi.json and /docs, which shows the same to people. Both
// are made once, when every route is known.
func (s *Server) docRoutes() {
	s.describeRest()
	delete(s.api.OpenAPI().Components.Schemas.Map(), "ErrorModel") // huma's own form of errors is never sent
	description, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		panic(fmt.Errorf("openapi: %w", err)) // made of our own types
	}
	page, err := renderDocs(s.api.OpenAPI())
	if err != nil {
		panic(fmt.Errorf("docs: %w", err)) // the template is ours too
	}
	style, err := docFiles.ReadFile("docs/page.css")
	if err != nil {
		panic(fmt.Errorf("docs: %w", err)) // it is in the binary
	}
	s.fixed("GET /openapi.json", openAPIType, description)
	s.fixed("GET /docs", "text/html; charset=utf-8", page)
	s.fixed("GET /docs/page.css", "text/css; charset=utf-8", style)
}

// fixed answers an address with bytes that stay as they are while we run.
func (s *Server) fixed(pattern, contentType string, body []byte) {
	s.letIn(pattern)
	s.handle(pattern, func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-cache")
		_, err := w.Write(body)
		return clientGone(err)
	})
}

// describeRest describes what is not JSON: tiles, the feed and health.
func (s *Server) describeRest() {
	for _, o := range []struct{ id, path, summary, tag, produces string }{
		{"tilejson", "/tiles/{layers}.json", "TileJSON 3.0 of layers joined by commas", "tiles", "application/json"},
		{"tile", "/tiles/{layers}/{z}/{x}/{y}.mvt", "A Mapbox Vector Tile 2.1; 204 if it is empty, 304 if it is unchanged", "tiles", "application/vnd.mapbox-vector-tile"},
		{"feed", "/feed", "Websocket, subprotocol quanxi.v1; see docs/FEED.md", "feed", "application/json"},
		{"health", "/healthz", "The process answers", "health", "text/plain"},
		{"ready", "/readyz", "The World is loaded and follows the log; 503 if not", "health", "text/plain"},
	} {
		op := &huma.Operation{
			OperationID: o.id, Method: http.MethodGet, Path: o.path, Summary: o.summary, Tags: []string{o.tag},
			Responses: map[string]*huma.Response{"200": {Description: "OK", Content: map[string]*huma.MediaType{o.produces: {}}}},
		}
		for name := range pathParameters(o.path) {
			op.Parameters = append(op.Parameters, &huma.Param{Name: name, In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}})
		}
		s.api.OpenAPI().AddOperation(op)
	}
}

// pathParameters yields the names in braces, in order.
func pathParameters(path string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for {
			_, rest, ok := strings.Cut(path, "{")
			if !ok {
				return
			}
			name, after, _ := strings.Cut(rest, "}")
			if !yield(name) {
				return
			}
			path = after
		}
	}
}

// A docOperation is a line of the documentation page.
type docOperation struct {
	Method, Path, Summary, Tag string
	Parameters                 []*huma.Param
	Body, Reply                string // schemas as indented JSON
}

func renderDocs(api *huma.OpenAPI) ([]byte, error) {
	page, err := template.ParseFS(docFiles, "docs/page.html")
	if err != nil {
		return nil, err
	}
	var operations []docOperation
	for path, item := range api.Paths {
		for method, op := range methodsOf(item) {
			if op != nil {
				operations = append(operations, newDocOperation(method, path, op))
			}
		}
	}
	slices.SortFunc(operations, func(a, b docOperation) int {
		return cmp.Or(cmp.Compare(a.Tag, b.Tag), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
	})
	var out bytes.Buffer
	err = page.Execute(&out, struct {
		Info       *huma.Info
		Operations []docOperation
	}{api.Info, operations})
	return out.Bytes(), err
}

func methodsOf(item *huma.PathItem) map[string]*huma.Operation {
	return map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete}
}

func newDocOperation(method, path string, op *huma.Operation) docOperation {
	d := docOperation{Method: method, Path: path, Summary: op.Summary, Parameters: op.Parameters}
	if len(op.Tags) > 0 {
		d.Tag = op.Tags[0]
	}
	if op.RequestBody != nil {
		d.Body = schemaText(op.RequestBody.Content)
	}
	for _, status := range []string{"200", "201"} {
		if r := op.Responses[status]; r != nil {
			d.Reply = schemaText(r.Content)
		}
	}
	return d
}

func schemaText(content map[string]*huma.MediaType) string {
	media := content["application/json"]
	if media == nil || media.Schema == nil {
		return ""
	}
	text, err := json.MarshalIndent(media.Schema, "", "  ")
	if err != nil {
		return ""
	}
	return string(text)
}
