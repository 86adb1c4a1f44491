package generate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/build"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/layout"
	"quanxi/grid/generate/plane"
)

// groupKey tells the parts of a village group that lie in different communities apart.
type groupKey struct {
	community int32
	group     int
}

// buildings numbers and writes the buildings.
func (w *writer) buildings() {
	d := w.d
	w.numberGroups()
	inQuarter := w.numberQuarters()
	houses := map[groupKey]int{}
	gates := map[string]string{}
	for i, b := range d.ground.Buildings {
		atom := d.atomOf[i]
		e := &grid.Building{
			Head: grid.Head{ID: id(d.num, i+1)}, Code: fmt.Sprintf("%05d", i+1),
			Footprint: geo.MultiPolygon{{b.Ring.Lattice()}}, HeightCM: int32(b.Height * 100),
			Floors: int32(b.Floors), Below: int32(b.Below), Units: int32(max(b.Units, 1)), Use: useOfBuilding(b),
			Year: int32(b.Year), Area: d.areas.micros[d.areas.microOf[atom]].code,
		}
		for _, en := range b.Entrances {
			e.Entrances = append(e.Entrances, grid.Entrance{Place: en.Place.Lattice(), Level: int32(en.Level), Unit: int32(en.Unit)})
		}
		if b.Group >= 0 {
			w.villageAddress(e, b, groupKey{d.areas.communityOf[atom], b.Group}, houses)
		} else {
			w.townAddress(e, b, inQuarter[i], gates)
		}
		w.out.Buildings = append(w.out.Buildings, e)
	}
}

func useOfBuilding(b build.Building) grid.Use {
	switch b.Kind {
	case build.Farmhouse:
		return grid.Farmhouse
	case build.Office:
		return grid.Office
	case build.School:
		return grid.School
	case build.Hospital:
		return grid.Hospital
	case build.Industry:
		return grid.Industry
	case build.Market:
		return grid.Market
	case build.Shop:
		if b.Homes == 0 {
			return grid.Commerce
		}
	}
	return grid.Housing
}

// numberGroups counts the groups of each community from west to east.
func (w *writer) numberGroups() {
	d := w.d
	seen := map[groupKey]bool{}
	var keys []groupKey
	for i, b := range d.ground.Buildings {
		key := groupKey{d.areas.communityOf[d.atomOf[i]], b.Group}
		if b.Group >= 0 && !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b groupKey) int {
		return cmp.Or(cmp.Compare(a.community, b.community), cmp.Compare(a.group, b.group))
	})
	w.groupNo = make(map[groupKey]int, len(keys))
	next := map[int32]int{}
	for _, k := range keys {
		next[k.community]++
		w.groupNo[k] = next[k.community]
	}
}

// numberQuarters counts the buildings of each 小区 from the northern row to the
// southern and from west to east. It returns the numbers by building.
func (w *writer) numberQuarters() []int {
	d := w.d
	byQuarter := map[string][]int{}
	var order []string
	for i, b := range d.ground.Buildings {
		if b.Parcel < 0 || d.ground.Parcels[b.Parcel].Quarter == "" {
			continue
		}
		q := d.ground.Parcels[b.Parcel].Quarter
		if byQuarter[q] == nil {
			order = append(order, q)
		}
		byQuarter[q] = append(byQuarter[q], i)
	}
	out := make([]int, len(d.ground.Buildings))
	row := func(i int) int { return int(d.ground.Buildings[i].Box.C.Y / 30) }
	for _, q := range order {
		list := byQuarter[q]
		slices.SortStableFunc(list, func(a, b int) int {
			return cmp.Or(cmp.Compare(row(b), row(a)), cmp.Compare(d.ground.Buildings[a].Box.C.X, d.ground.Buildings[b].Box.C.X))
		})
		for n, i := range list {
			out[i] = n + 1
		}
	}
	return out
}

// clanOf returns the surname of a cluster of farmhouses.
func (w *writer) clanOf(b build.Building) string {
	return w.maker.Book.Surname(w.d.site.Chance("clan", uint64(b.Group), uint64(b.Cluster)))
}

// villageAddress gives a farmhouse its 组 and number: “X村3组17号”.
func (w *writer) villageAddress(e *grid.Building, b build.Building, key groupKey, houses map[groupKey]int) {
	houses[key]++
	yards := strings.Fields("院子 大院 老屋 湾 坝子 坡 沟 垭口 岩 坪")
	yard := chance.Pick(w.d.site.Chance("yard", uint64(b.Group), uint64(b.Cluster)), yards)
	e.Quarter = w.clanOf(b) + "家" + yard
	e.Address = fmt.Sprintf("%s%d组%d号", w.d.areas.communities[key.community].name, w.groupNo[key], houses[key])
	e.Name = e.Quarter + strconv.Itoa(houses[key]) + "号"
}

// townAddress gives a building of the core its road and number, one for a whole
// 小区 and the building's own within it.
func (w *writer) townAddress(e *grid.Building, b build.Building, number int, gates map[string]string) {
	p := w.d.ground.Parcels[b.Parcel]
	if p.Quarter == "" {
		e.Address = w.houseNumber(b.Box.C)
		e.Name = p.Name
		if e.Name == "" {
			e.Name = e.Address
		}
		return
	}
	gate, ok := gates[p.Quarter]
	if !ok {
		gate = w.houseNumber(b.Box.C)
		gates[p.Quarter] = gate
	}
	e.Quarter = p.Quarter
	e.Name = fmt.Sprintf("%s%d幢", p.Quarter, number)
	e.Address = gate + e.Name
}

// houseNumber returns the next free number near a place: odd on the left of the
// road, even on the right, growing along it.
func (w *writer) houseNumber(at plane.Vec) string {
	for _, reach := range []float64{60, 160, 500, 3000} {
		hit, ok := w.d.ground.Ways.Nearest(at, reach, func(k int) bool {
			return w.roadNames[k] != "" && w.d.ground.Ways.Roads[k].Class != layout.County
		})
		if !ok {
			continue
		}
		n := 2*int(along(w.d.ground.Ways.Roads[hit.Road].Line, hit.Place)/9) + 2
		if hit.Dir.Cross(at.Sub(hit.Place)) > 0 {
			n--
		}
		if w.taken[hit.Road] == nil {
			w.taken[hit.Road] = map[int]bool{}
		}
		for w.taken[hit.Road][n] {
			n += 2
		}
		w.taken[hit.Road][n] = true
		return fmt.Sprintf("%s%d号", w.roadNames[hit.Road], n)
	}
	return w.d.plan.Name
}

// along returns how far p lies along l.
func along(l plane.Line, p plane.Vec) float64 {
	best, at, sum := 1e9, 0.0, 0.0
	for i := 1; i < len(l); i++ {
		q, t := plane.Nearest(p, l[i-1], l[i])
		step := l[i].Dist(l[i-1])
		if d := q.Dist(p); d < best {
			best, at = d, sum+t*step
		}
		sum += step
	}
	return at
}
