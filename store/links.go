package store

import (
	"fmt"

	"quanxi/grid"
)

// A Dialect is how a store's SQL says what both stores ask about links.
type Dialect struct {
	Table func(grid.Kind) string // of all versions of a kind, as it stands in a query
	Loads string                 // the table of loads
	Over  string                 // the table of which load lies over which
	Kept  string                 // of a version: it is no removal
	Arg   string                 // the one parameter
}

// A LinkCheck is a query of one parameter that says true if a link stands in the way,
// and the error of that.
type LinkCheck struct {
	Query string
	Err   error
}

// Unnamed are the checks that nothing names what is removed any more; the parameter is
// its id. The errors are grid.InUseErrors.
func (d Dialect) Unnamed(ref grid.Ref) []LinkCheck {
	return d.linksTo(ref, func(l grid.Link) string {
		return fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM %s WHERE %q = %s AND %s)", d.Table(l.Kind), l.Column, d.Arg, d.standing())
	})
}

// MayUndo are the checks that a load leaves nothing without what it names when it is
// undone; the parameter is its id. Nothing outside it names what only it has brought
// (grid.InUseError), and nothing that it replaced comes back and names what is not
// there without it (grid.GoneError).
func (d Dialect) MayUndo() []LinkCheck {
	var all []LinkCheck
	for _, kind := range grid.Kinds() {
		all = append(all, d.linksTo(grid.Ref{Kind: kind}, d.brought)...)
	}
	for _, l := range grid.Links() {
		all = append(all, LinkCheck{d.names(l, fmt.Sprintf("replaced_by = %s AND replaced_by <> 0", d.Arg), d.shownWithout()), &grid.GoneError{Link: l}})
	}
	return all
}

// MayCommit are the checks that everything that an open load names by some links is there or
// comes with it; the parameter is its id. It may have gone since it was looked up, and what another
// open load brings may never come. A store asks them while nobody can remove what is
// named. The errors are grid.GoneErrors.
func (d Dialect) MayCommit(links []grid.Link) []LinkCheck {
	var all []LinkCheck
	for _, l := range links {
		all = append(all, LinkCheck{d.names(l, fmt.Sprintf("load = %s AND load <> 0", d.Arg), d.shownWith()), &grid.GoneError{Link: l}})
	}
	return all
}

func (d Dialect) linksTo(ref grid.Ref, query func(grid.Link) string) []LinkCheck {
	var all []LinkCheck
	for _, l := range grid.Links() {
		if l.To == ref.Kind {
			all = append(all, LinkCheck{query(l), &grid.InUseError{Ref: ref, By: l.Kind}})
		}
	}
	return all
}

// brought asks whether something outside a load names what only the load has brought.
// The index of loads leaves out 0, which no load is.
func (d Dialect) brought(l grid.Link) string {
	only := fmt.Sprintf("SELECT id FROM %[1]s WHERE load = %[2]s AND load <> 0 AND id NOT IN (SELECT id FROM %[1]s WHERE replaced_by = %[2]s AND replaced_by <> 0 AND %[3]s)",
		d.Table(l.To), d.Arg, d.Kept)
	return fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM %s WHERE %q IN (%s) AND load <> %s AND %s)", d.Table(l.Kind), l.Column, only, d.Arg, d.standing())
}

// names asks whether some versions name by a link what is not there. It looks each up,
// since what is there may be a city and the versions a village.
func (d Dialect) names(l grid.Link, which, there string) string {
	return fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM %s r WHERE %s AND %s AND r.%[4]q <> 0 AND NOT EXISTS (SELECT 1 FROM %[5]s t WHERE t.id = r.%[4]q AND %[6]s))",
		d.Table(l.Kind), which, d.Kept, l.Column, d.Table(l.To), there)
}

// standing selects the versions that readers see, and those that an open load is about
// to show them.
func (d Dialect) standing() string { return d.visible("l.state IN ('live', 'open')", "") }

// shownWith selects the versions that readers will see with a load, which is open.
func (d Dialect) shownWith() string { return d.visible("(l.state = 'live' OR l.id = "+d.Arg+")", "") }

// shownWithout selects the versions that readers will see without a load.
func (d Dialect) shownWithout() string {
	but := " AND l.id <> " + d.Arg
	return d.visible("l.state = 'live'"+but, but)
}

// visible selects versions of the loads that count, which no live load has replaced.
func (d Dialect) visible(count, but string) string {
	return fmt.Sprintf(`%[1]s AND (load = 0 OR load IN (SELECT l.id FROM %[2]s l WHERE %[3]s))
	AND (replaced_by = 0 OR replaced_by > 0 AND replaced_by NOT IN (SELECT l.id FROM %[2]s l WHERE l.state = 'live'%[4]s))`,
		d.Kept, d.Loads, count, but)
}
