package feed

import (
	"github.com/tidwall/rtree"

	"quanxi/geo"
)

// A viewIndex finds the subscriptions whose view meets an envelope: a change finds
// its subscribers, not the other way round. The hub's lock guards it.
type viewIndex struct {
	tree rtree.RTreeGN[int32, *Subscription]
}

func corners(e geo.Envelope) (lo, hi [2]int32) {
	return [2]int32{e.Min.Lon, e.Min.Lat}, [2]int32{e.Max.Lon, e.Max.Lat}
}

func (x *viewIndex) insert(s *Subscription) {
	lo, hi := corners(s.filter.envelope)
	x.tree.Insert(lo, hi, s)
}

func (x *viewIndex) remove(s *Subscription) {
	lo, hi := corners(s.filter.envelope)
	x.tree.Delete(lo, hi, s)
}

// meeting appends to found the subscriptions whose view meets either sight, each
// once, and returns it.
func (x *viewIndex) meeting(found []*Subscription, before, after Sight) []*Subscription {
	if after.There {
		found = x.search(found, after.Envelope, func(*Subscription) bool { return true })
	}
	if before.There {
		found = x.search(found, before.Envelope, func(s *Subscription) bool {
			return !after.There || !s.filter.envelope.Meets(after.Envelope)
		})
	}
	return found
}

func (x *viewIndex) search(found []*Subscription, e geo.Envelope, accept func(*Subscription) bool) []*Subscription {
	lo, hi := corners(e)
	x.tree.Search(lo, hi, func(_, _ [2]int32, s *Subscription) bool {
		if accept(s) {
			found = append(found, s)
		}
		return true
	})
	return found
}
