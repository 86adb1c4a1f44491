package generate

import (
	"fmt"
	"math"
	"slices"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/build"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/plane"
)

// things writes what stands in the streets and homes, and who trades there.
func (w *writer) things() {
	w.servicePoints()
	w.organisations()
	w.components()
	w.devices()
	w.cameras()
}

// doorOf returns the place of a building's first door.
func (w *writer) doorOf(i int) geo.Point {
	if e := w.out.Buildings[i].Entrances; len(e) > 0 {
		return e[0].Place
	}
	return w.d.ground.Buildings[i].Box.C.Lattice()
}

// A furniture is a kind of component along roads.
type furniture struct {
	category string
	class    string // 大类 and 小类 of its code
	owner    string
	every    float64 // metres
	off      float64 // from the road's edge; negative lies on the road
}

func furnitures() []furniture {
	return []furniture{
		{"lamp", "0108", "城市管理局", 30, 0.8},
		{"manhole-rain", "0101", "住房和城乡建设委员会", 80, -2},
		{"manhole-sewage", "0102", "住房和城乡建设委员会", 80, -3.4},
		{"manhole-power", "0103", "供电公司", 160, -1.2},
		{"manhole-telecom", "0106", "通信公司", 160, -1.6},
		{"hydrant", "0116", "消防救援局", 120, 1.2},
		{"bin", "0303", "城市管理局", 100, 1.5},
	}
}

func (w *writer) components() {
	rnd := w.d.site.Chance("components")
	serials := map[string]int{}
	for _, f := range furnitures() {
		for _, r := range w.d.ground.Ways.Roads {
			if r.Class != layout.Main && r.Class != layout.Major && r.Class != layout.Minor {
				continue
			}
			side := 1.0
			for at := rnd.Between(5, f.every); at < r.Line.Length()-4; at += f.every {
				p, u := r.Line.At(at)
				p = p.Along(u.Left(), side*(r.Half+f.off))
				side = -side
				if w.d.site.Value(w.d.site.Bank, p) < 2 || !w.d.site.Outline.Contains(p) {
					continue
				}
				serials[f.class]++
				w.component(f, p, serials[f.class], rnd)
			}
		}
	}
}

func (w *writer) component(f furniture, p plane.Vec, n int, rnd *chance.Stream) {
	state := "intact"
	if rnd.Happens(0.015) {
		state = "damaged"
	}
	serial := (w.slot%townsPerCounty*10_000 + n) % 1_000_000
	w.out.Components = append(w.out.Components, &grid.Component{
		Head: grid.Head{ID: id(w.d.num, len(w.out.Components)+1)}, Code: fmt.Sprintf("%s%s%06d", w.d.plan.County, f.class, serial),
		Category: f.category, State: state, Owner: f.owner, Place: p.Lattice(),
	})
}

// devices writes detectors and contacts in the homes of old people who live
// alone, water meters in some, and public sensors at the water and in markets.
func (w *writer) devices() {
	rnd := w.d.site.Chance("devices")
	alone := map[int64]bool{}
	for _, p := range w.out.People {
		if slices.Contains(p.Care, "living-alone") {
			alone[p.Dwelling] = true
		}
	}
	for i := range w.d.ground.Buildings {
		end := len(w.out.Dwellings)
		if i+1 < len(w.first) {
			end = w.first[i+1]
		}
		for _, home := range w.out.Dwellings[w.first[i]:end] {
			old := alone[home.ID]
			if old {
				w.device("烟感", "smoke", "normal", i, home.ID, rnd)
				w.device("门磁", "door", "closed", i, home.ID, rnd)
			}
			if old && rnd.Happens(0.4) || rnd.Happens(0.01) {
				w.device("智能水表", "water-meter", fmt.Sprintf("%.1f", rnd.Between(12, 900)), i, home.ID, rnd)
			}
		}
		if k := w.d.ground.Buildings[i].Kind; k == build.Market || k == build.School || k == build.Hospital || k == build.Industry {
			w.device("烟感", "smoke", "normal", i, 0, rnd)
		}
	}
	w.gauges(rnd)
}

// gauges stand on the banks of the core.
func (w *writer) gauges(rnd *chance.Stream) {
	s := w.d.site
	for _, l := range s.Contour(s.Bank, 4) {
		for at := 150.0; at < l.Length(); at += 700 {
			p, _ := l.At(at)
			if s.Outline.Clear(p, 20) && p.Dist(s.Centre) < 2*s.Radius {
				w.out.Devices = append(w.out.Devices, &grid.Device{
					Head: grid.Head{ID: id(w.d.num, len(w.out.Devices)+1)}, Name: "水位计", Category: "flood", State: "online",
					LastValue: fmt.Sprintf("%.2f", rnd.Between(160, 172)), Place: p.Lattice(),
				})
			}
		}
	}
}

func (w *writer) device(name, category, value string, building int, dwelling int64, rnd *chance.Stream) {
	state := "online"
	if rnd.Happens(0.03) {
		state = "offline"
	}
	w.out.Devices = append(w.out.Devices, &grid.Device{
		Head: grid.Head{ID: id(w.d.num, len(w.out.Devices)+1)}, Name: name, Category: category, State: state, LastValue: value,
		Building: w.out.Buildings[building].ID, Dwelling: dwelling, Place: w.d.ground.Buildings[building].Box.C.Lattice(),
	})
}

// cameras stand where streets meet and look along the greater one.
func (w *writer) cameras() {
	rnd := w.d.site.Chance("cameras")
	var taken []plane.Vec
	roads := w.d.ground.Ways.Roads
	for k, r := range roads[:w.d.laid] {
		if r.Class != layout.Main && r.Class != layout.Major && r.Class != layout.Minor {
			continue
		}
		for _, end := range []plane.Vec{r.Line[0], r.Line[len(r.Line)-1]} {
			hit, ok := w.d.ground.Ways.Nearest(end, 3, func(i int) bool { return i != k && i < w.d.laid })
			if !ok || nearestOf(taken, end) < 90 {
				continue
			}
			taken = append(taken, end)
			u := hit.Dir
			if rnd.Happens(0.5) {
				u = u.Mul(-1)
			}
			w.camera(end.Along(u.Left(), roads[hit.Road].Half+1), u, hit.Road, rnd)
		}
	}
}

func (w *writer) camera(p, u plane.Vec, road int, rnd *chance.Stream) {
	azimuth := int32(math.Round(90-math.Atan2(u.Y, u.X)*180/math.Pi)+720) % 360
	state := "online"
	if rnd.Happens(0.04) {
		state = "offline"
	}
	name := w.roadNames[road]
	if name == "" {
		name = w.d.plan.Name
	}
	w.out.Cameras = append(w.out.Cameras, &grid.Camera{
		Head: grid.Head{ID: id(w.d.num, len(w.out.Cameras)+1)}, Name: fmt.Sprintf("%s路口%02d", name, len(w.out.Cameras)+1),
		Azimuth: azimuth, View: int32(chance.Pick(rnd, []int{60, 75, 90, 110})), State: state, Place: p.Lattice(),
	})
}
