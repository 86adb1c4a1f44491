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

// newsOf returns the news of changes that were applied, in their order, and what
// changed hands without one; moved is what the applier said of them. A change that
// was already known is no news. Each state is told where it was itself, not where a
// later one of the same batch is.
func newsOf(epoch Epoch, changes []told, moved []Moved, sight func(grid.Entity) Sight) (news []News, handed []Moved, err error) {
	held := make(map[grid.Ref]Moved, len(moved))
	for _, m := range moved {
		key := grid.Ref{Kind: m.Kind, ID: m.ID}
		if first, known := held[key]; known {
			m.Revision, m.Before = first.Revision, first.Before
		}
		held[key] = m
	}
	own := make(map[grid.Ref]bool, len(changes))
	for _, c := range changes {
		key := grid.Ref{Kind: c.Kind, ID: c.ID}
		m, any := held[key]
		if !any || c.Revision <= m.Revision {
			continue
		}
		n := News{Change: c.Change, Epoch: epoch, Before: m.Before}
		if c.entity != nil {
			n.After = sight(c.entity)
			n.Alert = !n.Before.There && urgent(c.entity)
		}
		if n.Body, err = bodyAt(c, n.After); err != nil {
			return nil, nil, err
		}
		news = append(news, n)
		m.Revision, m.Before = c.Revision, n.After
		held[key], own[key] = m, true
	}
	for key, m := range held {
		if !own[key] && m.changedHands() {
			handed = append(handed, m)
		}
	}
	return news, handed, nil
}

// bodyAt returns the body of a change as it reads where the entity is now: the
// area that is stored is that of the moment of writing.
func bodyAt(c told, at Sight) ([]byte, error) {
	event, ok := c.entity.(*events.Event)
	if !ok || event.Area == at.Area {
		return c.Body, nil
	}
	moved := *event // the entity itself is the applier's
	moved.Area = at.Area
	return grid.EncodeJSON(&moved)
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
