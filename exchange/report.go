package exchange

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"quanxi/grid"
)

// A Report says what an import found and did.
type Report struct {
	Name    string            `json:"name"`
	Kind    grid.Kind         `json:"kind"`
	Format  string            `json:"format"`
	CRS     string            `json:"crs"`
	Records int               `json:"records"`
	Found   map[grid.Kind]int `json:"found"`
	Stored  int               `json:"stored"`
	Bad     int               `json:"bad"`
	// Problems are the first of the bad records.
	Problems []Problem      `json:"problems,omitempty"`
	Skipped  map[string]int `json:"skipped,omitempty"` // reason → records
	// Dropped are columns that mark people as a risk and are not held at all.
	Dropped []string `json:"dropped,omitempty"`
	// Unread are the other columns with something in them that fill no field of the kind.
	Unread []string `json:"unread,omitempty"`
	// LeftOut counts, by column, what an export names and no file brings: who works elsewhere.
	LeftOut map[string]int `json:"left_out,omitempty"`
	// Merged counts things put together from pieces; Differing those whose
	// pieces did not agree, the first of them named in Notes.
	Merged int `json:"merged,omitempty"`
	// WithoutID counts records by which nothing is known again: read once more, they double.
	WithoutID int `json:"without_id,omitempty"`
	// Cities are added: counties name them, and neither file nor store has them.
	Cities []string `json:"cities,omitempty"`
	// Unplaced counts divisions whose manager the file does not name.
	Unplaced  int      `json:"unplaced,omitempty"`
	Differing int      `json:"differing,omitempty"`
	Notes     []string `json:"notes,omitempty"`
	Load      int64    `json:"load,omitempty"` // undo it by this id

	columnsSeen map[string]bool
	columnsRead map[string]bool // by folded name: from which something is taken
	columnsOwn  map[string]bool // by folded name: which an export of ours has
}

// most is how many problems and notes a report keeps.
const most = 20

func (r *Report) refuse(p Problem) {
	r.Bad++
	if len(r.Problems) < most {
		r.Problems = append(r.Problems, p)
	}
}

func (r *Report) skip(why Skipped) {
	if r.Skipped == nil {
		r.Skipped = map[string]int{}
	}
	r.Skipped[string(why)]++
}

func (r *Report) leaveOut(columns []string) {
	for _, column := range columns {
		if r.LeftOut == nil {
			r.LeftOut = map[string]int{}
		}
		r.LeftOut[column]++
	}
}

func (r *Report) merge(external string, pieces int, differing []string) {
	r.Merged++
	if len(differing) == 0 {
		return
	}
	r.Differing++
	if len(r.Notes) < most {
		r.Notes = append(r.Notes, fmt.Sprintf("%s: %d pieces differ in %v", external, pieces, differing))
	}
}

// mostColumns is how many names of columns are looked at: a file whose records name each its own
// has no columns.
const mostColumns = 2000

// insert puts a name into names in order.
func insert(names []string, name string) []string {
	at, _ := slices.BinarySearch(names, name)
	return slices.Insert(names, at, name)
}

// columns looks at the names of columns, each once, for what may not be held and what
// is not read.
func (r *Report) columns(kind grid.Kind, properties map[string]any) {
	if r.Found == nil {
		r.Found, r.columnsSeen = map[grid.Kind]int{}, map[string]bool{}
		r.columnsRead, r.columnsOwn = readColumns(kind), ownColumns(kind)
	}
	_, isOwn := properties["quanxi_id"]
	for name, value := range properties {
		if r.columnsSeen[name] || len(r.columnsSeen) >= mostColumns {
			continue
		}
		switch folded := fold(name); {
		case aboutPeople(kind) && Refused(name):
			r.Dropped = insert(r.Dropped, name)
		case isEmpty(value): // another record may have something there
			continue
		case !r.columnsRead[folded] && !(isOwn && r.columnsOwn[folded]):
			r.Unread = insert(r.Unread, name)
		}
		r.columnsSeen[name] = true
	}
}

// WriteTo prints the report for a person at a terminal.
func (r *Report) WriteTo(w io.Writer) (int64, error) {
	out := &counter{w: w}
	out.printf("%s: %s, %s, %d records\n", r.Name, r.Format, r.CRS, r.Records)
	for _, kind := range slices.Sorted(maps.Keys(r.Found)) {
		out.printf("  %-14s %d\n", kind, r.Found[kind])
	}
	if r.Merged > 0 {
		out.printf("  merged         %d put together from pieces, %d with differing properties\n", r.Merged, r.Differing)
	}
	r.printNotes(out)
	r.printMade(out)
	r.printPassedOver(out)
	r.printBad(out)
	if r.Load != 0 {
		out.printf("  stored         %d as load %d (undo: quanxi import --undo %d)\n", r.Stored, r.Load, r.Load)
	}
	return out.n, out.err
}

// printNotes says which things put together differ in what, one a line, and how many
// more there are than it names.
func (r *Report) printNotes(out *counter) {
	for _, note := range r.Notes {
		out.printf("    %s\n", note)
	}
	if rest := r.Differing - len(r.Notes); rest > 0 {
		out.printf("    and %d more\n", rest)
	}
}

// printMade says what is stored otherwise than the file has it.
func (r *Report) printMade(out *counter) {
	for _, name := range r.Cities {
		out.printf("  added          %s: the counties name it as their city\n", name)
	}
	if r.WithoutID > 0 {
		out.printf("  without an id  %d: nothing in the file tells them apart, and read once more they are stored once more\n", r.WithoutID)
	}
	if r.Unplaced > 0 {
		out.printf("  to be placed   %d divisions: the file does not say who manages them\n", r.Unplaced)
	}
}

// printPassedOver says which records and columns were not taken, and why.
func (r *Report) printPassedOver(out *counter) {
	for _, why := range slices.Sorted(maps.Keys(r.Skipped)) {
		out.printf("  passed over    %d: %s\n", r.Skipped[why], why)
	}
	for _, column := range slices.Sorted(maps.Keys(r.LeftOut)) {
		out.printf("  left out       %d times %q: who works where the file comes from does not come with it\n", r.LeftOut[column], column)
	}
	for _, column := range r.Dropped {
		out.printf("  dropped column %q: what marks people as a risk is not held\n", column)
	}
	if n := len(r.Unread); n == 1 {
		out.printf("  not read       1 column fills no field of %s: %s\n", r.Kind, listed(r.Unread))
	} else if n > 1 {
		out.printf("  not read       %d columns fill no field of %s: %s\n", n, r.Kind, listed(r.Unread))
	}
}

// printBad says how many records are wrong, and what is wrong with the first of them.
func (r *Report) printBad(out *counter) {
	if r.Bad > 0 {
		out.printf("  bad            %d\n", r.Bad)
	}
	for _, p := range r.Problems {
		out.printf("    %v\n", p)
	}
}

// A counter counts what it prints and keeps the first error.
type counter struct {
	w   io.Writer
	n   int64
	err error
}

func (c *counter) printf(format string, args ...any) {
	if c.err != nil {
		return
	}
	n, err := fmt.Fprintf(c.w, format, args...)
	c.n, c.err = c.n+int64(n), err
}
