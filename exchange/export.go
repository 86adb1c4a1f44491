package exchange

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"strings"

	"quanxi/geo/wkt"
	"quanxi/grid"
)

// WriteGeoJSON writes entities as one FeatureCollection, one feature a line, and
// returns their number. Sealed fields are left out. The mark is a member of the
// collection before its features, which readers pass over (RFC 7946, 6.1).
func WriteGeoJSON(w io.Writer, mark Mark, entities iter.Seq2[grid.Entity, error]) (int, error) {
	out := bufio.NewWriterSize(w, 256<<10)
	fmt.Fprintf(out, `{"type":"FeatureCollection",%q:%s,"features":[`, markName, mark.json())
	n := 0
	for e, err := range entities {
		if err != nil {
			return n, err
		}
		feature, err := featureJSON(e)
		if err != nil {
			return n, fmt.Errorf("%s %d: %w", e.Kind(), e.Entity().ID, err)
		}
		if n > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(feature)
		n++
	}
	out.WriteString("\n]}\n")
	return n, out.Flush()
}

func featureJSON(e grid.Entity) ([]byte, error) {
	geometry, err := json.Marshal(e.Geometry())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"type":"Feature","id":%d,"geometry":%s,"properties":{`, e.Entity().ID, geometry)
	for i, c := range exported(e) {
		value, err := json.Marshal(c.Value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%q:%s", c.Name, value)
	}
	b.WriteString("}}")
	return b.Bytes(), nil
}

// exported returns the columns that may leave: the head's, and all but sealed
// bytes and digests.
func exported(e grid.Entity) []grid.Column {
	head := e.Entity()
	columns := []grid.Column{{Name: "quanxi_id", Value: &head.ID}, {Name: "revision", Value: &head.Revision}, {Name: "external", Value: &head.External}}
	for _, c := range e.Columns() {
		if _, sealed := c.Value.(*[]byte); !sealed {
			columns = append(columns, c)
		}
	}
	return columns
}

// WriteCSV writes entities as rows below their column names, the geometry last
// as WKT, and returns their number. The mark is the first column of every row: a line
// of comment would be the column names to GDAL and to spreadsheets, and would stay
// behind when somebody copies rows. Cells that a spreadsheet would run as a
// formula are neutralised (RULES B7). The file begins with a byte order mark,
// without which spreadsheets read Chinese as garbage.
func WriteCSV(w io.Writer, mark Mark, empty grid.Entity, entities iter.Seq2[grid.Entity, error]) (int, error) {
	if _, err := w.Write(byteOrderMark); err != nil {
		return 0, err
	}
	out := csv.NewWriter(w)
	header := []string{markName}
	for _, c := range exported(empty) {
		header = append(header, c.Name)
	}
	if err := out.Write(append(header, "wkt")); err != nil {
		return 0, err
	}
	n := 0
	for e, err := range entities {
		if err != nil {
			return n, err
		}
		row, err := cells(mark.String(), e)
		if err != nil {
			return n, fmt.Errorf("%s %d: %w", e.Kind(), e.Entity().ID, err)
		}
		if err := out.Write(row); err != nil {
			return n, err
		}
		n++
	}
	out.Flush()
	return n, out.Error()
}

func cells(mark string, e grid.Entity) ([]string, error) {
	row := []string{mark}
	for _, c := range exported(e) {
		text, err := cell(c.Value)
		if err != nil {
			return nil, err
		}
		row = append(row, text)
	}
	if g := e.Geometry(); g != nil {
		return append(row, wkt.Format(g)), nil
	}
	return append(row, ""), nil
}

// cell writes a value as a person would: texts bare, everything else as JSON.
func cell(value any) (string, error) {
	if text, ok := value.(*string); ok {
		return harmless(*text), nil
	}
	b, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	text := strings.Trim(string(b), `"`)
	if text == "null" {
		return "", nil
	}
	return text, nil
}

// harmless puts an apostrophe before what a spreadsheet takes for a formula.
func harmless(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
