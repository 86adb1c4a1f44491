package access_test

import (
	"fmt"
	"testing"

	"quanxi/access"
	"quanxi/geo"
	"quanxi/grid"
)

// A home, and who lives in it, says where it is; whoever has no home, or one whose
// house is gone, says nothing.
func TestWhere(t *testing.T) {
	d := newDesk(t)
	built := d.create(t, grid.Buildings, house)
	home := d.create(t, grid.Dwellings, fmt.Sprintf(`{"building":%d,"unit":1,"floor":2,"room":"2-1","state":"own"}`, built.ID))
	const inside = `"geometry":{"type":"Point","coordinates":[106.4005,29.5005]}`
	housed := d.create(t, grid.People, fmt.Sprintf(`{"name":"欧阳小明","residence":"both","dwelling":%d}`, home.ID))
	homeless := d.create(t, grid.People, `{"name":"何大勇","residence":"living",`+inside+`}`)
	d.show(t, grid.Buildings, grid.Dwellings, grid.People)
	env := geo.Envelope{Min: geo.At(106.3, 29.4), Max: geo.At(106.5, 29.6)}
	area := geo.MultiPolygon{{{env.Min, {Lon: env.Max.Lon, Lat: env.Min.Lat}, env.Max, {Lon: env.Min.Lon, Lat: env.Max.Lat}, env.Min}}}
	where := fmt.Sprintf(`"where":{"building":%d,"name":"锦绣花园3幢","dwelling":%d,"unit":1,"floor":2,"room":"2-1"}`, built.ID, home.ID)
	for _, tt := range []struct {
		name      string
		kind      grid.Kind
		id        int64
		says, not []string
	}{
		{"a home", grid.Dwellings, home.ID, []string{where}, nil},
		{"somebody at home", grid.People, housed.ID, []string{where}, nil},
		{"somebody without a home", grid.People, homeless.ID, []string{`"何`}, []string{"where"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			records, _, err := d.city.ListWithin(t.Context(), tt.kind, area, access.Page{Limit: 10})
			if err != nil {
				t.Fatal(err)
			}
			said := map[int64]string{}
			for _, r := range records {
				said[r.ID] = string(r.JSON)
			}
			mustHold(t, said[tt.id], tt.says, tt.not)
		})
	}
}
