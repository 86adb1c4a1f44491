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
		privacy: e.Privacy(),
	}
	d.await(&row, slot)
	*d.events.rows.edit(d.edition, slot) = row
	d.index(happenings, slot)
	d.unsettled = append(d.unsettled, item{happenings, slot})
}

func (r *eventRow) open() bool { return events.States()[r.state] != events.Closed }

// tally is what the event counts in its area.
func (r *eventRow) tally() tally {
	if !r.open() {
		return r.tallyOf(happened{Closed: 1})
	}
	h := happened{Open: 1}
	if r.urgent {
		h.Urgent = 1
	}
	if r.late == overdue {
		h.Overdue = 1
	}
	return r.tallyOf(h)
}

// tallyOf is what numbers of the event count in its area.
func (r *eventRow) tallyOf(h happened) (t tally) {
	if r.privacy == events.Ordinary {
		t.Counters = h.counters()
	} else {
		*t.of(r.privacy) = h
	}
	return t
}

// seconds returns Unix seconds, 0 for the zero time.
func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// A lateness says how far the time of an event has run.
type lateness uint8

const (
	inTime   lateness = iota
	pressing          // four fifths of it are gone
	overdue
)

// lateAt returns how late an event is at a moment, and when it becomes later; 0 for
// never.
func (r *eventRow) lateAt(now int64) (late lateness, next int64) {
	most := r.due - (r.due-r.reported)/5
	switch {
	case !r.open() || r.due == 0:
		return inTime, 0
	case r.due <= now:
		return overdue, 0
	case most <= now:
		return pressing, r.due
	}
	return inTime, most
}

// await says how late an event is now, and waits for it to become later.
func (d *draft) await(row *eventRow, slot uint32) {
	late, next := row.lateAt(d.now)
	row.late = late
	if next != 0 {
		heap.Push(&d.due, dueItem{next, slot})
	}
}

// lapse takes note of the open events of which so much time is gone by now that
// they are drawn, or counted, as others than before.
func (d *draft) lapse() {
	for len(d.due) > 0 && d.due[0].at <= d.now {
		slot := heap.Pop(&d.due).(dueItem).slot
		late, _ := d.events.rows.at(slot).lateAt(d.now)
		if !d.events.lives(slot) || late == d.events.rows.at(slot).late {
			continue // changed since it was put into the queue
		}
		if was := d.events.rows.at(slot); late == overdue || !was.urgent { // what is urgent is red anyway
			d.note(happenings, slot)
			d.move(was.area, eventNumbers)
		}
		row := d.events.rows.edit(d.edition, slot)
		d.await(row, slot)
		if late == overdue {
			late := row.tallyOf(happened{Overdue: 1})
			d.count(row.area, &late, 1)
		}
	}
}

// A dueQueue holds open events, the one that becomes later first in front.
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
