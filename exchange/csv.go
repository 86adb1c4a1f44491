package exchange

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// csvSource reads comma-separated rows below one row of column names.
type csvSource struct {
	*textFile
	places placeColumns
}

func openCSV(path string) (Source, error) {
	file, err := openText(path)
	if err != nil {
		return nil, err
	}
	s := &csvSource{textFile: file}
	return s, file.pass(func(text *bufio.Reader) error {
		header, err := csv.NewReader(text).Read()
		if err != nil {
			return fmt.Errorf("line 1: no row of column names: %w", cutOff(err))
		}
		s.places = findPlaces(header)
		return separated(header)
	})
}

// separated refuses a file whose cells are kept apart by something else: all of it
// would be one column that means nothing.
func separated(header []string) error {
	if len(header) == 1 && strings.ContainsAny(header[0], ";\t\r") {
		return fmt.Errorf("line 1: the column names are not separated by commas, or the lines not ended by line feeds: %w", ErrFormat)
	}
	return nil
}

func (s *csvSource) Format() string { return "CSV (" + s.encoding + ")" }
func (s *csvSource) CRS() string    { return s.places.crs }

func (s *csvSource) Records(to Transform) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		err := s.pass(func(text *bufio.Reader) error { s.rows(text, to, yield); return nil })
		if err != nil {
			yield(Record{}, err)
		}
	}
}

// rows yields the rows below the one of column names.
func (s *csvSource) rows(text io.Reader, to Transform, yield func(Record, error) bool) {
	rows := csv.NewReader(text)
	rows.ReuseRecord = true
	header, err := rows.Read()
	if err != nil {
		yield(Record{}, fmt.Errorf("line 1: no row of column names: %w", cutOff(err)))
		return
	}
	names := make([]string, len(header))
	for i, name := range header {
		names[i] = strings.TrimSpace(name)
	}
	for number := 1; ; number++ {
		row, err := rows.Read()
		if err == io.EOF {
			return
		}
		if err != nil && !errors.Is(err, csv.ErrFieldCount) {
			yield(Record{}, cutOff(err))
			return
		}
		line, _ := rows.FieldPos(0)
		if err != nil { // cells cannot be told apart, but the next line can
			place := fmt.Sprintf("line %d", line)
			if !yield(Record{Number: number, Place: place}, Problem{Place: place, Why: fmt.Sprintf("has %d cells, the column names are %d", len(row), len(names))}) {
				return
			}
			continue
		}
		record := Record{Number: number, Place: fmt.Sprintf("line %d", line), Properties: make(map[string]any, len(row))}
		for i, cell := range row {
			if cell = plain(strings.TrimSpace(cell)); cell != "" {
				record.Properties[names[i]] = cell
			}
		}
		err = s.places.locate(&record, to)
		if !yield(record, err) {
			return
		}
	}
}

// plain takes back the apostrophe that harmless puts before a formula.
func plain(cell string) string {
	if bare, found := strings.CutPrefix(cell, "'"); found && harmless(bare) == cell {
		return bare
	}
	return cell
}

// cutOff tells a quotation that never ends from other trouble.
func cutOff(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) && errors.Is(parse.Err, csv.ErrQuote) {
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return err
}
