package role

import (
	"fmt"
	"slices"

	"quanxi/grid"
)

// A Grant is everything that one account may do at one moment. It never changes and
// is safe for concurrent use. The zero Grant allows nothing.
type Grant struct {
	parts  []part             // that hold somewhere
	asks   Set                // what all posts allow, also in areas that there are not, and what awaits a second person
	scopes [rights]grid.Scope // where each right holds, for events of every board
	// standing is what Standing returns.
	standing string
}

// A part is what one post allows.
type part struct {
	rights Set
	scope  grid.Scope
	board  string
	role   string     // code; empty of Everything
	area   grid.Code  // of the post; empty of Everything
	gaps   grid.Scope // as of WithGaps
}

// NewGrant returns what posts allow together. roles is the table of roles; a post of
// a role that is not in it allows nothing. scopeOf returns what whoever answers for
// a division answers for, by the management tree of the moment; a post in a division that there
// is not gives nothing, and one that awaits a second person none OfConfirmed. Posts that do not go together
// (RULES B3), however they came about, allow nothing of any administrator's.
func NewGrant(posts []Post, roles map[string]Role, scopeOf func(grid.Code) grid.Scope) Grant {
	var g Grant
	var all, withheld Set
	for _, p := range posts {
		all |= roles[p.Role].Rights
	}
	if all.check() != nil {
		withheld = administrative
	}
	for _, p := range posts {
		allowed := roles[p.Role].At(p.Area.Level()) &^ withheld
		g.asks |= allowed // also what has yet to be confirmed: nobody confirms who has no second factor
		if p.Awaits {
			allowed &^= OfConfirmed
		}
		if allowed == 0 {
			continue
		}
		g.standing += fmt.Sprintf("%x@%s/%s;", uint32(allowed), p.Area, p.Board)
		if scope := scopeOf(p.Area); len(scope.Ranges()) > 0 {
			g.parts = append(g.parts, part{rights: allowed, scope: scope, board: p.Board, role: p.Role, area: p.Area})
		}
	}
	g.place()
	return g
}

// place works out where each right holds.
func (g *Grant) place() {
	for _, r := range Rights() {
		var ranges []grid.CodeRange
		for _, p := range g.parts {
			if p.rights.Has(r) && (p.board == "" || !ofBoards.Has(r)) {
				ranges = append(ranges, p.scope.Ranges()...)
			}
		}
		g.scopes[r] = grid.NewScope(ranges...)
	}
}

// A Limit is how much of a grant counts, such as for whoever shows a token that was made for
// less. The zero Limit lets nothing count.
type Limit struct {
	Rights Set
	Scope  grid.Scope
}

// Within returns what of a grant counts: never more than it gives. What the posts ask for of
// their holder stays.
func (g *Grant) Within(l Limit) Grant {
	less := Grant{asks: g.asks, standing: fmt.Sprintf("%s%x@%v", g.standing, uint32(l.Rights), l.Scope.Ranges())}
	for _, p := range g.parts {
		p.rights &= l.Rights
		p.scope, p.gaps = p.scope.And(l.Scope), p.gaps.And(l.Scope)
		if p.rights != 0 && !p.scope.IsEmpty() {
			less.parts = append(less.parts, p)
		}
	}
	less.place()
	return less
}

// Reaches reports whether any post gives anything in an area.
func (g *Grant) Reaches(area grid.Code) bool {
	return slices.ContainsFunc(g.parts, func(p part) bool { return p.scope.Holds(area) })
}

// WithGaps returns the grant with the gaps beside the towns that its posts are in: gapsOf
// returns what lies above a town and in no town. Posts above a town read no names, so what
// concerns a single home there would be nobody's.
func (g Grant) WithGaps(gapsOf func(grid.Code) grid.Scope) Grant {
	g.parts = slices.Clone(g.parts)
	for i := range g.parts {
		if p := &g.parts[i]; p.area.Level() == grid.TownLevel {
			p.gaps = gapsOf(p.area)
		}
	}
	return g
}

// GapsOfAll is ScopeOfAll in the gaps beside the towns.
func (g *Grant) GapsOfAll(s Set) grid.Scope {
	var ranges []grid.CodeRange
	for i := range g.parts {
		if p := &g.parts[i]; p.gives(s) {
			ranges = append(ranges, p.gaps.Ranges()...)
		}
	}
	return grid.NewScope(ranges...)
}

// Everything returns the grant of all rights everywhere: that of a server without
// accounts.
func Everything() Grant {
	all := part{rights: AllRights, scope: grid.Everywhere()}
	g := Grant{parts: []part{all}, asks: all.rights, standing: "everything"}
	for i := range g.scopes {
		g.scopes[i] = all.scope
	}
	return g
}

// Standing names the grant by what it was given for: the posts, each with its rights. It is the
// same on every node, whatever part of the city that holds, and another one after a post or a
// role was changed.
func (g *Grant) Standing() string { return g.standing }

// Scope returns where a right holds; a right over events, where it does for every
// board.
func (g *Grant) Scope(r Right) grid.Scope { return g.scopes[r] }

// May reports whether a right holds in an area, whatever the board. An empty area, that of what lies
// outside every division, is held by the whole city alone.
func (g *Grant) May(r Right, area grid.Code) bool { return g.scopes[r].Holds(area) }

// MayOn is May for an event of one board: of a post for another board its rights over
// events do not count.
func (g *Grant) MayOn(r Right, area grid.Code, board string) bool {
	for i := range g.parts {
		p := &g.parts[i]
		if p.rights.Has(r) && (p.board == "" || p.board == board || !ofBoards.Has(r)) && p.scope.Holds(area) {
			return true
		}
	}
	return false
}

// ScopeOfAll returns where one post gives all of some rights: a duty beside what is seen by it
// is a post's own, and not what several posts come to. With a right over events among them, a
// post for one board gives nothing.
func (g *Grant) ScopeOfAll(s Set) grid.Scope {
	if r, ok := s.only(); ok {
		return g.scopes[r]
	}
	var ranges []grid.CodeRange
	for i := range g.parts {
		if p := &g.parts[i]; p.gives(s) {
			ranges = append(ranges, p.scope.Ranges()...)
		}
	}
	return grid.NewScope(ranges...)
}

// MayAll reports whether an area is in ScopeOfAll.
func (g *Grant) MayAll(s Set, area grid.Code) bool {
	if r, ok := s.only(); ok {
		return g.May(r, area)
	}
	for i := range g.parts {
		if p := &g.parts[i]; p.gives(s) && p.scope.Holds(area) {
			return true
		}
	}
	return false
}

// gives reports whether a post gives all of some rights, and so whatever the board.
func (p *part) gives(s Set) bool { return p.rights&s == s && (p.board == "" || s&ofBoards == 0) }

// Highest returns the role and the area of the highest post by which a right holds in an
// area, and false if none does.
func (g *Grant) Highest(r Right, area grid.Code) (code string, over grid.Code, ok bool) {
	return g.highest(func(p *part) bool {
		return p.rights.Has(r) && p.scope.Holds(area) && (p.board == "" || !ofBoards.Has(r))
	})
}

// HighestOf returns the role and the area of the highest post that gives a right, wherever,
// and false if none does.
func (g *Grant) HighestOf(r Right) (code string, over grid.Code, ok bool) {
	return g.highest(func(p *part) bool { return p.rights.Has(r) })
}

// HighestOfAll returns the role and the area of the highest post, and false if there is none
// that gives anything.
func (g *Grant) HighestOfAll() (code string, over grid.Code, ok bool) {
	return g.highest(func(*part) bool { return true })
}

// highest returns the highest post that a test takes; of those of one level the first.
func (g *Grant) highest(takes func(*part) bool) (code string, over grid.Code, ok bool) {
	for i := range g.parts {
		p := &g.parts[i]
		if ok && p.area.Level() >= over.Level() || !takes(p) {
			continue
		}
		code, over, ok = p.role, p.area, true
	}
	return code, over, ok
}

// NeedsSecondFactor is as of Set, for what the posts allow together, also in a division that
// there is not: when there is one again, whoever came by a password alone would be in by it.
func (g *Grant) NeedsSecondFactor() bool { return g.asks.NeedsSecondFactor() }

// Rights returns what the posts allow, each somewhere.
func (g *Grant) Rights() Set {
	var all Set
	for i := range g.parts {
		all |= g.parts[i].rights
	}
	return all
}
