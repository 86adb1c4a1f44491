package exchange_test

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"quanxi/exchange"
	"quanxi/geo"
	"quanxi/grid"
)

// shelf is a store of one load: what was staged is on it only after Commit.
type shelf struct {
	grid.Store // nil: the importer may call only what is below
	staged     []grid.Entity
	live       []grid.Entity
	committed  int
	aborted    int
	next       int64
}

func (s *shelf) BeginLoad(context.Context, grid.LoadInfo) (grid.Load, error) { return s, nil }
func (s *shelf) ID() int64                                                   { return 7 }
func (s *shelf) NextIDs(_ context.Context, n int) (int64, error) {
	s.next += int64(n)
	return 1<<52 + s.next, nil
}

func (s *shelf) Put(_ context.Context, entities []grid.Entity, _ []grid.SubjectKey) error {
	s.staged = append(s.staged, entities...)
	return nil
}

func (s *shelf) Commit(context.Context) (grid.Receipt, error) {
	s.live, s.committed = append(s.live, s.staged...), s.committed+1
	return grid.Receipt{}, nil
}

func (s *shelf) Abort(context.Context) error { s.staged = nil; s.aborted++; return nil }

func (s *shelf) Entities(_ context.Context, kind grid.Kind, q grid.Query) iter.Seq2[grid.Entity, error] {
	return func(yield func(grid.Entity, error) bool) {
		for _, e := range s.live {
			if e.Kind() == kind && asked(e, q) && !yield(e, nil) {
				return
			}
		}
	}
}

// asked reports whether a query names e, by its id, its external id or its code.
func asked(e grid.Entity, q grid.Query) bool {
	d, isDivision := e.(*grid.Division)
	return slices.Contains(q.IDs, e.Entity().ID) || slices.Contains(q.External, e.Entity().External) || isDivision && q.Column == "code" && slices.Contains(q.Values, string(d.Code))
}

// square is a small building at a corner given in units of 1e-4 degree.
func square(x, y string) string {
	at := func(dx, dy string) string { return "[106." + x + dx + ",29." + y + dy + "]" }
	return `{"type":"Polygon","coordinates":[[` + strings.Join([]string{at("0", "0"), at("5", "0"), at("5", "5"), at("0", "5"), at("0", "0")}, ",") + `]]}`
}

func feature(id, geometry, properties string) string {
	return `{"type":"Feature","id":` + id + `,"geometry":` + geometry + `,"properties":{` + properties + `}}`
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",\n") + `]}`
}

func runImport(t *testing.T, kind grid.Kind, name, content string, store *shelf) (*exchange.Report, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
	if err != nil {
		return nil, err
	}
	defer source.Close()
	to, _, err := exchange.ChooseCRS("wgs84", source, nil)
	if err != nil {
		t.Fatal(err)
	}
	return exchange.Import{Kind: kind, Name: "test", Actor: "tester", To: to, Vault: openVault{}}.Run(t.Context(), source, store)
}

// opened opens a file whose positions are taken for WGS 84.
func opened(t *testing.T, path string) (exchange.Source, exchange.Transform) {
	t.Helper()
	source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = source.Close() })
	to, _, err := exchange.ChooseCRS("wgs84", source, nil)
	if err != nil {
		t.Fatal(err)
	}
	return source, to
}

// openVault seals nothing, so that a test can look inside.
type openVault struct{}

func (openVault) Seal(kind grid.Kind, id int64, i grid.Identity) (grid.Seal, error) {
	return grid.Seal{Identity: grid.Sealed(i.Name), IDDigest: []byte(i.IDNumber), Key: grid.SubjectKey{Kind: kind, ID: id}}, nil
}

func (openVault) Reseal(grid.SubjectKey, grid.Identity) (grid.Seal, error) {
	return grid.Seal{}, errors.ErrUnsupported
}

func (openVault) Open(grid.SubjectKey, grid.Sealed) (grid.Identity, error) {
	return grid.Identity{}, errors.ErrUnsupported
}

func TestAFileIsStoredWholeOrNotAtAll(t *testing.T) {
	good := feature("1", square("501", "501"), `"name":"一号楼","height":54`)
	for _, tt := range []struct {
		name, content string
		stored        int
		want          string // part of the error or the report's first problem; empty if all is well
	}{
		{"a collection", collection(good, feature("2", square("511", "501"), `"levels":6`)), 2, ""},
		{"a sequence, one feature a line", good + "\n" + feature("2", square("511", "501"), "") + "\n", 2, ""},
		{"a byte order mark", "\xef\xbb\xbf" + collection(good), 1, ""},
		{"a point among buildings is passed over", collection(good, feature("3", `{"type":"Point","coordinates":[106.5,29.5]}`, "")), 1, ""},
		{"a longitude past the date line", collection(good, feature("2", `{"type":"Polygon","coordinates":[[[206,29],[206.1,29],[206.1,29.1],[206,29]]]}`, "")), 0, "range"},
		{"latitude before longitude", collection(feature("2", `{"type":"Polygon","coordinates":[[[29,106],[29,106.1],[29.1,106.1],[29,106]]]}`, "")), 0, "swapped"},
		{"an open ring", collection(good, feature("2", `{"type":"Polygon","coordinates":[[[106,29],[106.1,29],[106.1,29.1],[106,29.1]]]}`, "")), 0, "clos"},
		{"a ring that crosses itself", collection(feature("2", `{"type":"Polygon","coordinates":[[[106,29],[106.1,29.1],[106.1,29],[106,29.2],[106,29]]]}`, "")), 0, "cross"},
		{"a polygon of two points", collection(feature("2", `{"type":"Polygon","coordinates":[[[106,29],[106.1,29]]]}`, "")), 0, "point"},
		{"a word where the height belongs", collection(feature("2", square("511", "501"), `"height":"tall"`)), 0, "height_m"},
		{"a file cut in the middle", collection(good, good)[:150], 0, "end"},
		{"bytes that are no text", "\xff\xfe\x00{", 0, "not recognised"},
		{"an empty file", "", 0, "empty"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := &shelf{}
			report, err := runImport(t, grid.Buildings, "file.geojson", tt.content, store)
			if len(store.live) != tt.stored || (tt.stored == 0) != (store.committed == 0) {
				t.Errorf("%d stored by %d commits, want %d", len(store.live), store.committed, tt.stored)
			}
			said := ""
			if err != nil {
				said = err.Error()
			}
			if report != nil && len(report.Problems) > 0 {
				said += report.Problems[0].Error()
			}
			if (tt.want == "") != (said == "") || !strings.Contains(said, tt.want) {
				t.Errorf("said %q, want %q", said, tt.want)
			}
		})
	}
}

func TestPiecesOfOneBuildingAreMerged(t *testing.T) {
	left := feature("1", square("501", "501"), `"name":"大厦","height":54`)
	right := feature("1", `{"type":"Polygon","coordinates":[[[106.5015,29.501],[106.502,29.501],[106.502,29.5015],[106.5015,29.5015],[106.5015,29.501]]]}`, "")
	store := &shelf{}
	report, err := runImport(t, grid.Buildings, "pieces.geojson", collection(left, right), store)
	if err != nil || len(store.live) != 1 {
		t.Fatalf("%d buildings, %v, %+v; want one", len(store.live), err, report)
	}
	b := store.live[0].(*grid.Building)
	if len(b.Footprint) != 1 || b.Name != "大厦" || b.HeightCM != 5400 || b.Floors != 0 {
		t.Errorf("merged into %+v", b)
	}
	if report.Merged != 1 || report.Differing != 1 {
		t.Errorf("report says merged %d, differing %d; want 1 and 1", report.Merged, report.Differing)
	}
}

func TestAnyOtherRepeatedIDIsAnError(t *testing.T) {
	lamp := feature("1", `{"type":"Point","coordinates":[106.5,29.5]}`, `"category":"lamp"`)
	for _, tt := range []struct {
		name    string
		kind    grid.Kind
		content string
		why     string
	}{
		{"two lamps", grid.Components, collection(lamp, lamp), "twice"},
		{"two buildings apart", grid.Buildings, collection(feature("1", square("501", "501"), ""), feature("1", square("601", "501"), "")), "touch"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := &shelf{}
			report, err := runImport(t, tt.kind, "file.geojson", tt.content, store)
			if !errors.Is(err, exchange.ErrRefused) || len(store.live) > 0 || !strings.Contains(report.Problems[0].Why, tt.why) {
				t.Errorf("%v, %+v; want the file refused", err, report)
			}
		})
	}
}

func TestPiecesOfARoadAreOneRoad(t *testing.T) {
	lane := func(line string) string {
		return feature("1", `{"type":"LineString","coordinates":`+line+`}`, `"class":"minor","name":"书院街"`)
	}
	store := &shelf{}
	if report, err := runImport(t, grid.Roads, "roads.geojson", collection(lane("[[106.5,29.5],[106.6,29.5]]"), lane("[[106.6,29.5],[106.7,29.5]]")), store); err != nil {
		t.Fatalf("%v: %+v", err, report)
	}
	if len(store.live) != 1 || len(store.live[0].(*grid.Road).Line) != 2 {
		t.Errorf("came as %+v, want one road of two lines", store.live)
	}
}

func TestTablesOfDivisions(t *testing.T) {
	table := "code12,name,kind,lng_wgs84,lat_wgs84,township_code12_2023\n" +
		"500101135202,海螺村委会,村委会,,,500101135000\n" +
		"500101135001,桥头社区居委会,居委会,108.4,30.8,500101135000\n" +
		"500105002498,虚拟社区,居委会,,,\n"
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(table)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"UTF-8": table, "GBK, which nobody declared": gbk} {
		t.Run(name, func(t *testing.T) {
			store := &shelf{}
			if _, err := runImport(t, grid.Divisions, "villages.csv", content, store); err != nil {
				t.Fatal(err)
			}
			village, bridge, lost := store.live[0].(*grid.Division), store.live[1].(*grid.Division), store.live[2].(*grid.Division)
			if village.Name != "海螺村" || village.DivisionKind != "village" || village.Parent != "500101135" || !village.Label.IsZero() {
				t.Errorf("the village came as %+v", village)
			}
			if bridge.Name != "桥头社区" || bridge.Label != geo.At(108.4, 30.8) {
				t.Errorf("the community came as %+v", bridge)
			}
			if lost.Parent != "" {
				t.Errorf("a community without a known town got the parent %q", lost.Parent)
			}
		})
	}
}

func TestAListOfNamesDoesNotWipeOutBorders(t *testing.T) {
	store := &shelf{}
	border := feature(`"x"`, square("501", "501"), `"adcode":"500101","name":"万州区"`)
	if _, err := runImport(t, grid.Divisions, "counties.geojson", collection(border), store); err != nil {
		t.Fatal(err)
	}
	if _, err := runImport(t, grid.Divisions, "counties.csv", "code12,name\n500101000000,万州区\n", store); err != nil {
		t.Fatal(err)
	}
	again := store.live[len(store.live)-1].(*grid.Division)
	if len(again.Boundary) != 1 || again.Code != "500101" || again.Parent != "5000" {
		t.Errorf("after the list of names: %+v", again)
	}
}

// A division that was generated, or came from another file, is the same division.
func TestACodeIsOneDivision(t *testing.T) {
	invented := &grid.Division{Head: grid.Head{ID: 77, Revision: 4}, Code: "500101", Name: "旧名", Level: grid.CountyLevel, NormLow: 300, NormHigh: 500}
	store := &shelf{live: []grid.Entity{invented}}
	if _, err := runImport(t, grid.Divisions, "counties.csv", "code12,name\n500101000000,万州区\n", store); err != nil {
		t.Fatal(err)
	}
	d := store.staged[0].(*grid.Division)
	if d.ID != 77 || d.Revision != 4 || d.External != "" || d.Name != "万州区" || d.NormHigh != 500 {
		t.Errorf("came as %+v, want a new state of division 77", d)
	}
}

func TestColumnsThatMarkPeopleAreDropped(t *testing.T) {
	table := "姓名,身份证号,特殊人群,是否独居,经度,纬度\n测试一,990000194912310026,涉毒,是,106.5,29.5\n"
	store := &shelf{}
	report, err := runImport(t, grid.People, "people.csv", table, store)
	if err != nil {
		t.Fatalf("%v: %+v", err, report)
	}
	if len(report.Dropped) != 1 || report.Dropped[0] != "特殊人群" {
		t.Errorf("dropped %q, want the column 特殊人群 named", report.Dropped)
	}
	p := store.live[0].(*grid.Person)
	if p.Born != 19491231 || len(p.Care) != 1 || p.Care[0] != "living-alone" || string(p.Identity) != "测试一" {
		t.Errorf("the person came as %+v", p)
	}
	body, err := grid.EncodeJSON(p)
	if err != nil || strings.Contains(string(body), "毒") {
		t.Errorf("what marks a person reached the store: %s, %v", body, err)
	}
}
