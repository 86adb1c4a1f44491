package feed

import (
	"maps"
	"slices"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// mostHanded is how many things that change hands at once are told one by one.
const mostHanded = 100

// A handOver is what others answer for since one moment although nobody wrote to it, or
// what came into the part that is held here, or left it.
// Who saw some of it is told that it is gone; there is no change to show to those who
// see some of it now, so they begin anew. Others hear nothing. Of very many things
// only the areas count, for each privacy with a box around what they gave or took: whoever
// sees into one begins anew.
type handOver struct {
	envelope geo.Envelope // around all
	moved    []Moved      // nil if there are very many
	gone     []Frame      // of moved, by place; made when first wanted
	shown    []Sight      // whoever sees one begins anew
}

// newHandOver returns what changed hands of what moved, nil if nothing did.
func newHandOver(moved []Moved) *handOver {
	handed := slices.DeleteFunc(slices.Clone(moved), func(m Moved) bool { return !m.changedHands() })
	if len(handed) == 0 {
		return nil
	}
	o := &handOver{envelope: handed[0].around()}
	for _, m := range handed {
		o.envelope = o.envelope.Union(m.around())
	}
	if len(handed) > mostHanded {
		o.shown = byArea(handed)
		return o
	}
	o.moved, o.gone = handed, make([]Frame, len(handed))
	for _, m := range handed {
		o.shown = append(o.shown, m.After)
	}
	return o
}

// around returns a box around where something was and is.
func (m Moved) around() geo.Envelope {
	switch {
	case !m.Before.There:
		return m.After.Envelope
	case !m.After.There:
		return m.Before.Envelope
	}
	return m.Before.Envelope.Union(m.After.Envelope)
}

// byArea returns for each area and privacy one sight around all that it gave or took.
func byArea(handed []Moved) []Sight {
	type key struct {
		area    grid.Code
		privacy events.Privacy
	}
	around := make(map[key]Sight)
	for _, m := range handed {
		for _, at := range [...]Sight{m.Before, m.After} {
			if !at.There {
				continue
			}
			k := key{at.Area, at.Privacy}
			if all, known := around[k]; known {
				at.Envelope = at.Envelope.Union(all.Envelope)
			}
			around[k] = at
		}
	}
	return slices.Collect(maps.Values(around))
}

// tell queues with one subscriber what the viewer may know of it. A subscriber who
// has to begin anew does so at the given place, and tell returns false. The caller
// holds the hub's lock.
func (o *handOver) tell(s *Subscription, at Cursor) (goesOn bool) {
	for _, now := range o.shown {
		if s.filter.sees(EventsTopic, now) {
			s.hub.restart(s, Redrawn, at)
			return false
		}
	}
	for i, m := range o.moved {
		if s.filter.sees(EventsTopic, m.Before) {
			s.send(o.goneFrame(i))
		}
	}
	return true
}

// bytes returns about how much memory it takes, always the same.
func (o *handOver) bytes() int { return 256 * (len(o.moved) + len(o.shown)) }

func (o *handOver) goneFrame(i int) Frame {
	if o.gone[i].op == "" {
		m := o.moved[i]
		o.gone[i] = goneFrame(News{Change: Change{Kind: m.Kind, ID: m.ID, Revision: m.Revision}})
	}
	return o.gone[i]
}
