package feed

import (
	"cmp"
	"maps"
	"slices"

	"quanxi/events"
	"quanxi/grid"
)

// told reports whether screens are told of each change of a kind. Everything
// that is told carries nothing personal, so that its stored form is sent as it is
// to all who may know of it.
func told(kind grid.Kind) bool { return kind == events.Events }

// A book remembers where everything that is told of was last seen, because a
// change says only where it is now, and those who lose sight of it must hear too.
type book map[grid.Ref]entry // keyed by kind and id; Revision 0

type entry struct {
	revision int64
	Sight
}

// note enters an entity as it stands, without news; one with a negative revision as
// removed at that.
func (b book) note(e grid.Entity) {
	if !told(e.Kind()) {
		return
	}
	head, at := e.Entity(), Sight{}
	if head.Revision > 0 {
		at = sightOf(e)
	}
	b[grid.Ref{Kind: e.Kind(), ID: head.ID}] = entry{max(head.Revision, -head.Revision), at}
}

// A draft is a book with entries that do not count until they are kept.
type draft struct{ kept, added book }

func (b book) draft() draft { return draft{b, make(book)} }

// keep makes the added entries count.
func (d draft) keep() { maps.Copy(d.kept, d.added) }

// news enters a change and returns what is to be told of it; false if it is old.
// e is nil for a removal.
func (d draft) news(epoch Epoch, c Change, e grid.Entity) (News, bool) {
	key := grid.Ref{Kind: c.Kind, ID: c.ID}
	before, ok := d.added[key]
	if !ok {
		before = d.kept[key]
	}
	if c.Revision <= before.revision {
		return News{}, false
	}
	n := News{Change: c, Epoch: epoch, Before: before.Sight}
	if e != nil {
		n.After = sightOf(e)
		n.Alert = !before.There && urgent(e)
	}
	// A removed entity stays in the book as nowhere: an older change of it that
	// arrives later must not bring it back.
	d.added[key] = entry{c.Revision, n.After}
	return n, true
}

func sightOf(e grid.Entity) Sight {
	s := Sight{}
	if g := e.Geometry(); g != nil {
		s.Envelope, s.There = g.Envelope()
	}
	if event, ok := e.(*events.Event); ok {
		s.Area = event.Area
	}
	return s
}

func urgent(e grid.Entity) bool {
	event, ok := e.(*events.Event)
	return ok && event.Urgency == events.Urgent && event.State == events.Reported
}

// byRevision returns changes with those of one entity put into the order of their
// revisions, on the positions that they hold together: within a batch the order of
// positions is not that of the commits.
func byRevision(changes []Change) []Change {
	places := make(map[grid.Ref][]int)
	for i, c := range changes {
		key := grid.Ref{Kind: c.Kind, ID: c.ID}
		places[key] = append(places[key], i)
	}
	out := slices.Clone(changes)
	for _, at := range places {
		sorted := slices.Clone(at)
		slices.SortStableFunc(sorted, func(i, k int) int { return cmp.Compare(changes[i].Revision, changes[k].Revision) })
		for k, i := range sorted {
			out[at[k]] = changes[i]
			out[at[k]].Pos = changes[at[k]].Pos
		}
	}
	return out
}
