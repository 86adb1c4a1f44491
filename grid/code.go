package grid

import "slices"

// A Code is a division's administrative code: digits only, county 6 (GB/T 2260),
// town 9, community 12, grid 15, micro-grid 17; the city has 4 ("5000").
type Code string

// A Level is the depth of a division in the tree.
type Level int32

// The levels, from the outside in.
const (
	CityLevel Level = iota + 1
	CountyLevel
	TownLevel
	CommunityLevel
	GridLevel
	MicroGridLevel
)

// Level returns the level that the length of c stands for, and zero if none does.
func (c Code) Level() Level {
	switch len(c) {
	case 4:
		return CityLevel
	case 6:
		return CountyLevel
	case 9:
		return TownLevel
	case 12:
		return CommunityLevel
	case 15:
		return GridLevel
	case 17:
		return MicroGridLevel
	}
	return 0
}

// Valid reports whether c has the length of a level and digits only.
func (c Code) Valid() bool {
	if c.Level() == 0 {
		return false
	}
	for i := range len(c) {
		if c[i] < '0' || c[i] > '9' {
			return false
		}
	}
	return true
}

// CityName returns what the city is called in which c lies by GB/T 2260, stored or not;
// empty if the map was not made for it.
func (c Code) CityName() string {
	if len(c) < 4 {
		return ""
	}
	switch c[:4] {
	case "5000", "5001", "5002": // its districts have 01, its counties 02
		return "重庆市"
	}
	return ""
}

// A CodeRange is the codes From ≤ c < To in byte order.
type CodeRange struct{ From, To Code }

// A Scope is a sorted set of disjoint code ranges: what one viewer answers for.
// It is computed from the management tree, since a code's prefix does not always
// say who manages. The zero Scope holds nothing.
type Scope struct{ ranges []CodeRange }

// Everywhere returns the scope of the whole city and of what is not placed yet.
func Everywhere() Scope { return Scope{[]CodeRange{{"", "~"}}} }

// NewScope returns the scope of the given ranges, joined where they touch.
func NewScope(ranges ...CodeRange) Scope {
	sorted := slices.Clone(ranges)
	slices.SortFunc(sorted, func(a, b CodeRange) int { return compare(a.From, b.From) })
	var s Scope
	for _, r := range sorted {
		if r.From >= r.To {
			continue
		}
		if n := len(s.ranges); n > 0 && r.From <= s.ranges[n-1].To {
			s.ranges[n-1].To = max(s.ranges[n-1].To, r.To)
			continue
		}
		s.ranges = append(s.ranges, r)
	}
	return s
}

// Under returns the range of c itself and of all codes that begin with it.
func Under(c Code) CodeRange { return CodeRange{c, c + "~"} }

// Only returns the range of c alone: of codes, which are digits, the next ones begin with it.
func Only(c Code) CodeRange { return CodeRange{c, c + "0"} }

// IsOne reports whether a single code lies in the range.
func (r CodeRange) IsOne() bool { return r == Only(r.From) }

// Ranges returns the scope's ranges in order. The caller may keep them.
func (s Scope) Ranges() []CodeRange { return slices.Clone(s.ranges) }

// Holds reports whether c lies in the scope.
func (s Scope) Holds(c Code) bool {
	i, found := slices.BinarySearchFunc(s.ranges, c, func(r CodeRange, c Code) int { return compare(r.From, c) })
	if found {
		return true
	}
	return i > 0 && c < s.ranges[i-1].To
}

// Meets reports whether any code lies in both scopes.
func (s Scope) Meets(other Scope) bool { return !s.And(other).IsEmpty() }

// And returns what lies in both scopes.
func (s Scope) And(other Scope) Scope {
	var both []CodeRange
	for _, a := range s.ranges {
		for _, b := range other.ranges {
			both = append(both, CodeRange{max(a.From, b.From), min(a.To, b.To)}) // one that is none is left out
		}
	}
	return NewScope(both...)
}

// IsEmpty reports whether nothing lies in the scope.
func (s Scope) IsEmpty() bool { return len(s.ranges) == 0 }

// IsEverywhere reports whether the scope is the whole city.
func (s Scope) IsEverywhere() bool {
	return len(s.ranges) == 1 && s.ranges[0] == CodeRange{"", "~"}
}

func compare(a, b Code) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
