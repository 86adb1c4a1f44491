package exchange_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"quanxi/exchange"
	"quanxi/geo"
	"quanxi/grid"
)

// oneHome is a store with a building and a home in it, both also known by the ids of
// the source "test".
func oneHome() *shelf {
	return &shelf{live: []grid.Entity{
		&grid.Building{Head: grid.Head{ID: 70, Revision: 1, External: "test:B7"}},
		&grid.Dwelling{Head: grid.Head{ID: 80, Revision: 1, External: "test:H8"}, Building: 70, Floor: 1},
	}}
}

func TestReferencesToWhatIsNotStored(t *testing.T) {
	const device = "name,lon,lat,building,dwelling\n烟感,106.5,29.5,"
	for _, tt := range []struct {
		name    string
		kind    grid.Kind
		content string
		want    string // the first problem; empty if all is well
	}{
		{"a home in a stored building", grid.Dwellings, "id,building,floor\n1,70,3\n", ""},
		{"a home in a building by the source's id", grid.Dwellings, "id,楼栋编码,floor\n1,B7,3\n", ""},
		{"a home in no building", grid.Dwellings, "id,building,floor\n1,70,3\n2,71,3\n", "line 3: building: 71 is not among the stored buildings"},
		{"a home in no building of the source", grid.Dwellings, "id,楼栋编码,floor\n1,B8,3\n", `line 2: building_external: "test:B8" is not among the stored buildings`},
		{"a home in what is no building", grid.Dwellings, "id,building,floor\n1,80,3\n", "line 2: building: 80 is not among the stored buildings"},
		{"a person at home", grid.People, "姓名,dwelling\n测试一,80\n", ""},
		{"a person in no home", grid.People, "姓名,dwelling\n测试一,80\n测试二,81\n", "line 3: dwelling: 81 is not among the stored dwellings"},
		{"a person in no home of the source", grid.People, "姓名,房屋编码\n测试一,H9\n", `line 2: dwelling_external: "test:H9" is not among the stored dwellings`},
		{"a device in a home", grid.Devices, device + "70,80\n", ""},
		{"a device on no building", grid.Devices, device + "71,\n", "line 2: building: 71 is not among the stored buildings"},
		{"a device in no home", grid.Devices, device + "70,81\n", "line 2: dwelling: 81 is not among the stored dwellings"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := oneHome()
			before := len(store.live)
			report, err := runImport(t, tt.kind, "file.csv", tt.content, store)
			if tt.want == "" {
				if err != nil || len(store.live) != before+1 {
					t.Errorf("%d stored, %v, %+v", len(store.live)-before, err, report)
				}
				return
			}
			if !errors.Is(err, exchange.ErrRefused) || report.Bad != 1 || report.Problems[0].Error() != tt.want {
				t.Errorf("%v, %+v; want %s", err, report, tt.want)
			}
			if len(store.live)+len(store.staged) != before {
				t.Errorf("%d are stored of a refused file", len(store.live)+len(store.staged)-before)
			}
		})
	}
}

// demolished is a store whose building goes away between the two readings of a file.
type demolished struct{ *shelf }

func (d demolished) BeginLoad(context.Context, grid.LoadInfo) (grid.Load, error) {
	d.live = nil
	return d.shelf, nil
}

func TestAReferenceThatIsLostBetweenTheReadings(t *testing.T) {
	path := t.TempDir() + "/homes.csv"
	save(t, path, []byte("id,building,floor\n1,70,3\n"))
	source, err := exchange.Open(t.Context(), path, exchange.Scratch(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	store := demolished{oneHome()}
	_, err = exchange.Import{Kind: grid.Dwellings, Name: "homes"}.Run(t.Context(), source, store)
	if err == nil || !strings.Contains(err.Error(), "changed") || store.committed != 0 {
		t.Errorf("%v; committed %d times", err, store.committed)
	}
}

func TestWhatAFileCannotCarryStays(t *testing.T) {
	entrance := []grid.Entrance{{Place: geo.At(106.5, 29.5), Level: 1}}
	for _, tt := range []struct {
		name, content string
		old           grid.Entity
		kept          func(grid.Entity) bool
	}{
		{"the days of a division", "code12,name\n500101000000,万州区\n",
			&grid.Division{Head: grid.Head{ID: 7}, Code: "500101", From: 20200101, To: 20301231},
			func(e grid.Entity) bool {
				d := e.(*grid.Division)
				return d.Name == "万州区" && d.From == 20200101 && d.To == 20301231
			}},
		{"but for one that the file gives", "code12,name,valid_to\n500101000000,万州区,2026-06-30\n",
			&grid.Division{Head: grid.Head{ID: 7}, Code: "500101", From: 20200101, To: 20301231},
			func(e grid.Entity) bool {
				d := e.(*grid.Division)
				return d.From == 20200101 && d.To == 20260630
			}},
		{"entrances and steward of a building", "id,name,wkt\n1,一号楼,\"POLYGON((106.5 29.5,106.501 29.5,106.501 29.501,106.5 29.5))\"\n",
			&grid.Building{Head: grid.Head{ID: 7, External: "test:1"}, Entrances: entrance, Steward: 5},
			func(e grid.Entity) bool {
				b := e.(*grid.Building)
				return b.Name == "一号楼" && len(b.Entrances) == 1 && b.Steward == 5
			}},
		{"the building of a shop", "id,name,lon,lat\n1,小面馆,106.5,29.5\n",
			&grid.Organisation{Head: grid.Head{ID: 7, External: "test:1"}, Building: 5},
			func(e grid.Entity) bool { return e.(*grid.Organisation).Building == 5 }},
		{"household and last visit of a person", "id,姓名,lon,lat\n1,测试一,106.5,29.5\n",
			&grid.Person{Head: grid.Head{ID: 7, External: "test:1"}, Household: 3, Since: 20200101, Verified: 20260101},
			func(e grid.Entity) bool {
				p := e.(*grid.Person)
				return p.ID == 7 && p.Household == 3 && p.Since == 20200101 && p.Verified == 20260101
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := &shelf{live: []grid.Entity{tt.old}}
			if report, err := runImport(t, tt.old.Kind(), "file.csv", tt.content, store); err != nil {
				t.Fatalf("%v: %+v", err, report)
			}
			if again := store.staged[0]; !tt.kept(again) { // behind it comes the city of a county
				t.Errorf("came as %+v", again)
			}
		})
	}
}

// Under one code two divisions may follow each other.
func TestADivisionOfAFileIsTheOneOfItsDays(t *testing.T) {
	for _, tt := range []struct {
		name, content string
		want          int64
	}{
		{"without days, the later", "code12,name\n500101000000,万州区\n", 8},
		{"with days, that of those days", "code12,name,valid_to\n500101000000,万州区,2024-06-30\n", 7},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := &shelf{live: []grid.Entity{
				&grid.Division{Head: grid.Head{ID: 7, Revision: 1}, Code: "500101", From: 20200101, To: 20250101},
				&grid.Division{Head: grid.Head{ID: 8, Revision: 1}, Code: "500101", From: 20250101},
			}}
			if report, err := runImport(t, grid.Divisions, "file.csv", tt.content, store); err != nil {
				t.Fatalf("%v: %+v", err, report)
			}
			if store.staged[0].Entity().ID != tt.want {
				t.Errorf("staged %+v, want division %d", store.staged[0], tt.want)
			}
		})
	}
}

// A list of counties leaves out the city that all of them have in common.
func TestTheCityOfCountiesIsAdded(t *testing.T) {
	const counties = "code12,name\n500101000000,万州区\n500106000000,沙坪坝区\n"
	for _, tt := range []struct {
		name, content string
		stored        []grid.Entity
		want          int // divisions that are staged
	}{
		{"where nobody brings it", counties, nil, 3},
		{"but not where the file does", counties + "5000,重庆\n", nil, 3},
		{"nor where the file does with zeros behind its code", counties + "500000000000,重庆市\n", nil, 3},
		{"nor where it is stored", counties, []grid.Entity{&grid.Division{Head: grid.Head{ID: 7, Revision: 1}, Code: "5000", Name: "重庆"}}, 2},
		{"nor one whose name is not known", "code12,name\n110101000000,东城区\n", nil, 1},
		{"nor for towns alone", "code12,name,parent\n500106003000,某街道,500106\n", nil, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := &shelf{live: tt.stored}
			report, err := runImport(t, grid.Divisions, "file.csv", tt.content, store)
			if err != nil {
				t.Fatalf("%v: %+v", err, report)
			}
			if len(store.staged) != tt.want || (len(report.Cities) == 1) != (tt.name == "where nobody brings it") {
				t.Errorf("staged %d, added %v, want %d", len(store.staged), report.Cities, tt.want)
			}
		})
	}
}
