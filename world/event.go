package world

import (
	"container/heap"
	"slices"
	"time"

	"quanxi/events"
	"quanxi/geo"
)

func (d *draft) putEvent(e *events.Event) {
	slot := d.ensure(happenings, e.ID)
	if !d.accept(happenings, slot, &e.Head) {
		return
	}
	old := d.events.rows.at(slot)
	row := eventRow{
		place: geo.Project(e.Place), title: d.retext(old.title, e.Title), area: none, building: d.known(buildings, e.Building),
		occurred: seconds(e.OccurredAt), reported: seconds(e.ReportedAt), due: seconds(e.DueAt),
		category: uint8(max(0, slices.IndexFunc(events.Categories(), func(c events.Category) bool { return c.Code == e.Category }))),
		state:    uint8(max(0, slices.Index(events.States(), e.State))), urgent: e.Urgency == events.Urgent,
	}
	if row.open() && row.due != 0 {
		if row.overdue = row.due <= d.now; !row.overdue {
			heap.Push(&d.due, dueItem{row.due, slot})
		}
	}
	*d.events.rows.edit(d.edition, slot) = row
	d.index(happenings, slot)
	d.unsettled = append(d.unsettled, item{happenings, slot})
}

func (r *eventRow) open() bool { return events.States()[r.state] != events.Closed }

func (r *eventRow) counters() Counters {
	if !r.open() {
		return Counters{Closed: 1}
	}
	c := Counters{Open: 1}
	if r.urgent {
		c.Urgent = 1
	}
	if r.overdue {
		c.Overdue = 1
	}
	return c
}

// seconds returns Unix seconds, 0 for the zero time.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// lapse counts the open events whose time has run out by now.
func (d *draft) lapse() {
	for len(d.due) > 0 && d.due[0].at <= d.now {
		it := heap.Pop(&d.due).(dueItem)
		row := d.events.rows.at(it.slot)
		if !d.events.lives(it.slot) || row.due != it.at || row.overdue || !row.open() {
			continue // changed since it was put into the queue
		}
		d.note(happenings, it.slot)
		d.events.rows.edit(d.edition, it.slot).overdue = true
		d.count(row.area, &Counters{Overdue: 1}, 1)
	}
}

// A dueQueue holds open events, the one due first in front.
type dueQueue []dueItem

type dueItem struct {
	at   int64
	slot uint32
}

func (q dueQueue) Len() int           { return len(q) }
func (q dueQueue) Less(i, j int) bool { return q[i].at < q[j].at }
func (q dueQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *dueQueue) Push(x any)        { *q = append(*q, x.(dueItem)) }
func (q *dueQueue) Pop() any {
	old := *q
	it := old[len(old)-1]
	*q = old[:len(old)-1]
	return it
}
