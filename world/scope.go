package world

import (
	"cmp"
	"slices"

	"quanxi/geo"
	"quanxi/grid"
)

// ScopeOf returns what whoever answers for a division answers for: the division
// and all that it manages by the management tree. Codes that begin like the
// division's but are managed elsewhere are left out; codes not heard of yet
// belong to the longest known code that they begin with. It is empty if there is
// no division under the code. The city's scope is everything that hangs on the
// city; what is to be placed is seen by grid.Everywhere alone.
//
// A World of one area knows what is managed in that area: whoever answers for more
// answers here for all of that, and whoever answers for something else for nothing.
func (s *Snapshot) ScopeOf(code grid.Code) grid.Scope {
	root := s.areaOf(code)
	if s.division(root) == nil {
		return grid.Scope{}
	}
	if s.own != "" && !s.isOwn(root) {
		own := s.areaOf(s.own)
		if own == none || !s.manages(root, own) {
			return grid.Scope{}
		}
		root = own
	}
	var ranges []grid.CodeRange
	for _, top := range s.tops(root) {
		ranges = s.sweep(ranges, root, s.code(top))
	}
	return grid.NewScope(ranges...)
}

// ScopeOfPost returns what whoever has a post in a division answers for: as ScopeOf, but
// a post in the one city that the World is of answers for everything, also for what is
// to be placed or lies in no division, if the World holds everything.
func (s *Snapshot) ScopeOfPost(code grid.Code) grid.Scope {
	if s.own == "" && code.Level() == grid.CityLevel && s.isOf(code[:2]) {
		return grid.Everywhere()
	}
	return s.ScopeOf(code)
}

// GapsAbove returns what lies in the divisions above one and in none of their parts, and in
// no division at all; nothing if there is none under the code.
func (s *Snapshot) GapsAbove(code grid.Code) grid.Scope {
	chain := s.Above(code)
	if len(chain) == 0 {
		return grid.Scope{}
	}
	ranges := []grid.CodeRange{grid.Only("")}
	for _, d := range chain[:len(chain)-1] {
		ranges = append(ranges, grid.Only(d.Code()))
	}
	return grid.NewScope(ranges...)
}

// isOf reports whether all codes begin alike.
func (s *Snapshot) isOf(prefix grid.Code) bool {
	if len(s.codes) == 0 {
		return true
	}
	first, last := s.code(s.codes[0]), s.code(s.codes[len(s.codes)-1])
	return within(first, prefix) && within(last, prefix)
}

// ExtentOf returns the envelope of a division with all that it manages, which holds
// the place of everything in it; false if none of them has a boundary.
func (s *state) ExtentOf(code grid.Code) (env geo.Envelope, ok bool) {
	var walk func(area uint32)
	walk = func(area uint32) {
		if d := s.division(area); d != nil && len(d.boundary) > 0 {
			if !ok {
				env, ok = d.envelope, true
			}
			env = env.Union(d.envelope)
		}
		for at := s.areas.rows.at(area).children; at != none; at = s.areas.rows.at(at).next {
			walk(at)
		}
	}
	if root := s.areaOf(code); root != none {
		walk(root)
	}
	return env, ok
}

// tops returns root and those below it whose codes begin with no other top's.
func (s *state) tops(root uint32) []uint32 {
	tops := []uint32{root}
	var walk func(area, top uint32)
	walk = func(area, top uint32) {
		for at := s.areas.rows.at(area).children; at != none; at = s.areas.rows.at(at).next {
			under := top
			if !within(s.code(at), s.code(top)) {
				tops, under = append(tops, at), at
			}
			walk(at, under)
		}
	}
	walk(root, root)
	return tops
}

func within(c, prefix grid.Code) bool { return len(c) >= len(prefix) && c[:len(prefix)] == prefix }

// sweep walks the known codes that begin with top in their order, and adds the
// ranges in which root manages the longest known code before.
func (s *state) sweep(ranges []grid.CodeRange, root uint32, top grid.Code) []grid.CodeRange {
	type open struct {
		code  grid.Code
		holds bool
	}
	var stack []open
	from, holds := top, false
	turn := func(at grid.Code, now bool) {
		if holds && !now {
			ranges = append(ranges, grid.CodeRange{From: from, To: at})
		}
		if now && !holds {
			from = at
		}
		holds = now
	}
	closeTo := func(c grid.Code) {
		for len(stack) > 0 && !within(c, stack[len(stack)-1].code) {
			end := stack[len(stack)-1].code + "~"
			stack = stack[:len(stack)-1]
			turn(end, len(stack) > 0 && stack[len(stack)-1].holds)
		}
	}
	first, _ := slices.BinarySearchFunc(s.codes, top, func(area uint32, c grid.Code) int { return cmp.Compare(s.code(area), c) })
	for _, area := range s.codes[first:] {
		c := s.code(area)
		if !within(c, top) {
			break
		}
		closeTo(c)
		stack = append(stack, open{c, s.manages(root, area)})
		turn(c, stack[len(stack)-1].holds)
	}
	closeTo("")
	return ranges
}

// manages reports whether an area is root or below it.
func (s *state) manages(root, area uint32) bool {
	for area != none && area != root {
		area = s.areas.rows.at(area).parent
	}
	return area == root
}
