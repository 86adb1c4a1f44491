package wkt

import (
	"fmt"
	"strconv"
	"strings"

	"quanxi/geo"
)

// Parse reads one geometry in degrees that fills text, in any letter case, with
// or without Z, M and a leading "SRID=…;" of 4490 or 4326. Empty points give
// nil. Errors wrap ErrSyntax, ErrKind or geo.ErrRange and name the character
// where reading stopped.
func Parse(text string) (geo.Geometry, error) {
	p := &parser{text: text}
	p.srid()
	g := p.geometry()
	if p.err == nil && p.peek() != 0 {
		p.fail(fmt.Errorf("%w: text goes on after the geometry", ErrSyntax))
	}
	if p.err != nil {
		return nil, p.err
	}
	return g, nil
}

// parser walks over text. After the first error it sees the end of the text, so
// that callers check once.
type parser struct {
	text string
	at   int
	err  error
}

func (p *parser) fail(err error) {
	if p.err == nil {
		p.err = fmt.Errorf("character %d: %w", p.at+1, err)
	}
	p.at = len(p.text)
}

// peek skips blanks and returns the next byte, 0 at the end.
func (p *parser) peek() byte {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
	if p.at == len(p.text) {
		return 0
	}
	return p.text[p.at]
}

// accept takes the next byte if it is c.
func (p *parser) accept(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.at++
	return true
}

func (p *parser) expect(c byte) {
	if !p.accept(c) {
		p.fail(fmt.Errorf("%w: want %q", ErrSyntax, c))
	}
}

// word takes a run of letters, in capitals.
func (p *parser) word() string {
	p.peek()
	start := p.at
	for p.at < len(p.text) && isLetter(p.text[p.at]) {
		p.at++
	}
	return strings.ToUpper(p.text[start:p.at])
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// acceptWord takes the next word if it is one of want.
func (p *parser) acceptWord(want ...string) bool {
	start := p.at
	got := p.word()
	for _, w := range want {
		if got == w {
			return true
		}
	}
	p.at = start
	return false
}

func (p *parser) number() float64 {
	p.peek()
	start := p.at
	for p.at < len(p.text) && strings.IndexByte("+-.0123456789eE", p.text[p.at]) >= 0 {
		p.at++
	}
	v, err := strconv.ParseFloat(p.text[start:p.at], 64)
	if err != nil {
		p.at = start
		p.fail(fmt.Errorf("%w: want a number", ErrSyntax))
	}
	return v
}

func (p *parser) srid() {
	if !p.acceptWord("SRID") {
		return
	}
	p.expect('=')
	if srid := p.number(); srid != 4490 && srid != 4326 {
		p.fail(fmt.Errorf("%w: SRID %v, want 4490", ErrKind, srid))
	}
	p.expect(';')
}

func (p *parser) geometry() geo.Geometry {
	kind := p.word()
	for _, suffix := range [...]string{"ZM", "Z", "M"} { // as in POINTZ
		kind = strings.TrimSuffix(kind, suffix)
	}
	p.acceptWord("ZM", "Z", "M")
	switch kind {
	case "POINT":
		return p.point()
	case "LINESTRING":
		if l := p.line(); len(l) > 0 {
			return geo.MultiLine{l}
		}
		return geo.MultiLine{}
	case "POLYGON":
		if g := p.polygon(); len(g) > 0 {
			return geo.MultiPolygon{g}
		}
		return geo.MultiPolygon{}
	case "MULTILINESTRING":
		return geo.MultiLine(list(p, p.line))
	case "MULTIPOLYGON":
		return geo.MultiPolygon(list(p, p.polygon))
	}
	p.fail(fmt.Errorf("%w: %.40q", ErrKind, kind))
	return nil
}

func (p *parser) point() geo.Geometry {
	if p.acceptWord("EMPTY") {
		return nil
	}
	p.expect('(')
	at := p.position()
	p.expect(')')
	return at
}

func (p *parser) line() geo.Line { return geo.Line(list(p, p.position)) }

func (p *parser) ring() geo.Ring { return geo.Ring(list(p, p.position)) }

func (p *parser) polygon() geo.Polygon { return geo.Polygon(list(p, p.ring)) }

// position reads two numbers and reads over up to two more.
func (p *parser) position() geo.Point {
	p.peek()
	at := p.at
	lon, lat := p.number(), p.number()
	for range 2 {
		if c := p.peek(); c != ',' && c != ')' && c != 0 {
			p.number()
		}
	}
	if p.err != nil {
		return geo.Point{}
	}
	if err := geo.CheckDegrees(lon, lat); err != nil {
		p.at = at
		p.fail(err)
		return geo.Point{}
	}
	return geo.At(lon, lat)
}

// list reads elements in brackets, parted by commas, or the word EMPTY.
func list[T any](p *parser, one func() T) []T {
	out := []T{}
	if p.acceptWord("EMPTY") {
		return out
	}
	p.expect('(')
	for p.err == nil {
		out = append(out, one())
		if !p.accept(',') {
			break
		}
	}
	p.expect(')')
	return out
}
