package generate

import (
	"quanxi/grid"
	"quanxi/grid/generate/build"
	"quanxi/grid/generate/chance"
)

// staff writes those who answer for areas: duty officers of the town, a
// secretary and a guide for each community, a lead and a worker for each grid, a
// lead for each micro-grid, a steward for each larger building.
func (w *writer) staff() {
	d := w.d
	rnd := d.site.Chance("staff")
	for range 3 {
		w.worker("town-duty", d.plan.Code, true, rnd)
	}
	for _, c := range d.areas.communities {
		w.worker("secretary", c.code, true, rnd)
		w.worker("grid-guide", c.code, false, rnd)
	}
	for _, g := range d.areas.grids {
		w.worker("grid-lead", g.code, false, rnd)
		w.worker("grid-worker", g.code, true, rnd)
	}
	for _, m := range d.areas.micros {
		w.worker("micro-grid-lead", m.code, false, rnd)
	}
	for i, b := range d.ground.Buildings {
		if b.Homes >= stewardHomes {
			w.out.Buildings[i].Steward = w.worker("steward", w.out.Buildings[i].Area, false, rnd)
		}
	}
}

// stewardHomes is from how many homes on a building has a steward of its own.
const stewardHomes = 12

func (w *writer) worker(role string, area grid.Code, full bool, rnd *chance.Stream) int64 {
	male := rnd.Happens(0.45)
	age := rnd.Range(26, 58)
	if role == "steward" || role == "micro-grid-lead" {
		age = rnd.Range(35, 72)
	}
	born := w.d.gen.opt.Reference.AddDate(-age, 0, -rnd.Int(365))
	name := w.maker.Book.Surname(rnd) + w.maker.Book.Given(male, born.Year(), rnd)
	number := ""
	if n, ok := w.numbers.ID(grid.DateOf(born), male); ok {
		number = n
	}
	e := &grid.Worker{Head: grid.Head{ID: id(w.d.num, len(w.out.Workers)+1)}, Name: name, Role: role, Area: area, FullTime: full}
	w.out.Workers = append(w.out.Workers, e)
	w.out.WorkerIdentity = append(w.out.WorkerIdentity, Identity{Name: name, IDNumber: number, Phone: w.numbers.Phone()})
	return e.ID
}

// servicePoints writes where residents get something done, community by
// community, and those of the town.
func (w *writer) servicePoints() {
	town := w.d.areas.communities[w.busiest()]
	w.service(town, w.d.plan.Name+"便民服务中心", "service", "Mo-Fr 09:00-17:30", []string{"社保", "医保", "就业", "户籍预约", "民政救助"})
	w.service(town, w.d.plan.Name+"便民维修队", "repair", "Mo-Su 08:00-20:00", []string{"水电维修", "管道疏通", "家电维修", "开锁"})
	w.service(town, w.d.plan.Name+"养老服务中心", "service", "Mo-Su 08:30-18:00", []string{"助餐", "日间照料", "助浴"})
	for _, c := range w.d.areas.communities {
		w.service(c, c.name+"党群服务中心", "party", "Mo-Su 09:00-17:30", []string{"党员服务", "证明办理", "调解", "图书阅览"})
		clinic, hours := "社区卫生服务站", "Mo-Su 08:00-18:00"
		if c.village {
			clinic, hours = "村卫生室", "Mo-Sa 08:30-17:00"
		}
		w.service(c, c.name[:len(c.name)-len(suffixOf(c))]+clinic, "clinic", hours, []string{"常见病诊疗", "慢病随访", "预防接种"})
		if !c.village {
			w.service(c, c.name+"老年食堂", "service", "Mo-Su 07:00-19:00", []string{"助餐", "送餐"})
			w.service(c, c.name+"药房", "pharmacy", "Mo-Su 08:00-21:30", []string{"处方药", "非处方药"})
		}
	}
}

func suffixOf(c division) string {
	if c.village {
		return "村"
	}
	return "社区"
}

// busiest returns the community with the most homes.
func (w *writer) busiest() int {
	best := 0
	for i, c := range w.d.areas.communities {
		if c.homes > w.d.areas.communities[best].homes {
			best = i
		}
	}
	return best
}

// service puts a service point at a building of the community that has none yet,
// near where most people live.
func (w *writer) service(c division, name, category, hours string, items []string) {
	at := w.host(c)
	e := &grid.ServicePoint{
		Head: grid.Head{ID: id(w.d.num, len(w.out.ServicePoints)+1)}, Name: name, Category: category, Items: items,
		Hours: hours, Phone: w.numbers.Phone(), Place: c.label,
	}
	if at >= 0 {
		e.Place = w.doorOf(at)
		e.Address = w.out.Buildings[at].Address
	}
	w.out.ServicePoints = append(w.out.ServicePoints, e)
}

// host returns a building for the community's next service point: one with a
// shop floor if there is one. Each serves once.
func (w *writer) host(c division) int {
	in := map[int32]bool{}
	for _, a := range c.atoms {
		in[a] = true
	}
	best, score := -1, -1.0
	rnd := chance.New(w.d.county.seed, "host", w.d.num, uint64(len(w.out.ServicePoints)))
	for i, b := range w.d.ground.Buildings {
		if !in[w.d.atomOf[i]] || w.hosts[i] {
			continue
		}
		s := rnd.Float()
		if b.Shops > 0 || b.Kind == build.Shop {
			s += 2
		}
		if s > score {
			best, score = i, s
		}
	}
	if best >= 0 {
		w.hosts[best] = true
	}
	return best
}
