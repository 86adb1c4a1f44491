package world

import "slices"

// numbered is a slot with the id of what is in it.
type numbered struct {
	id   int64
	slot uint32
}

// sorted orders all by id. It returns the result and memory to give as spare the
// next time; both come from its arguments or are new. It is a radix sort over
// those bytes in which the ids differ: of 2,000 buildings it takes a quarter of
// the time of comparing, which was a sixth of the time of a tile.
func sorted(all, spare []numbered) (result, rest []numbered) {
	var differ int64
	for _, n := range all {
		differ |= n.id ^ all[0].id
	}
	spare = slices.Grow(spare[:0], len(all))[:len(all)]
	for shift := 0; differ>>shift != 0; shift += 8 {
		if differ>>shift&0xff == 0 {
			continue
		}
		var ends [256]int
		for _, n := range all {
			ends[n.id>>shift&0xff]++
		}
		end := 0
		for b, count := range ends {
			ends[b], end = end, end+count
		}
		for _, n := range all {
			b := n.id >> shift & 0xff
			spare[ends[b]] = n
			ends[b]++
		}
		all, spare = spare, all
	}
	return all, spare
}
