package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"

	"quanxi/access"
	"quanxi/geo"
	"quanxi/grid"
)

// divisionRoutes add what is asked of divisions: they are named by their codes.
func (s *Server) divisionRoutes() {
	tag := string(grid.Divisions)
	list := entities{s, grid.Divisions}.describe("list", http.MethodGet, "/api/divisions", listSchema(grid.Divisions))
	registerRaw(s, list, s.listDivisions)
	read := entities{s, grid.Divisions}.describe("read", http.MethodGet, "/api/divisions/{code}", entitySchema(grid.Divisions))
	registerRaw(s, read, s.readDivision)
	register(s, operation{"stats", http.MethodGet, "/api/stats", "Live numbers of an area", tag}, s.stats)
}

type divisionsInput struct {
	Seen
	Parent   string `query:"parent" maxLength:"17" doc:"code of the division that manages them"`
	Level    int32  `query:"level" minimum:"0" maximum:"6"`
	Unplaced string `query:"unplaced" enum:"true,false" default:"false" doc:"only those below a county whose manager is not known"`
	Under    string `query:"under" maxLength:"17" doc:"code of a division that manages them, directly or through others"`
	DownTo   int32  `query:"down_to" minimum:"0" maximum:"6" doc:"only of this level or a higher one"`
	Geometry string `query:"geometry" enum:"true,false" default:"false"`
	Cursor   string `query:"cursor"`
	Limit    int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

func (s *Server) listDivisions(ctx context.Context, in *divisionsInput) (*listOutput, error) {
	if err := s.await(ctx, in.Seen); err != nil {
		return nil, err
	}
	found, next, err := s.view(ctx).Divisions(ctx, access.DivisionPage{
		Parent: grid.Code(in.Parent), Level: grid.Level(in.Level), Unplaced: in.Unplaced == "true",
		Under: grid.Code(in.Under), DownTo: grid.Level(in.DownTo),
		Cursor: in.Cursor, Limit: in.Limit, Geometry: in.Geometry == "true",
	})
	if err != nil {
		return nil, err
	}
	records := make([]access.Record, len(found))
	for i, d := range found {
		if records[i], err = withLive(d); err != nil {
			return nil, err
		}
	}
	return &listOutput{CacheControl: private, Body: newListBody(records, next)}, nil
}

type divisionInput struct {
	Seen
	Code     string `path:"code" maxLength:"17"`
	Geometry string `query:"geometry" enum:"true,false" default:"true"`
}

func (s *Server) readDivision(ctx context.Context, in *divisionInput) (*recordOutput, error) {
	if err := s.await(ctx, in.Seen); err != nil {
		return nil, err
	}
	d, err := s.view(ctx).Division(ctx, grid.Code(in.Code), in.Geometry == "true")
	if err != nil {
		return nil, err
	}
	rec, err := withLive(d)
	if err != nil {
		return nil, err
	}
	return &recordOutput{Status: http.StatusOK, CacheControl: private, ETag: revisionTag(rec.Revision), Body: rec.JSON}, nil
}

// withLive adds to a division's JSON what the World knows of it: the place where it is
// shown, its live numbers and the chain of divisions down to it.
func withLive(d access.DivisionRecord) (access.Record, error) {
	rec := d.Record
	rec.JSON = rec.JSON[: len(rec.JSON)-1 : len(rec.JSON)-1]
	add := func(name string, value any) error {
		text, err := json.Marshal(value)
		rec.JSON = append(append(rec.JSON, `,"`+name+`":`...), text...)
		return err
	}
	var err error
	if d.Place != (geo.Point{}) {
		lon, lat := d.Place.Degrees()
		err = add("place", [2]float64{lon, lat})
	}
	if d.Counters != nil {
		err = errors.Join(err, add("counters", d.Counters))
	}
	if d.Chain != nil {
		err = errors.Join(err, add("chain", briefOf(d.Chain)))
	}
	rec.JSON = append(rec.JSON, '}')
	return rec, err
}

type statsInput struct {
	Seen
	Code string `query:"code" required:"true" maxLength:"17"`
}

// countersBody is an area's live numbers as they travel on the API and the feed.
type countersBody struct {
	Code string `json:"code"`
	access.Counters
}

type statsOutput struct {
	CacheControl string `header:"Cache-Control"`
	Body         countersBody
}

func (s *Server) stats(ctx context.Context, in *statsInput) (*statsOutput, error) {
	if err := s.await(ctx, in.Seen); err != nil {
		return nil, err
	}
	counters, err := s.view(ctx).Counters(grid.Code(in.Code))
	if err != nil {
		return nil, err
	}
	return &statsOutput{CacheControl: private, Body: countersBody{in.Code, counters}}, nil
}
