package exchange

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
)

// csvSource reads comma-separated rows below one row of column names.
type csvSource struct {
	path     string
	encoding string
	file     *tally // of the running Records
	places   placeColumns
}

func openCSV(path string) (Source, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, encoding, err := decoded(file)
	if err != nil {
		return nil, err
	}
	header, err := csv.NewReader(text).Read()
	if err != nil {
		return nil, fmt.Errorf("line 1: no row of column names: %w", cutOff(err))
	}
	return &csvSource{path: path, encoding: encoding, places: findPlaces(header)}, nil
}

func (s *csvSource) Format() string { return "CSV (" + s.encoding + ")" }
func (s *csvSource) CRS() string    { return s.places.crs }
func (s *csvSource) Share() float64 { return s.file.share() }
func (s *csvSource) Close() error   { return nil }

func (s *csvSource) Records(to Transform) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		file, err := openTally(s.path)
		if err != nil {
			yield(Record{}, err)
			return
		}
		defer file.Close()
		s.file = file
		text, _, err := decoded(file)
		if err != nil {
			yield(Record{}, err)
			return
		}
		s.read(text, to, yield)
	}
}

func (s *csvSource) read(text io.Reader, to Transform, yield func(Record, error) bool) {
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
		if err != nil {
			yield(Record{}, cutOff(err))
			return
		}
		line, _ := rows.FieldPos(0)
		record := Record{Number: number, Place: fmt.Sprintf("line %d", line), Properties: make(map[string]any, len(row))}
		for i, cell := range row {
			if cell = strings.TrimSpace(cell); cell != "" {
				record.Properties[names[i]] = cell
			}
		}
		err = s.places.locate(&record, to)
		if !yield(record, err) {
			return
		}
	}
}

// cutOff tells a quotation that never ends from other trouble.
func cutOff(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) && errors.Is(parse.Err, csv.ErrQuote) {
		return fmt.Errorf("%w: %w", ErrTruncated, err)
	}
	return err
}
