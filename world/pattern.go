package world

import (
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// A pattern is one word of a question, ready to be looked for in texts: at most 64
// characters. Each stands for itself; Latin letters also stand for a character by
// its reading in full, or by the first letter of it: "jxhuay" finds 锦绣花园.
type pattern struct {
	runes []rune
	read  func(rune) []string // how a character is read
}

// newPattern returns the pattern of a word of lower-case letters.
func newPattern(word string) pattern { return pattern{[]rune(word), read} }

// find returns where in text, in characters, the pattern is found first, and -1 if
// nowhere.
func (p pattern) find(text string) int {
	if len(p.runes) == 0 {
		return 0
	}
	for at := 0; text != ""; at++ {
		if p.begins(text) {
			return at
		}
		_, n := utf8.DecodeRuneInString(text)
		text = text[n:]
	}
	return -1
}

// begins reports whether text begins with what the pattern stands for. It goes all
// ways to read the text at once: each step takes one character, whatever the
// number of its readings. Ways that come to the same place are one.
func (p pattern) begins(text string) bool {
	here := places(1)
	for _, r := range text {
		var done bool
		if here, done = p.take(here, r); done || here == 0 {
			return done
		}
	}
	return false
}

// places are the places in a pattern where what comes next may be looked for, as
// bits.
type places uint64

// take returns the places behind one more character of a text, or that the pattern
// is at its end.
func (p pattern) take(from places, r rune) (to places, done bool) {
	spelt := p.read(r)
	for ; from != 0; from &= from - 1 {
		at := bits.TrailingZeros64(uint64(from))
		rest := p.runes[at:]
		if rest[0] == unicode.ToLower(r) {
			if len(rest) == 1 {
				return 0, true
			}
			to |= 2 << at
		}
		for _, reading := range spelt {
			switch n := common(reading, rest); {
			case n == len(rest): // perhaps cut short: somebody is still typing it
				return 0, true
			case n == len(reading):
				to |= 2<<at | 1<<(at+n)
			case n > 0:
				to |= 2 << at
			}
		}
	}
	return to, false
}

// common returns how many letters two words have in common at their beginning.
func common(reading string, word []rune) int {
	n := 0
	for n < min(len(reading), len(word)) && rune(reading[n]) == word[n] {
		n++
	}
	return n
}
