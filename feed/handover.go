package feed

import (
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// mostHanded is how many things that change hands at once, in the same way, are told one by one.
const mostHanded = 100

// A handOver is what others answer for since one moment although nobody wrote to it, or
// what came into the part that is held here, or left it.
// Who saw some of it is told that it is gone; there is no change to show to those who
// see some of it now, so they begin anew. Others hear nothing. Of very many things
// only the areas count, with a box around what they gave or took: whoever sees into one
// begins anew.
//
// All of it went the same way, so that of what somebody may not know of, nothing shows in how
// he is told of the rest.
type handOver struct {
	envelope geo.Envelope // around all
	moved    []Moved      // nil if there are very many
	gone     []Frame      // of moved, by place; made when first wanted
	shown    []Sight      // whoever sees one begins anew
}

// A way is between which areas something changes hands, and who may know of it there.
type way struct {
	from, to    grid.Code
	was, is     events.Privacy
	left, comes bool // from and to somewhere at all
}

// newHandOvers returns what changed hands of what moved, by the ways that it went.
func newHandOvers(moved []Moved) []*handOver {
	var ways []way
	handed := make(map[way][]Moved)
	for _, m := range moved {
		if !m.changedHands() {
			continue
		}
		w := way{m.Before.Area, m.After.Area, m.Before.Privacy, m.After.Privacy, m.Before.There, m.After.There}
		if handed[w] == nil {
			ways = append(ways, w)
		}
		handed[w] = append(handed[w], m)
	}
	var all []*handOver
	for _, w := range ways {
		all = append(all, newHandOver(handed[w]))
	}
	return all
}

// newHandOver returns what went one way, at least one thing.
func newHandOver(handed []Moved) *handOver {
	o := &handOver{envelope: handed[0].around()}
	for _, m := range handed {
		o.envelope = o.envelope.Union(m.around())
	}
	if len(handed) > mostHanded {
		o.shown = bothEnds(handed)
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

// bothEnds returns a sight around all where it was, and one where it is.
func bothEnds(handed []Moved) []Sight {
	before, after := handed[0].Before, handed[0].After
	for _, m := range handed[1:] {
		before.Envelope, after.Envelope = before.Envelope.Union(m.Before.Envelope), after.Envelope.Union(m.After.Envelope)
	}
	return []Sight{before, after} // what is nowhere nobody sees
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
