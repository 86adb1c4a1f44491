package geojson

import (
	"bytes"
	"fmt"
)

// value takes the next value and returns its text, valid until the next call.
func (s *scanner) value() ([]byte, error) {
	s.buf = s.buf[:0]
	c, err := s.need()
	switch {
	case err != nil:
		return nil, err
	case c == '{' || c == '[' || c == '"':
		err = s.cut(new(nesting))
	default:
		err = s.cut(new(word))
		if err == nil && len(s.buf) == 0 {
			err = fmt.Errorf("%w: found %q, want a value", ErrSyntax, c)
		}
	}
	return s.buf, err
}

// An end finds where a value ends in text that comes in pieces: it returns how
// many bytes of the piece belong to the value, and whether the value ends there.
type end interface {
	find(piece []byte) (n int, done bool)
}

// cut takes the bytes of a value into buf.
func (s *scanner) cut(e end) error {
	for {
		if _, err := s.r.Peek(1); err != nil {
			return endIsSyntax(err)
		}
		piece, _ := s.r.Peek(s.r.Buffered())
		n, done := e.find(piece)
		if len(s.buf)+n > maxFeature {
			return fmt.Errorf("%w: more than %d MB", ErrTooLarge, maxFeature>>20)
		}
		s.buf = append(s.buf, piece[:n]...)
		s.line += bytes.Count(piece[:n], []byte{'\n'})
		s.offset += int64(n)
		if _, err := s.r.Discard(n); err != nil || done {
			return err
		}
	}
}

// nesting ends a string, array or object where its last bracket closes. Whether
// brackets match is for the parser to say.
type nesting struct {
	depth             int
	inString, escaped bool
}

func (v *nesting) find(piece []byte) (n int, done bool) {
	for i, c := range piece {
		switch {
		case v.escaped:
			v.escaped = false
			continue
		case v.inString:
			v.escaped = c == '\\'
			v.inString = c != '"'
		case c == '"':
			v.inString = true
		case c == '{' || c == '[':
			v.depth++
		case c == '}' || c == ']':
			v.depth--
		}
		if v.depth == 0 && !v.inString {
			return i + 1, true
		}
	}
	return len(piece), false
}

// word ends a number, true, false or null.
type word struct{}

func (*word) find(piece []byte) (n int, done bool) {
	for i, c := range piece {
		isPart := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '+' || c == '.'
		if !isPart {
			return i, true
		}
	}
	return len(piece), false
}
