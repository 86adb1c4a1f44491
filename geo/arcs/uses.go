package arcs

import (
	"cmp"
	"slices"
)

// A setID names a set of uses. Edges by the million have few different sets, so
// each is kept once.
type setID uint32

// useSets holds sets of uses relative to the forward direction of an edge. The
// zero setID is the empty set.
type useSets struct {
	sets   [][]Use // each ordered by face, then side
	number map[string]setID
	grown  map[growth]setID
	turned map[setID]setID
}

type growth struct {
	set setID
	use Use
}

func newUseSets() useSets {
	s := useSets{number: make(map[string]setID), grown: make(map[growth]setID), turned: make(map[setID]setID)}
	s.intern(nil)
	return s
}

// intern returns the number of a set that is in order; it keeps uses.
func (s *useSets) intern(uses []Use) setID {
	key := make([]byte, 0, 5*len(uses))
	for _, u := range uses {
		side := byte(0)
		if u.Left {
			side = 1
		}
		key = append(key, byte(u.Face), byte(u.Face>>8), byte(u.Face>>16), byte(u.Face>>24), side)
	}
	id, ok := s.number[string(key)]
	if !ok {
		id = setID(len(s.sets))
		s.sets = append(s.sets, uses)
		s.number[string(key)] = id
	}
	return id
}

func compareUses(a, b Use) int {
	return cmp.Or(cmp.Compare(a.Face, b.Face), cmp.Compare(side(a), side(b)))
}

func side(u Use) int {
	if u.Left {
		return 0
	}
	return 1
}

// with returns the set enlarged by one use.
func (s *useSets) with(set setID, use Use) setID {
	key := growth{set, use}
	id, ok := s.grown[key]
	if !ok {
		uses := slices.Clone(s.sets[set])
		if at, found := slices.BinarySearchFunc(uses, use, compareUses); !found {
			uses = slices.Insert(uses, at, use)
		}
		id = s.intern(uses)
		s.grown[key] = id
	}
	return id
}

// union returns the set of all uses of a and b.
func (s *useSets) union(a, b setID) setID {
	for _, u := range s.sets[b] {
		a = s.with(a, u)
	}
	return a
}

// turn returns the set as seen in the other direction.
func (s *useSets) turn(set setID) setID {
	id, ok := s.turned[set]
	if !ok {
		uses := slices.Clone(s.sets[set])
		for i := range uses {
			uses[i].Left = !uses[i].Left
		}
		slices.SortFunc(uses, compareUses)
		id = s.intern(uses)
		s.turned[set] = id
	}
	return id
}
