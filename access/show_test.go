package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/grid"
)

// How somebody's record is shown, row by row: to whom, of whom, where.
func TestHowSomebodyIsShown(t *testing.T) {
	viewerOf := func(code string, area grid.Code, open ...access.Unmasked) *access.Viewer {
		return access.NewViewer("7", role.NewGrant([]role.Post{{Role: code, Area: area}}, role.Shipped(),
			func(c grid.Code) grid.Scope { return grid.NewScope(grid.Under(c)) }), open...)
	}
	grown := access.Subject{Ref: grid.Ref{Kind: grid.People, ID: 1}, Area: ourGrid}
	child := access.Subject{Ref: grid.Ref{Kind: grid.People, ID: 2}, Area: ourGrid, Minor: true}
	both := holder("7", role.Shipped(), role.Post{Role: "doctor", Area: ourGrid[:12]}, role.Post{Role: "steward", Area: ourGrid})
	opened := func(s access.Subject) access.Unmasked { return access.Unmasked{Ref: s.Ref} }
	for _, tt := range []struct {
		name   string
		viewer *access.Viewer
		of     access.Subject
		want   access.Showing
		unmask bool
		care   bool
	}{
		{"a grid worker, of somebody in the own grid", viewerOf("grid-worker", ourGrid), grown, access.Masked, true, true},
		{"a grid worker, of a child", viewerOf("grid-worker", ourGrid), child, access.Hidden, true, true},
		{"a grid worker, of a child that was unmasked", viewerOf("grid-worker", ourGrid, opened(child)), child, access.Open, true, true},
		{"a grid worker, when another was unmasked", viewerOf("grid-worker", ourGrid, opened(child)), grown, access.Masked, true, true},
		{"a grid worker, of a worker of the same number", viewerOf("grid-worker", ourGrid, access.Unmasked{Ref: grid.Ref{Kind: grid.Workers, ID: 1}}), grown, access.Masked, true, true},
		{"a grid worker of the next grid", viewerOf("grid-worker", theirGrid), grown, access.Masked, false, false},
		{"a steward, who may not unmask", viewerOf("steward", ourGrid), grown, access.Masked, false, false},
		{"a steward, who unmasked as a grid worker that he is no more", viewerOf("steward", ourGrid, opened(grown)), grown, access.Masked, false, false},
		{"a doctor, who comes for an event", viewerOf("doctor", ourGrid[:12]), grown, access.Masked, false, false},
		{"a doctor who is a steward too", both, grown, access.Masked, false, false},
		{"an operator of the town", viewerOf("operator", ourGrid[:9]), grown, access.Masked, true, true},
		{"an operator of the county, who counts", viewerOf("operator", ourGrid[:6]), grown, access.Masked, false, false},
		{"a security administrator", viewerOf("security-admin", "5000"), grown, access.Masked, false, false},
		{"who stands at a machine without accounts", access.Local(), grown, access.Masked, false, true},
		{"nobody", new(access.Viewer), grown, access.Masked, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.viewer.Identity(&tt.of); got != tt.want {
				t.Errorf("shown %s, want %s", got, tt.want)
			}
			if may := tt.viewer.MayUnmask(&tt.of) == nil; may != tt.unmask {
				t.Errorf("may unmask: %v", may)
			}
			if care := tt.viewer.SeesCare(tt.of.Area); care != tt.care {
				t.Errorf("sees tags of care: %v", care)
			}
		})
	}
}

// Of the masked stays the year of birth: with the day, a masked ID number would leave some
// ninety to try.
func TestOfTheMaskedTheYearOfBirthIsShown(t *testing.T) {
	d := newDesk(t)
	ours, _ := d.furnish(t)
	worker := role.Post{Role: "grid-worker", Area: ourGrid}
	for _, tt := range []struct {
		name, born, since string
		masked            []string
		fixed             []string // fields that cannot be set while it is masked
	}{
		{"who moved in later", "1950-03-02", "1987-06-05", []string{`"born":"1950"`, `"since":"1987-06-05"`}, []string{"born"}},
		{"who has lived there since birth", "1950-03-02", "1950-03-02", []string{`"born":"1950"`, `"since":"1950"`}, []string{"born", "since"}},
		{"who came in the year of birth", "1950-03-02", "1950-12-31", []string{`"born":"1950"`, `"since":"1950"`}, []string{"born", "since"}},
		{"of whom neither is known", "", "", []string{`"born":""`, `"since":""`}, []string{"born"}},
		{"who came of age this year, still as a child", "2008-01-01", "2020-05-01", []string{`"born":""`, `"since":""`}, []string{"born", "since"}},
		{"who will at the end of this year", "2008-12-31", "2020-05-01", []string{`"born":""`, `"since":""`}, []string{"born", "since"}},
		{"who came of age last year", "2007-12-31", "2020-05-01", []string{`"born":"2007"`, `"since":"2020-05-01"`}, []string{"born"}},
		{"a child, born there", "2018-05-01", "2018-05-01", []string{`"born":""`, `"since":""`}, []string{"born", "since"}},
		{"a child that moved in", "2018-05-01", "2020-05-01", []string{`"born":""`, `"since":""`}, []string{"born", "since"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			made := d.create(t, grid.People, fmt.Sprintf(`{"dwelling":%d,"residence":"both","name":"欧阳小明","born":%q,"since":%q}`, ours[grid.Dwellings], tt.born, tt.since))
			ref := grid.Ref{Kind: grid.People, ID: made.ID, Revision: made.Revision}
			open := d.views.For(access.NewViewer("7", grantOf(worker), access.Unmasked{Ref: grid.Ref{Kind: grid.People, ID: made.ID}}), "")
			d.show(t, grid.Buildings, grid.Dwellings, grid.People)
			for who, want := range map[*access.View][]string{d.as(worker): tt.masked, open: {fmt.Sprintf(`"born":%q`, tt.born), fmt.Sprintf(`"since":%q`, tt.since)}} {
				record, err := who.Entity(t.Context(), grid.People, made.ID)
				if err != nil {
					t.Fatal(err)
				}
				mustHold(t, string(record.JSON), want, nil)
			}
			for _, field := range []string{"born", "since"} {
				_, err := d.as(worker).Edit(t.Context(), ref, fmt.Appendf(nil, `{%q:"1951-01-01","sex":"x"}`, field), access.Origin{})
				refused := err != nil && strings.Contains(err.Error(), "unmask the record first")
				if want := slices.Contains(tt.fixed, field); refused != want {
					t.Errorf("%s is refused as masked: %v, want %v (%v)", field, refused, want, err)
				}
			}
			_, err := open.Edit(t.Context(), ref, []byte(`{"born":"1951"}`), access.Origin{})
			mustRefuse(t, err, "born")
		})
	}
}

// What a viewer is not shown is in no reply, and cannot be written either.
func TestWhatIsNotShownIsNotThere(t *testing.T) {
	d := newDesk(t)
	ours, _ := d.furnish(t)
	child := d.create(t, grid.People, fmt.Sprintf(`{"dwelling":%d,"residence":"both","name":"欧阳小宝","born":"2018-05-01","phone":"19900005678","care":["left-behind-child"]}`, ours[grid.Dwellings]))
	d.show(t, grid.Buildings, grid.Dwellings, grid.People)
	steward := d.as(role.Post{Role: "steward", Area: ourGrid})
	worker := d.as(role.Post{Role: "grid-worker", Area: ourGrid})
	for _, tt := range []struct {
		name      string
		view      *access.View
		says, not []string
	}{
		{"a grid worker", worker, []string{`"name":"****"`, `"born":""`, `"care":["left-behind-child"]`, `"shown":"hidden"`, `"may_unmask":true`}, []string{"欧阳", "2018", "5678"}},
		{"a steward", steward, []string{`"name":"****"`, `"born":""`, `"may_unmask":false`}, []string{"欧阳", "2018", "5678", "care"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			record, err := tt.view.Entity(t.Context(), grid.People, child.ID)
			if err != nil {
				t.Fatal(err)
			}
			mustHold(t, string(record.JSON), tt.says, tt.not)
		})
	}
	ref := grid.Ref{Kind: grid.People, ID: child.ID, Revision: child.Revision}
	for _, patch := range []string{`{"born":"1990-01-01"}`, `{"name":"欧阳大宝"}`, `{"phone":""}`, `{"id_number":"500999199001011234"}`} {
		_, err := worker.Edit(t.Context(), ref, []byte(patch), access.Origin{})
		mustRefuse(t, err, "unmask the record first")
	}
}
