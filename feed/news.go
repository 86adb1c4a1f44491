package feed

import (
	"cmp"
	"slices"

	"quanxi/events"
	"quanxi/grid"
)

// Told reports whether screens are told of each change of a kind. Everything
// that is told carries nothing personal, so that its stored form is sent as it is
// to all who may know of it.
func Told(kind grid.Kind) bool { return kind == events.Events }

// A told is a change that screens are told of, with the entity that it left, nil
// if it removed it.
type told struct {
	Change
	entity grid.Entity
}

// newsOf returns the news of changes that were applied, in their order; moved is
// what the applier said of them. A change that was already known is none. If
// something changed hands without a change of its own, because the divisions
// around it changed, there is no news but a reason to begin anew.
func newsOf(epoch Epoch, changes []told, moved []Moved) ([]News, Reason, error) {
	held := make(map[grid.Ref]Moved, len(moved))
	for _, m := range moved {
		key := grid.Ref{Kind: m.Kind, ID: m.ID}
		if first, known := held[key]; known {
			m.Revision, m.Before = first.Revision, first.Before
		}
		held[key] = m
	}
	var news []News
	own := make(map[grid.Ref]bool, len(changes))
	for _, c := range changes {
		key := grid.Ref{Kind: c.Kind, ID: c.ID}
		m, any := held[key]
		if !any || c.Revision <= m.Revision {
			continue
		}
		own[key] = true
		n := News{Change: c.Change, Epoch: epoch, Before: m.Before}
		if c.entity != nil { // it may have been removed and come back since
			n.After = m.After
		}
		n.Alert = !n.Before.There && n.After.There && urgent(c.entity)
		var err error
		if n.Body, err = bodyAt(c, n.After); err != nil {
			return nil, "", err
		}
		news = append(news, n)
		m.Revision, m.Before = c.Revision, n.After
		held[key] = m
	}
	for key, m := range held {
		if !own[key] && m.Before.There && m.Before.Area != m.After.Area {
			return nil, Redrawn, nil
		}
	}
	return news, "", nil
}

// bodyAt returns the body of a change as it reads where the entity is now: the
// area that is stored is that of the moment of writing.
func bodyAt(c told, at Sight) ([]byte, error) {
	event, ok := c.entity.(*events.Event)
	if !ok || !at.There || event.Area == at.Area {
		return c.Body, nil
	}
	moved := *event // the entity itself is the applier's
	moved.Area = at.Area
	return grid.EncodeJSON(&moved)
}

// changedHands reports whether somebody else answers for something that nobody
// wrote to.
func changedHands(moved []Moved) bool {
	return slices.ContainsFunc(moved, func(m Moved) bool { return m.Before.There && m.Before.Area != m.After.Area })
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
