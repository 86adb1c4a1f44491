package exchange_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quanxi/exchange"
	"quanxi/grid"
)

func TestColumnsThatFillNoFieldAreNamed(t *testing.T) {
	place := `{"type":"Point","coordinates":[106.5,29.5]}`
	for _, tt := range []struct {
		name    string
		kind    grid.Kind
		file    string
		content string
		want    []string
	}{
		{"a table of which only the number is known", grid.Components, "a.csv", "编号,名称,备注,lon,lat\n7,井盖,旧,106.5,29.5\n", []string{"名称", "备注"}},
		{"names are known in whatever letters and brackets", grid.ServicePoints, "a.csv", "ID,Name:ZH, 开 放 时 间 ,LON,Lat\n1,驿站,9-17,106.5,29.5\n", nil},
		{"a name of lower rank beside a better one", grid.Components, "a.csv", "id,编号,小类,kind,lng_wgs84,lat_wgs84,经度,纬度\n1,2,lamp,lamp,106.5,29.5,106.6,29.6\n", nil},
		{"a place as WKT", grid.Components, "a.csv", "id,wkt,x,y\n1,POINT(106.5 29.5),1,2\n", nil},
		{"a column without anything in it", grid.Components, "a.csv", "id,lon,lat,备注\n1,106.5,29.5,\n", nil},
		{"something only in a later record", grid.Components, "a.geojson", collection(feature("1", place, `"note":null`), feature("2", place, `"note":"x"`)), []string{"note"}},
		{"what tells a part of a building from one", grid.Buildings, "a.geojson", collection(feature("1", square("501", "501"), `"kind":"building","layer":1`)), []string{"layer"}},
		{"what tells the outline of water from water", grid.Waters, "a.geojson", collection(feature("1", square("501", "501"), `"boundary":false`)), nil},
		{"a column of ours in a file that is not", grid.Buildings, "a.geojson", collection(feature("1", square("501", "501"), `"revision":3,"steward":"张"`)), []string{"revision", "steward"}},
		{"what marks people is dropped, not merely unread", grid.People, "a.csv", "姓名,涉毒,爱好,lon,lat\n测试一,是,棋,106.5,29.5\n", []string{"爱好"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			report, err := runImport(t, tt.kind, tt.file, tt.content, &shelf{})
			if err != nil {
				t.Fatalf("%v: %+v", err, report)
			}
			if slices.Sort(tt.want); !slices.Equal(report.Unread, tt.want) {
				t.Errorf("unread are %q, want %q", report.Unread, tt.want)
			}
			body, err := json.Marshal(report)
			if want := `"unread":`; err != nil || strings.Contains(string(body), want) != (tt.want != nil) {
				t.Errorf("as JSON: %s, %v", body, err)
			}
		})
	}
}

func TestNoColumnOfAnExportIsUnread(t *testing.T) {
	for format, write := range formats() {
		for _, e := range wholes() {
			e.Entity().ID = 17
			path := filepath.Join(t.TempDir(), "out")
			write(t, path, e)
			report, err := readAuto(t, openStore(t), e.Kind(), path)
			if err != nil || len(report.Unread) > 0 {
				t.Errorf("%s of %s: unread are %q, %v", format, e.Kind(), report.Unread, err)
			}
		}
	}
}

func TestTheReportNamesUnreadColumns(t *testing.T) {
	many := make([]string, 23)
	for i := range many {
		many[i] = fmt.Sprintf("c%02d", i)
	}
	for _, tt := range []struct {
		name   string
		unread []string
		want   string // the line; empty if there is none
	}{
		{"none", nil, ""},
		{"one", []string{"备注"}, "  not read       1 column fills no field of components: 备注\n"},
		{"two, one of which would break the line", []string{"a\nb", "名称"}, "  not read       2 columns fill no field of components: \"a\\nb\", 名称\n"},
		{"more than anybody reads", many, "  not read       23 columns fill no field of components: " + strings.Join(many[:20], ", ") + " and 3 more\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var said bytes.Buffer
			_, err := (&exchange.Report{Kind: grid.Components, Unread: tt.unread}).WriteTo(&said)
			if err != nil || strings.Contains(said.String(), "not read") != (tt.want != "") || !strings.Contains(said.String(), tt.want) {
				t.Errorf("said %q, %v; want %q", said.String(), err, tt.want)
			}
		})
	}
}

// The number in the table of a ledger makes a thing the same the next time.
func TestANumberOfALedgerIsAnID(t *testing.T) {
	for _, kind := range []grid.Kind{grid.Components, grid.Devices, grid.Cameras, grid.Organisations, grid.ServicePoints} {
		store := &shelf{}
		if report, err := runImport(t, kind, "a.csv", "编号,name,lon,lat\n7,某处,106.5,29.5\n", store); err != nil || report.WithoutID > 0 {
			t.Fatalf("%s: %v %+v", kind, err, report)
		}
		if external := store.live[0].Entity().External; external != "test:7" {
			t.Errorf("%s: external id %q", kind, external)
		}
	}
}
