package simulate

import (
	"math/rand/v2"

	"quanxi/geo"
)

// streets is the net that workers walk: corners joined by straight stretches.
type streets struct {
	corners []geo.Point
	joined  [][]int32 // by corner: where one can go from there
}

// newStreets joins roads that share a vertex. Nobody walks on a metro line.
func newStreets(roads []road) *streets {
	s := &streets{}
	index := make(map[geo.Point]int32)
	corner := func(p geo.Point) int32 {
		i, ok := index[p]
		if !ok {
			i = int32(len(s.corners))
			index[p] = i
			s.corners, s.joined = append(s.corners, p), append(s.joined, nil)
		}
		return i
	}
	for _, r := range roads {
		if r.Class == "metro" {
			continue
		}
		for _, line := range r.Geometry {
			for i := 1; i < len(line); i++ {
				if a, b := corner(line[i-1]), corner(line[i]); a != b {
					s.joined[a], s.joined[b] = append(s.joined[a], b), append(s.joined[b], a)
				}
			}
		}
	}
	return s
}

func (s *streets) empty() bool { return len(s.corners) == 0 }

// nearest returns the corner nearest to p.
func (s *streets) nearest(p geo.Point) int32 {
	best, least := int32(0), -1.0
	for i, c := range s.corners {
		if d := geo.DistanceM(p, c); least < 0 || d < least {
			best, least = int32(i), d
		}
	}
	return best
}

// onward chooses a way on from a corner, other than back if there is one. Beyond
// the leash the way that leads home is taken.
func (s *streets) onward(from, at, home int32, leashM float64, chance *rand.Rand) int32 {
	ways := s.joined[at]
	if geo.DistanceM(s.corners[at], s.corners[home]) > leashM {
		return s.closest(ways, home)
	}
	to := ways[chance.IntN(len(ways))]
	if to == from && len(ways) > 1 {
		to = ways[chance.IntN(len(ways))]
	}
	return to
}

func (s *streets) closest(ways []int32, home int32) int32 {
	best := ways[0]
	for _, w := range ways[1:] {
		if geo.DistanceM(s.corners[w], s.corners[home]) < geo.DistanceM(s.corners[best], s.corners[home]) {
			best = w
		}
	}
	return best
}
