package world

import "quanxi/grid"

func (d *draft) workerSlot(id int64) uint32 {
	return d.workers.ensure(d.edition, id, blankWorker)
}

func (d *draft) putWorker(e *grid.Worker) {
	slot := d.workerSlot(e.ID)
	if !d.accept(workers, slot, &e.Head) {
		return
	}
	area := d.area(e.Area)
	row := d.workers.rows.edit(d.edition, slot)
	*row = workerRow{name: d.retext(row.name, e.Name), area: area, next: none,
		role: ordinal(grid.WorkerRoles(), e.Role), fullTime: e.FullTime}
	d.learn(workers, slot)
	if area == none {
		return
	}
	node := d.areas.rows.edit(d.edition, area)
	row.next, node.workers = node.workers, slot
	d.count(area, &tally{Counters: Counters{Workers: 1}}, 1)
}

func (d *draft) withdrawWorker(slot uint32) {
	d.forget(workers, slot)
	row := d.workers.rows.at(slot)
	if row.area == none {
		return
	}
	d.count(row.area, &tally{Counters: Counters{Workers: 1}}, -1)
	first := d.areas.rows.at(row.area).workers
	if first == slot {
		d.areas.rows.edit(d.edition, row.area).workers = row.next
		return
	}
	for d.workers.rows.at(first).next != slot {
		first = d.workers.rows.at(first).next
	}
	d.workers.rows.edit(d.edition, first).next = row.next
}
