package generate

import (
	"math"

	"quanxi/grid/generate/divide"
)

// Shapes that the division aims at: see divide.Map.Compactness.
const (
	roundGrid      = 0.2
	roundCommunity = 0.3
)

// communityCost rates a part of the town as a community: how far it is from the mean of
// homes, how long drawn it is, and whether its homes make whole grids.
func (d *draft) communityCost(m *divide.Map, mean float64) func(part []int32) float64 {
	return func(part []int32) float64 {
		homes := d.homes(part)
		cost := max(0, math.Abs(float64(homes)/mean-1)-0.15) + 3*max(0, roundCommunity-m.Compactness(part))
		if isUrban(d.urbanHomes(part), homes) {
			cost += float64(unwhole(homes, play)) / 200
		}
		return cost
	}
}

// play is how many homes grids should be within their norm before a community is cut.
const play = 15

// unwhole returns how many homes are missing, or too many, for whole urban grids that are
// within their norm by so many.
func unwhole(homes, within int) int {
	low, high := normLow+within, normHigh-within
	n := max(1, (homes+high-1)/high)
	short := max(0, n*low-homes)
	if n > 1 {
		short = min(short, homes-(n-1)*high)
	}
	return short
}

// gridCost rates a part of a community as a general grid: how far an urban one is from
// its norm, how far another is from a full load, and how long drawn it is.
func (d *draft) gridCost(m *divide.Map) func(part []int32) float64 {
	return func(part []int32) float64 {
		ragged := 5 * max(0, roundGrid-m.Compactness(part))
		urban, homes := d.urbanHomes(part), d.homes(part)
		if !isUrban(urban, homes) {
			load := 0.0
			for _, a := range part {
				load += d.load(a)
			}
			return ragged + max(0, 0.65-load, load-1.4)
		}
		if off := max(normLow-homes, homes-normHigh); off > 0 {
			return ragged + 1 + float64(off)/100
		}
		return ragged
	}
}

// cutBest cuts a community into k grids, or into one more or one less where its homes
// do not make k; as long as some grid is not as it should be, it begins again.
func cutBest(t *divide.Task, pieces []int32, k int) [][]int32 {
	best, least := [][]int32(nil), math.Inf(1)
	for _, n := range []int{k, k + 1, k - 1, k, k, k + 1, k, k - 1, k, k} {
		if n < 1 || least <= 0 {
			continue
		}
		parts := t.Split(pieces, n)
		t.Improve(parts, 5)
		parts = t.Merge(parts)
		cost := t.Total(parts)
		for _, p := range parts {
			if t.Map.Surrounds(p) {
				cost += enclave
			}
		}
		if cost < least-1e-9 {
			best, least = parts, cost
		}
	}
	return best
}

// enclave is what a grid costs that surrounds others: more than one that misses its norm.
const enclave = 3
