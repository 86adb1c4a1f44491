package server_test

import (
	"fmt"
	"strings"
	"testing"

	"quanxi/geo"
	"quanxi/grid"
)

func TestAnUndoThatWouldLeaveAHomeWithoutItsHouseIsRefusedWithTheReason(t *testing.T) {
	r := newRig(t)
	r.build(t)
	old, fresh := r.house(t, 106.2), r.house(t, 106.21)
	home := &grid.Dwelling{Building: old.ID, Floor: 1}
	r.write(t, home)
	load, err := r.store.BeginLoad(t.Context(), grid.LoadInfo{Actor: "tester"})
	if err != nil {
		t.Fatal(err)
	}
	moved := &grid.Dwelling{Head: grid.Head{ID: home.ID}, Building: fresh.ID, Floor: 1}
	if err := load.Put(t.Context(), []grid.Entity{moved}, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := load.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.store.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Remove: []grid.Ref{{Kind: grid.Buildings, ID: old.ID, Revision: old.Revision}}}); err != nil {
		t.Fatal(err)
	}
	reply := r.do(t, call{line: fmt.Sprintf("POST /api/loads/%d/undo", load.ID())})
	if reply.Code != 409 || !strings.Contains(reply.Body.String(), "some dwellings would name buildings that are gone") {
		t.Errorf("%d %s", reply.Code, reply.Body)
	}
}

func (r *rig) house(t *testing.T, lon float64) *grid.Building {
	t.Helper()
	at := func(x, y float64) geo.Point { return geo.At(lon+x, 29.5+y) }
	b := &grid.Building{Footprint: geo.MultiPolygon{{{at(0, 0), at(.001, 0), at(.001, .001), at(0, .001), at(0, 0)}}}}
	r.write(t, b)
	return b
}
