package exchange

import (
	"strconv"
	"strings"

	"quanxi/grid"
)

// readApart are columns that are read past the mapping, by kind: what they say
// decides whether a record is of the kind at all.
var readApart = map[grid.Kind][]string{
	grid.Buildings: {"kind"},
	grid.Waters:    {"boundary"},
}

// readAlways are columns that every import reads or that hold nothing to read: the id
// by which problems are named, the row number that a GeoPackage must have, and our mark.
var readAlways = []string{"id", "fid", markName}

// readColumns returns the folded names of all columns from which an import of a kind
// takes something, be it only where a better one is missing.
func readColumns(kind grid.Kind) map[string]bool {
	read := map[string]bool{}
	for _, columns := range mappingOf(kind) {
		add(read, columns...)
	}
	add(read, readAlways...)
	add(read, readApart[kind]...)
	add(read, wholePlaces...)
	for _, p := range pairs {
		add(read, p.x, p.y)
	}
	return read
}

// ownColumns returns the folded names of the columns of an export of ours.
func ownColumns(kind grid.Kind) map[string]bool {
	own := map[string]bool{}
	empty, err := grid.New(kind)
	if err != nil {
		return own
	}
	for _, c := range exported(empty) {
		add(own, fold(c.Name))
	}
	return own
}

func add(names map[string]bool, more ...string) {
	for _, name := range more {
		names[name] = true
	}
}

// isEmpty reports whether a cell says nothing, so that nothing is lost with it.
func isEmpty(value any) bool { return value == nil || value == "" }

// listed writes names for a terminal: at most most of them, and in quotes those that
// would not be seen or would not stay on the line.
func listed(names []string) string {
	shown := make([]string, 0, most+1)
	for _, name := range names[:min(len(names), most)] {
		if quoted := strconv.Quote(name); name == "" || quoted != `"`+name+`"` {
			name = quoted
		}
		shown = append(shown, name)
	}
	text := strings.Join(shown, ", ")
	if rest := len(names) - most; rest > 0 {
		text += " and " + strconv.Itoa(rest) + " more"
	}
	return text
}
