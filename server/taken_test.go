package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/exchange"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/staff"
)

// What was so when a file was asked for may not be so when it is taken.
func TestAFileIsTakenByTheRightsAndNumbersOfThatMoment(t *testing.T) {
	for _, tt := range []struct {
		name   string
		spoil  func(t *testing.T, r *rig, p exportPeople, e *staff.Export)
		status int
	}{
		{"nothing has changed", func(*testing.T, *rig, exportPeople, *staff.Export) {}, 200},
		{"the post is gone", func(_ *testing.T, r *rig, p exportPeople, _ *staff.Export) {
			r.viewer = access.NewViewer(itoa(p.secretary), role.Grant{})
		}, 404},
		{"the post is another one", func(_ *testing.T, r *rig, p exportPeople, _ *staff.Export) {
			grant, _ := r.directory.Grant(p.sibling, now, r.desk.ScopeOf)
			r.viewer = access.NewViewer(itoa(p.secretary), grant)
		}, 403},
		{"its time is over", func(t *testing.T, r *rig, _ exportPeople, e *staff.Export) {
			e.AskedAt, e.Ends = now.Add(-time.Hour), now
			r.write(t, e)
		}, 409},
		{"it was refused", func(t *testing.T, r *rig, _ exportPeople, e *staff.Export) {
			e.State = staff.ExportRefused
			r.write(t, e)
		}, 409},
		{"more people than may leave have come", func(t *testing.T, r *rig, _ exportPeople, _ *staff.Export) { r.set(t, 0) }, 409},
		{"more people than were approved have come", func(t *testing.T, r *rig, p exportPeople, e *staff.Export) {
			e.Decider, e.Personal = p.other, 0
			r.write(t, e)
		}, 409},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			p := r.exportPeople(t)
			r.become(p.secretary)
			asked := r.ask(t, grid.People, "csv")
			e, err := r.store.Entity(t.Context(), staff.Exports, asked.ID)
			if err != nil {
				t.Fatal(err)
			}
			tt.spoil(t, r, p, e.(*staff.Export))
			reply := r.do(t, call{line: fmt.Sprintf("/api/exports/%d/file", asked.ID)})
			if reply.Code != tt.status {
				t.Errorf("%d %s, want %d", reply.Code, reply.Body, tt.status)
			}
			if rows := r.trail(t, "exports.take", asked.ID); len(rows) != map[bool]int{true: 1}[tt.status == 200] {
				t.Errorf("%d rows of taking", len(rows))
			}
		})
	}
}

// A broken download is taken again for an hour, each time with a trace, and not longer.
func TestAFileIsTakenAgainForAnHour(t *testing.T) {
	r := newRig(t)
	p := r.exportPeople(t)
	r.become(p.secretary)
	asked := r.ask(t, grid.Buildings, "csv")
	for range 2 {
		if reply := r.do(t, call{line: fmt.Sprintf("/api/exports/%d/file", asked.ID)}); reply.Code != 200 {
			t.Fatalf("%d %s", reply.Code, reply.Body)
		}
	}
	e, err := r.store.Entity(t.Context(), staff.Exports, asked.ID)
	if err != nil {
		t.Fatal(err)
	}
	if x := e.(*staff.Export); x.State != staff.ExportTaken || !x.Ends.Equal(now.Add(time.Hour)) || len(r.trail(t, "exports.take", asked.ID)) != 2 {
		t.Errorf("%+v", x)
	}
}

// What a file is asked for and what is in it never differ by what the asker does not see:
// somebody in the next town may come and go.
func TestCountsTellNothingOfOtherAreas(t *testing.T) {
	r := newRig(t)
	p := r.exportPeople(t)
	r.become(p.secretary)
	before := r.ask(t, grid.People, "csv")
	r.viewer = access.Local()
	for e, err := range r.store.Entities(t.Context(), grid.Dwellings, grid.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if r.world.Snapshot().AreaOf(grid.Dwellings, e.Entity().ID) == "500106004001001" {
			r.create(t, grid.People, fmt.Sprintf(`{"dwelling":%d,"residence":"both","name":"张三"}`, e.Entity().ID))
		}
	}
	r.become(p.secretary)
	if after := r.ask(t, grid.People, "csv"); after.Rows != before.Rows || after.Personal != before.Personal {
		t.Errorf("before %+v, after %+v", before, after)
	}
}

// What left as a file comes in again elsewhere; what is masked in it does not.
func TestAFileThatLeftIsRead(t *testing.T) {
	r := newRig(t)
	p := r.exportPeople(t)
	r.become(p.secretary)
	t.Setenv("TMPDIR", "/nowhere") // where others look, nothing is laid
	for _, format := range exchange.Formats() {
		asked := r.ask(t, grid.Buildings, format)
		path := filepath.Join(t.TempDir(), "in"+exchange.Extension(format))
		if err := os.WriteFile(path, r.do(t, call{line: fmt.Sprintf("/api/exports/%d/file", asked.ID)}).Body.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
		if err != nil {
			t.Fatal(err)
		}
		var names []any
		for record, err := range source.Records(func(x, y float64) (float64, float64) { return x, y }) {
			if err != nil || record.Geometry == nil {
				t.Errorf("%s: %+v, %v", format, record, err)
			}
			names = append(names, record.Properties["name"])
		}
		if !slices.Equal(names, []any{any("我们村1幢")}) {
			t.Errorf("%s: %v", format, names)
		}
		if err := source.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A road that only runs through belongs to the file, as on the command line.
func TestTheBaseMapIsCutByItsShape(t *testing.T) {
	r := newRig(t)
	p := r.exportPeople(t)
	road := func(name string, west, east float64) {
		r.write(t, &grid.Road{Name: name, Class: "main", Line: geo.MultiLine{{geo.At(west, 29.5), geo.At(east, 29.5)}}})
	}
	road("过境路", 105.5, 107.5)
	road("邻镇路", 106.7, 106.8)
	r.become(p.secretary)
	asked := r.ask(t, grid.Roads, "geojson")
	mustHold(t, r.do(t, call{line: fmt.Sprintf("/api/exports/%d/file", asked.ID)}).Body.String(), []string{"过境路"}, []string{"邻镇路"})
}
