package geojson

import "fmt"

// value takes the next value and returns its text, valid until the next call.
func (s *scanner) value() ([]byte, error) {
	s.buf = s.buf[:0]
	c, err := s.need()
	switch {
	case err != nil:
		return nil, err
	case c == '{' || c == '[' || c == '"':
		err = s.nested()
	default:
		err = s.scalar()
	}
	return s.buf, err
}

// nested takes a string, array or object up to where its last bracket closes.
// Whether brackets match is for the parser to say.
func (s *scanner) nested() error {
	depth, inString, escaped := 0, false, false
	for {
		c, err := s.keep()
		if err != nil {
			return err
		}
		switch {
		case escaped:
			escaped = false
			continue
		case inString:
			escaped = c == '\\'
			inString = c != '"'
		case c == '"':
			inString = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		if depth == 0 && !inString {
			return nil
		}
	}
}

// scalar takes a number, true, false or null.
func (s *scanner) scalar() error {
	for {
		c, err := s.need()
		if err != nil {
			return err
		}
		isWord := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '+' || c == '.'
		if !isWord {
			if len(s.buf) == 0 {
				return fmt.Errorf("%w: found %q, want a value", ErrSyntax, c)
			}
			return nil
		}
		if _, err := s.keep(); err != nil {
			return err
		}
	}
}

// keep takes a byte into the value.
func (s *scanner) keep() (byte, error) {
	c, err := s.take()
	if err != nil {
		return 0, endIsSyntax(err)
	}
	if len(s.buf) == maxFeature {
		return 0, fmt.Errorf("%w: more than %d MB", ErrTooLarge, maxFeature>>20)
	}
	s.buf = append(s.buf, c)
	return c, nil
}
