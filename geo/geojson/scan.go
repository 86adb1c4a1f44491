package geojson

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// A scanner walks over JSON text and cuts out values without looking into them.
// Values are checked when they are parsed.
type scanner struct {
	r      *bufio.Reader
	offset int64 // bytes taken so far
	line   int   // the line that the next byte is on, from 1
	buf    []byte
}

// A mark is a place in the input.
type mark struct {
	line   int
	offset int64
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: bufio.NewReaderSize(r, 256<<10), line: 1}
}

// skipMark skips a byte order mark.
func (s *scanner) skipMark() error {
	head, err := s.r.Peek(3)
	if err != nil && err != io.EOF {
		return err
	}
	if bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		_, err := s.r.Discard(3)
		s.offset += 3
		return err
	}
	return nil
}

func (s *scanner) take() (byte, error) {
	c, err := s.r.ReadByte()
	if err == nil {
		s.offset++
		if c == '\n' {
			s.line++
		}
	}
	return c, err
}

// next skips blanks and record separators and returns the byte after them,
// which it does not take.
func (s *scanner) next() (byte, error) {
	for {
		c, err := s.take()
		if err != nil {
			return 0, err
		}
		switch c {
		case ' ', '\t', '\r', '\n', '\x1e':
			continue
		}
		s.offset--
		return c, s.r.UnreadByte()
	}
}

// need is next inside a value, where the end of the input is an error.
func (s *scanner) need() (byte, error) {
	c, err := s.next()
	return c, endIsSyntax(err)
}

func endIsSyntax(err error) error {
	if err == io.EOF {
		return fmt.Errorf("%w: input ends inside a value", ErrSyntax)
	}
	return err
}

func (s *scanner) expect(want byte) error {
	c, err := s.need()
	if err != nil {
		return err
	}
	if c != want {
		return fmt.Errorf("%w: found %q, want %q", ErrSyntax, c, want)
	}
	_, err = s.take()
	return err
}

// mark skips blanks and returns the place of what follows.
func (s *scanner) mark() mark {
	_, _ = s.next() // an error will come again when the value is read
	return mark{s.line, s.offset}
}

// members calls visit with the name of each member of the object that follows,
// when its value is next; visit reads the value.
func (s *scanner) members(visit func(name string) error) error {
	return s.list('{', '}', func() error {
		if c, err := s.need(); err != nil {
			return err
		} else if c != '"' {
			return fmt.Errorf("%w: found %q, want a name", ErrSyntax, c)
		}
		raw, err := s.value()
		if err != nil {
			return err
		}
		var name string
		if err := json.Unmarshal(raw, &name); err != nil {
			return fmt.Errorf("%w: name %.40q", ErrSyntax, raw)
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		return visit(name)
	})
}

// elements calls visit for each element of the array that follows, when it is
// next; visit reads it.
func (s *scanner) elements(visit func() error) error { return s.list('[', ']', visit) }

func (s *scanner) list(open, end byte, visit func() error) error {
	if err := s.expect(open); err != nil {
		return err
	}
	if c, err := s.need(); err != nil || c == end {
		_, _ = s.take()
		return err
	}
	for {
		if err := visit(); err != nil {
			return endIsSyntax(err)
		}
		c, err := s.need()
		if err != nil {
			return err
		}
		if c == end {
			_, err := s.take()
			return err
		}
		if err := s.expect(','); err != nil {
			return err
		}
	}
}
