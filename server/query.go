package server

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"quanxi/access"
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// queryRoutes add the questions that are asked of the whole map.
func (s *Server) queryRoutes() {
	register(s, operation{"identify", http.MethodGet, "/api/identify", "What is at a place and near it, and who answers", "map"}, s.identify)
	register(s, operation{"within", http.MethodPost, "/api/within", "Count and list what lies in a rectangle, circle, polygon or buffer", "map"}, s.within)
	register(s, operation{"search", http.MethodGet, "/api/search", "Find by Chinese characters, pinyin, initials or code", "map"}, s.search)
	register(s, operation{"status", http.MethodGet, "/api/status", "Where this node stands, and where the map begins", "map"}, s.status)
	register(s, operation{"categories", http.MethodGet, "/api/categories", "Categories of events", "events"}, s.categories)
}

type identifyInput struct {
	Seen
	Lon float64 `query:"lon" required:"true"`
	Lat float64 `query:"lat" required:"true"`
	CRS string  `query:"crs" enum:"wgs84,cgcs2000,gcj02,bd09" default:"cgcs2000" doc:"of lon and lat; the reply is always CGCS2000"`
}

type identifyOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         identifyBody
}

func (s *Server) identify(ctx context.Context, in *identifyInput) (*identifyOutput, error) {
	if err := s.await(ctx, in.Seen); err != nil {
		return nil, err
	}
	p, err := placeOf(in.Lon, in.Lat, in.CRS)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	found, err := s.view(ctx).Identify(ctx, p)
	if err != nil {
		return nil, err
	}
	s.metrics.identify.Observe(time.Since(began).Seconds())
	return &identifyOutput{private, identifyBodyOf(found)}, nil
}

// placeOf reads a place in one of the coordinate systems that maps of China use.
func placeOf(lon, lat float64, crs string) (geo.Point, error) {
	if err := geo.CheckDegrees(lon, lat); err != nil {
		return geo.Point{}, fmt.Errorf("%w: %w", errRequest, err)
	}
	switch crs {
	case "gcj02":
		lon, lat = geo.GCJ02ToWGS84(lon, lat)
	case "bd09":
		lon, lat = geo.GCJ02ToWGS84(geo.BD09ToGCJ02(lon, lat))
	}
	return geo.At(lon, lat), nil
}

type withinOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Counts access.Counters `json:"counts" doc:"homes and people only where the viewer answers for them"`
		// Partial is told also if the border of what this node holds is merely near.
		Partial bool              `json:"partial,omitempty" doc:"the area reaches beyond what this node holds, of which nothing is counted or listed"`
		Items   []json.RawMessage `json:"items"`
		Next    *string           `json:"next"`
	}
}

// countTime is how long an area is counted. Half of the screens of a desk would
// otherwise do nothing but count what somebody drew around a whole city.
const countTime = 10 * time.Second

func (s *Server) within(ctx context.Context, in *withinInput) (*withinOutput, error) {
	if err := s.await(ctx, in.Seen); err != nil {
		return nil, err
	}
	area, err := in.shape()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, countTime)
	defer cancel()
	view, out := s.view(ctx), &withinOutput{CacheControl: private}
	if out.Body.Partial, err = view.IsPartial(area); err != nil {
		return nil, err
	}
	if out.Body.Counts, err = view.Within(ctx, area); err != nil {
		return nil, err
	}
	out.Body.Items = []json.RawMessage{}
	if in.Body.List == "" {
		return out, nil
	}
	page := access.Page{Cursor: in.Body.Cursor, Limit: in.Body.Limit, WithoutGeometry: true}
	records, next, err := view.ListWithin(ctx, grid.Kind(in.Body.List), area, page)
	if err != nil {
		return nil, err
	}
	list := newListBody(records, next)
	out.Body.Items, out.Body.Next = list.Items, list.Next
	return out, nil
}

type searchInput struct {
	Seen
	Q     string `query:"q" required:"true" maxLength:"64"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type searchOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Hits []hitBody `json:"hits"`
	}
}

func (s *Server) search(ctx context.Context, in *searchInput) (*searchOutput, error) {
	if err := s.await(ctx, in.Seen); err != nil {
		return nil, err
	}
	out := &searchOutput{CacheControl: private}
	out.Body.Hits = []hitBody{}
	for _, hit := range s.view(ctx).Search(in.Q, in.Limit) {
		out.Body.Hits = append(out.Body.Hits, hitBodyOf(hit))
	}
	return out, nil
}

type statusOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		Epoch  string           `json:"epoch"`
		Plan   int64            `json:"plan"`
		Ready  bool             `json:"ready"`
		Area   *areaBody        `json:"area" doc:"where the map begins; null while there is nothing to show or the server is not ready"`
		Counts *access.Counters `json:"counts"`
		Holds  *OwnAreaBody     `json:"holds,omitempty" doc:"the one area that this node holds; absent if it holds everything"`
	}
}

type areaBody struct {
	Code     string     `json:"code" doc:"of a division; empty for all that is stored, where no one division holds it"`
	Name     string     `json:"name" doc:"empty if all that is stored has no name"`
	Over     overBody   `json:"over" doc:"the area of the post by which you see it, of several the highest: the map begins with a part of it where only that has buildings"`
	Lon      float64    `json:"lon"`
	Lat      float64    `json:"lat"`
	Zoom     float64    `json:"zoom"`
	Envelope [4]float64 `json:"envelope"`
}

type overBody struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

func (s *Server) status(ctx context.Context, _ *struct{}) (*statusOutput, error) {
	node, out := s.Status(), &statusOutput{CacheControl: private}
	out.Body.Epoch, out.Body.Plan, out.Body.Ready = node.Epoch, node.Plan, node.Ready()
	out.Body.Holds = OwnArea(s.Views)
	if !node.Ready() {
		return out, nil // cut off from the log it does not know what is withdrawn (RULES A15)
	}
	home, ok, err := s.view(ctx).Home(ctx)
	if err != nil || !ok {
		return out, err
	}
	lon, lat := home.Place.Degrees()
	out.Body.Area = &areaBody{
		Code: string(home.Code), Name: home.Name, Over: overBody{string(home.Over), home.OverName}, Lon: lon, Lat: lat,
		Zoom: zoomOf(home.Envelope), Envelope: degreesOf(home.Envelope),
	}
	if home.Counted {
		out.Body.Counts = &home.Counters
	}
	return out, nil
}

type categoriesOutput struct {
	Body struct {
		Items []categoryBody `json:"items"`
	}
}

type categoryBody struct {
	Code  string `json:"code"`
	Mark  string `json:"mark" doc:"the character on the map"`
	Short string `json:"short"`
	Name  string `json:"name"`
	Hours int    `json:"hours" doc:"time allowed"`
	// Private tells whoever reports one what becomes of it.
	Private bool `json:"private" doc:"shown only to who has the duty there that it is about; whoever may report events may report one"`
}

func (s *Server) categories(context.Context, *struct{}) (*categoriesOutput, error) {
	out := new(categoriesOutput)
	for _, c := range events.Categories() {
		out.Body.Items = append(out.Body.Items, categoryBody{c.Code, c.Mark, c.Short, c.Name, c.Hours, c.Privacy != events.Ordinary})
	}
	return out, nil
}
