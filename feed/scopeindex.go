package feed

import (
	"slices"

	"quanxi/grid"
)

// A scopeIndex finds the subscriptions whose viewers may answer for an area: a
// change finds its subscribers, not the other way round. Each stands under what
// the codes of each of its ranges have in common, so a look at an area is a look at
// each beginning of its code. The hub's lock guards it.
type scopeIndex map[grid.Code][]*Subscription

func (x scopeIndex) insert(s *Subscription) {
	for _, key := range scopeKeys(s.viewer) {
		x[key] = append(x[key], s)
	}
}

func (x scopeIndex) remove(s *Subscription) {
	for _, key := range scopeKeys(s.viewer) {
		list := x[key]
		if i := slices.Index(list, s); i >= 0 {
			last := len(list) - 1
			list[i], list[last] = list[last], nil
			x[key] = list[:last]
		}
		if len(x[key]) == 0 {
			delete(x, key)
		}
	}
}

// single marks the key of a range of one code, which is no beginning of others: an area just
// above a town, which each desk of a town has, must not bring all of them for all below it.
const single = "="

// visit calls see with every subscription whose viewer answers for the area, and
// with some others; with one of many ranges perhaps more than once.
func (x scopeIndex) visit(area grid.Code, see func(*Subscription)) {
	for n := range len(area) + 1 {
		for _, s := range x[area[:n]] {
			see(s)
		}
	}
	for _, s := range x[single+area] {
		see(s)
	}
}

// scopeKeys returns what the codes of each range of a viewer have in common, each
// once.
func scopeKeys(v Viewer) []grid.Code {
	var keys []grid.Code
	for _, r := range v.Ranges() {
		n := 0
		for n < min(len(r.From), len(r.To)) && r.From[n] == r.To[n] {
			n++
		}
		key := r.From[:n]
		if r.IsOne() {
			key = single + r.From
		}
		if !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}
