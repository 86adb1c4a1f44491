package geojson

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// A Writer writes one FeatureCollection, a feature to a line. Close completes
// it; a Writer that is not closed leaves a file that no reader takes for whole.
// One goroutine at a time may use it.
type Writer struct {
	w     *bufio.Writer
	wrote bool
}

// NewWriter returns a Writer to w, which stays the caller's to close.
func NewWriter(w io.Writer) *Writer { return &Writer{w: bufio.NewWriterSize(w, 64<<10)} }

// Write adds one feature.
func (w *Writer) Write(f Feature) error {
	text, err := Append(nil, f)
	if err != nil {
		return err
	}
	w.separate(",\n")
	_, err = w.w.Write(text)
	return err
}

// separate writes the head before the first feature and text before any other.
// Errors stay in the buffered writer and come back with the next write or flush.
func (w *Writer) separate(text string) {
	if !w.wrote {
		text = "{\"type\":\"FeatureCollection\",\"features\":[\n"
		w.wrote = true
	}
	_, _ = w.w.WriteString(text)
}

// Close writes the end of the collection and flushes. It returns the first error
// of the underlying writer.
func (w *Writer) Close() error {
	w.separate("\n")
	_, _ = w.w.WriteString("]}\n")
	return w.w.Flush()
}

// Append appends f as one line of JSON without a line end, properties in order
// of name. It fails only if a property has no JSON form.
func Append(dst []byte, f Feature) ([]byte, error) {
	buf := bytes.NewBuffer(dst)
	buf.WriteString(`{"type":"Feature"`)
	if f.ID != "" {
		buf.WriteString(`,"id":`)
		if err := appendJSON(buf, f.ID); err != nil {
			return nil, err
		}
	}
	buf.WriteString(`,"geometry":`)
	if err := appendJSON(buf, f.Geometry); err != nil {
		return nil, err
	}
	buf.WriteString(`,"properties":`)
	if err := appendJSON(buf, f.Properties); err != nil {
		return nil, fmt.Errorf("feature %.40q: properties: %w", f.ID, err)
	}
	buf.WriteByte('}')
	return buf.Bytes(), nil
}

// appendJSON writes v without escaping <, > and &, which need it in HTML only.
func appendJSON(buf *bytes.Buffer, v any) error {
	e := json.NewEncoder(buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	buf.Truncate(buf.Len() - 1) // Encode ends with a newline
	return nil
}
