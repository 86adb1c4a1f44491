// Package storetest holds the one description of what a store must do, as a
// grid.Store and as a feed.Log. Every part gets a fresh, empty place.
//
// It knows no SQL; what only SQL can see is asked of the Place.
package storetest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/staff"
)

// A Store is what both stores are.
type Store interface {
	grid.Store
	feed.Log
	// Sweep drops what is of no use, and mends what a dead process left.
	Sweep(context.Context) error
	// Unindexed drops the indexes by which entities are found until restore.
	Unindexed(context.Context) (restore func(context.Context) error, err error)
}

// A Place is where a store keeps its data.
type Place struct {
	// Open returns one more handle on the place. The caller closes it.
	Open func(*testing.T) Store
	// Audit returns how many audit rows name the given action, read by a
	// connection of its own.
	Audit func(t *testing.T, action string) int
	// Tamper executes SQL with every right that an owner of the database has, past
	// all triggers. AUDIT stands for the table of the audit, BUILDINGS and PEOPLE for those of all
	// rows of these kinds. It returns how many rows were changed.
	Tamper func(t *testing.T, query string) int64
	// Indexed reports whether people are found by an index on the digest of their
	// phone, as a connection of its own sees it.
	Indexed func(t *testing.T) bool
	// Unindex drops that index from outside.
	Unindex func(t *testing.T)
}

// Run checks a kind of store; fresh makes an empty place.
func Run(t *testing.T, fresh func(*testing.T) Place) {
	for _, part := range []struct {
		name string
		test func(*testing.T, Place)
	}{
		{"what goes in comes out", roundTrip},
		{"queries select", queries},
		{"writes are whole", writes},
		{"links", links},
		{"links of loads", linkedLoads},
		{"contested links of loads", contestedLoads},
		{"revisions", revisions},
		{"external ids", externals},
		{"keys of subjects", keys},
		{"secrets of subjects", secrets},
		{"the mark of the master key", marks},
		{"the past", pastOf},
		{"once", once},
		{"the audit", audit},
		{"sealing the audit", sealing},
		{"cutting the audit", cutting},
		{"tampering behind a cut", cutTampering},
		{"tampering with the audit", tampering},
		{"loads", loads},
		{"ends of loads", endsOfLoads},
		{"filling without indexes", unindexed},
		{"conflicts of loads", loadConflicts},
		{"the past of loads", past},
		{"undoing loads", undo},
		{"a simple model", modelled},
		{"the log", log},
		{"cuts of the log", logCut},
		{"what the log says", logContent},
		{"following the log", following},
		{"the relay lock", relayLock},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, fresh(t)) })
	}
}

// sub runs the sentences of one part, each on a handle of its own.
type sub struct {
	*testing.T
	place Place
}

func (s sub) run(name string, test func(t *testing.T, store Store)) {
	s.Helper()
	s.Run(name, func(t *testing.T) { test(t, open(t, s.place)) })
}

func open(t *testing.T, place Place) Store {
	t.Helper()
	s := place.Open(t)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

// at is a place in the invented town.
func at(lon, lat int32) geo.Point { return geo.Point{Lon: 1_065_000_000 + lon, Lat: 295_000_000 + lat} }

func square(lon, lat, side int32) geo.MultiPolygon {
	return geo.MultiPolygon{{{at(lon, lat), at(lon+side, lat), at(lon+side, lat+side), at(lon, lat+side), at(lon, lat)}}}
}

func building(name string) *grid.Building {
	return &grid.Building{Name: name, Code: "1", Use: grid.Housing, Footprint: square(0, 0, 100), Floors: 6, Area: "50010100100100101"}
}

func from(id string, b *grid.Building) *grid.Building {
	b.External = id
	return b
}

func write(t *testing.T, s grid.Store, put ...grid.Entity) grid.Receipt {
	t.Helper()
	return mustWrite(t, s, grid.Write{Actor: "tester", Action: "test", Put: put})
}

func mustWrite(t *testing.T, s grid.Store, w grid.Write) grid.Receipt {
	t.Helper()
	r, err := s.Write(t.Context(), w)
	if err != nil {
		t.Fatalf("Write: %v", err)
	}
	return r
}

func remove(t *testing.T, s grid.Store, kind grid.Kind, id, revision int64) {
	t.Helper()
	mustWrite(t, s, grid.Write{Actor: "tester", Action: "test", Remove: []grid.Ref{{Kind: kind, ID: id, Revision: revision}}})
}

// refuses checks that a write fails with the wanted error.
func refuses(t *testing.T, s grid.Store, want error, w grid.Write) {
	t.Helper()
	if _, err := s.Write(t.Context(), w); !errors.Is(err, want) {
		t.Errorf("Write: %v, want %v", err, want)
	}
}

func putting(e ...grid.Entity) grid.Write { return grid.Write{Actor: "tester", Action: "test", Put: e} }

func entity(t *testing.T, s grid.Store, kind grid.Kind, id int64) grid.Entity {
	t.Helper()
	e, err := s.Entity(t.Context(), kind, id)
	if err != nil {
		t.Fatalf("Entity: %v", err)
	}
	return e
}

func absent(t *testing.T, s grid.Store, kind grid.Kind, id int64) {
	t.Helper()
	if e, err := s.Entity(t.Context(), kind, id); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("%s %d: %+v, %v; want ErrNotFound", kind, id, e, err)
	}
}

func present(t *testing.T, s grid.Store, kind grid.Kind, id int64) {
	t.Helper()
	if _, err := s.Entity(t.Context(), kind, id); err != nil {
		t.Errorf("%s %d: %v", kind, id, err)
	}
}

// named returns the names of all live buildings by id.
func named(t *testing.T, s grid.Store) map[int64]string {
	t.Helper()
	names := map[int64]string{}
	for e, err := range s.Entities(t.Context(), grid.Buildings, grid.Query{}) {
		if err != nil {
			t.Fatalf("Entities: %v", err)
		}
		names[e.Entity().ID] = e.(*grid.Building).Name
	}
	return names
}

func wantNames(t *testing.T, s grid.Store, want map[int64]string) {
	t.Helper()
	if got := named(t, s); !reflect.DeepEqual(got, want) {
		t.Errorf("live buildings are %v, want %v", got, want)
	}
}

// copyOf returns the entity as it would come out of a store.
func copyOf(t *testing.T, e grid.Entity) grid.Entity {
	t.Helper()
	body, err := grid.EncodeJSON(e)
	if err != nil {
		t.Fatal(err)
	}
	c, err := feed.New(e.Kind())
	if err != nil {
		t.Fatal(err)
	}
	if err := grid.DecodeJSON(body, c); err != nil {
		t.Fatal(err)
	}
	return c
}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

// town returns one entity of every kind, with values that trip up a store that
// is careless with quoting, wildcards, planes, signs or zeros.
func town() []grid.Entity {
	return []grid.Entity{
		&grid.Division{Code: "500101", Name: "O'Brien 区 🏠", Level: grid.CountyLevel, Boundary: square(-500, -500, 2000), Label: at(1, 2),
			NormLow: 300, NormHigh: 500, From: 20260101},
		&grid.LandUse{Name: "50% 田_地", Class: "contour", Body: geo.MultiLine{{at(0, 0), at(5, 5)}}},
		&grid.Water{Name: `"后"\河`, Class: "lake", Body: square(0, 0, 10)},
		&grid.Green{Class: "park", Area: append(square(0, 0, 10), square(20, 20, 10)...)},
		&grid.Road{Name: "石梯', DROP TABLE", Class: "stairs", WidthCM: 250, Bridge: true, Line: geo.MultiLine{{at(0, 0), at(1, 1)}, {at(2, 2), at(3, 3)}}},
		&grid.Building{Head: grid.Head{ID: 9007199254740990, External: "osm:_%'1"}, Name: "锦绣花园3幢", Footprint: square(0, 0, 100), Below: 3, Floors: 8,
			Entrances: []grid.Entrance{{Place: at(1, 1), Level: -2, Unit: 1}}, Use: grid.Housing, Area: "50010100100100101"},
		&grid.Dwelling{Head: grid.Head{ID: 9007199254740991}, Building: 9007199254740990, Floor: -2, Room: "-2-1", State: grid.Vacant},
		&grid.Household{Dwelling: 9007199254740991, Number: "007"},
		&grid.Person{Identity: grid.Sealed{0, 1, 0xff, '\''}, IDDigest: []byte{0}, Sex: "f", Born: 19400229, Place: geo.Point{Lon: -1, Lat: -899_999_999},
			Residence: grid.LivesOnly, Care: []string{"living-alone", "aged-80"}},
		&grid.Organisation{Name: "小面馆", Place: at(9, 9)},
		&grid.Component{Category: "manhole-rain", State: "intact", Place: at(-9, 9)},
		&grid.Device{Category: "smoke", State: "alarm", LastValue: "\t\n", Place: at(3, 3)},
		&grid.Camera{Name: "路口", State: "online", Azimuth: 359, View: 90, Place: at(4, 4)},
		&grid.ServicePoint{Name: "便民服务", Items: []string{"a,b", `"`, ""}, Place: at(4, 4)},
		&grid.Worker{Name: "周", Role: "grid-worker", Area: "500101001001001", FullTime: true},
		&events.Event{Category: "fire", Title: "烟", Place: at(5, 5), State: events.Reported, Urgency: events.Urgent, OccurredAt: noon, ReportedAt: noon.Add(time.Hour)},
		&staff.Account{Login: "operator", Name: "值班员", Sort: staff.Person, Credential: grid.Sealed{0, 1, 0xff}, PasswordNo: 3, Locked: true, Issuer: "https://id.example", Subject: "7"},
		&staff.Role{Code: "operator", Rights: []string{"see-events"}, Personal: grid.TownLevel},
		&staff.Post{Account: 9007199254740991, Role: "operator", Area: "500101001", Board: "S", Begins: noon, Issuer: "https://id.example"},
		&staff.StandIn{Post: 1, Deputy: 2, Begins: noon, Ends: noon.Add(time.Microsecond)},
		&staff.SignIn{Account: 1, Digest: []byte{0}, PasswordNo: 3, Token: true, From: "127.0.0.1", Began: noon, Ends: noon.Add(time.Hour), Strong: true, Rights: []string{"see-events"}, Areas: []string{"500101001", "500102"}},
		&staff.Unmasking{Account: 1, Of: grid.People, Subject: 2, Reason: staff.ForEvent, Event: 3, Began: noon, Ends: noon.Add(time.Minute)},
		&staff.Setup{Account: 1, Digest: []byte{0}, Ends: noon},
		&staff.Proposal{Code: "operator", Rights: []string{"see-events"}, Personal: grid.TownLevel, By: 1, At: noon},
		&staff.Export{Account: 1, Role: "leader", Over: "500101001", Of: grid.People, Area: "500101001001", Format: "csv", Purpose: staff.ForReport, Note: "季度'报表",
			Rows: 9007199254740991, Personal: 3, State: staff.ExportWaiting, AskedAt: noon, Decider: 2, DecidedAt: noon.Add(time.Minute), TakenAt: noon.Add(2 * time.Minute), Ends: noon.Add(time.Hour)},
		&staff.Settings{Head: grid.Head{External: staff.SettingsID}, AuditMonths: 36, ExportRows: 100, By: 1, At: noon},
	}
}

func describe(e grid.Entity) string { return fmt.Sprintf("%s %+v", e.Kind(), e) }
