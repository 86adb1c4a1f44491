package access

import (
	"context"
	"reflect"
	"weak"

	"quanxi/access/role"
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// A Home is where a viewer's map begins.
type Home struct {
	Code     grid.Code // of a division; empty for all that there is
	Name     string    // empty if all that there is has no name
	Place    geo.Point // where most of it is
	Envelope geo.Envelope
	Counters Counters // of who may know numbers: Counted
	Counted  bool
	// Over is the area of the post by which the viewer sees it, of several the highest, and
	// OverName what that is called: the map may begin with the one part that has buildings.
	// Who has no post is of what it begins with.
	Over     grid.Code
	OverName string
}

// Home returns where the viewer's map begins, and false if there is nothing to
// show: the highest area that the viewer answers for and that has a border. Of
// several of one level it is the one that has buildings, or else, for who sees the
// whole city, all that there is; and where only one of an area's towns has any
// buildings, it is that town. Where nothing is divided it ends with the context.
func (v *View) Home(ctx context.Context) (Home, bool, error) {
	snapshot := v.world.Snapshot()
	home, ok, err := v.begins(ctx, snapshot)
	home.Over, home.OverName = v.over(snapshot, home)
	return home, ok, err
}

// over returns the area of the post by which the viewer sees a home, and its name.
func (v *View) over(snapshot *world.Snapshot, home Home) (grid.Code, string) {
	_, code, ok := v.viewer.grant.Highest(role.SeeNumbers, home.Code)
	if !ok || code == "" {
		return home.Code, home.Name
	}
	if !snapshot.Holds(code) {
		code = snapshot.Own() // which is what there is here of the post's area
	}
	if d, stored := snapshot.Division(code); stored {
		return code, d.Name()
	}
	return code, code.CityName() // no other is a post's without being stored
}

// begins is Home without whose it is.
func (v *View) begins(ctx context.Context, snapshot *world.Snapshot) (Home, bool, error) {
	tops, all := v.tops(snapshot), v.viewer.SeesNumbers("")
	if len(tops) == 0 && all && snapshot.Own() == "" {
		return v.undivided(ctx, snapshot)
	}
	if len(tops) == 0 {
		return Home{}, false, nil
	}
	best, ok := onlyBuilt(tops)
	if !ok && all && len(tops) > 1 {
		return v.together(tops), true, nil
	}
	if !ok {
		best = mostBuilt(tops)
	}
	for best.Level() < grid.TownLevel {
		only, ok := onlyBuilt(snapshot.Children(best.Code()))
		if !ok {
			break
		}
		best = only
	}
	envelope, _ := best.Envelope()
	home := Home{Code: best.Code(), Name: best.Name(), Place: best.Label(), Envelope: envelope}
	if home.Counted = v.viewer.SeesNumbers(best.Code()); home.Counted {
		home.Counters = v.countersOf(best)
	}
	return home, true, nil
}

// worksIn reports whether there is something in an area that the viewer is to look at: its
// numbers, or what happens there, as for a doctor or a team that repairs.
func (v *Viewer) worksIn(area grid.Code) bool {
	return v.SeesNumbers(area) || v.Sees(events.Events, area)
}

// tops returns the divisions of the highest level on which the viewer answers for any
// that has a border.
func (v *View) tops(snapshot *world.Snapshot) []world.Division {
	var tops []world.Division
	for d := range snapshot.Divisions() {
		if _, ok := d.Envelope(); !ok || !v.viewer.worksIn(d.Code()) || !snapshot.Holds(d.Code()) {
			continue
		}
		if len(tops) > 0 && d.Level() < tops[0].Level() {
			tops = tops[:0]
		}
		if len(tops) == 0 || d.Level() == tops[0].Level() {
			tops = append(tops, d)
		}
	}
	return tops
}

// undivided returns all that there is where there is no division. What nobody divided
// nobody has counted, so it is counted now.
func (v *View) undivided(ctx context.Context, snapshot *world.Snapshot) (Home, bool, error) {
	box, ok := snapshot.Extent()
	if !ok {
		return Home{}, false, nil
	}
	counters, err := v.countAll(ctx, snapshot, box)
	return Home{Place: box.Middle(), Envelope: box, Counters: counters, Counted: true}, err == nil, err
}

// A total is all that somebody may see in one state of the World, which it does not keep
// alive.
type total struct {
	snapshot weak.Pointer[world.Snapshot]
	scopes   world.Scopes
	counters Counters
}

// countAll counts all that there is once for every state of the World, however many
// screens ask.
func (v *View) countAll(ctx context.Context, snapshot *world.Snapshot, box geo.Envelope) (Counters, error) {
	v.counting.Lock()
	defer v.counting.Unlock()
	if held := v.totals; held != nil && held.snapshot.Value() == snapshot && reflect.DeepEqual(held.scopes, v.viewer.scopes) {
		return held.counters, nil
	}
	counters, err := snapshot.Within(ctx, geo.MultiPolygon{{box.Ring()}}, &v.viewer.scopes)
	if err == nil {
		v.totals = &total{weak.Make(snapshot), v.viewer.scopes, counters}
	}
	return counters, err
}

// together returns several areas as one: the city that manages them all if it is
// stored, else under the name that their codes say.
func (v *View) together(tops []world.Division) Home {
	home := Home{Name: tops[0].Code().CityName(), Counted: true}
	home.Envelope, _ = tops[0].Envelope()
	manager, managed := tops[0].Parent()
	for _, d := range tops {
		box, _ := d.Envelope()
		home.Envelope = home.Envelope.Union(box)
		home.Counters = home.Counters.Plus(v.countersOf(d))
		if d.Code().CityName() != home.Name {
			home.Name = ""
		}
		parent, ok := d.Parent()
		managed = managed && ok && parent.Code() == manager.Code()
	}
	if managed {
		home.Code, home.Name, home.Counters = manager.Code(), manager.Name(), v.countersOf(manager)
	}
	home.Place = home.Envelope.Middle()
	return home
}

// mostBuilt returns the first division with the most buildings.
func mostBuilt(among []world.Division) world.Division {
	best := among[0]
	for _, d := range among[1:] {
		if d.Counters().Buildings > best.Counters().Buildings {
			best = d
		}
	}
	return best
}

// onlyBuilt returns the one division among several that has buildings and a
// border, and false if there is none or more than one.
func onlyBuilt(among []world.Division) (only world.Division, ok bool) {
	n := 0
	for _, d := range among {
		if _, ok := d.Envelope(); ok && d.Counters().Buildings > 0 {
			only = d
			n++
		}
	}
	return only, n == 1
}
