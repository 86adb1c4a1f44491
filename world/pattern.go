package world

import (
	"math/bits"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A pattern is one word of a question, ready to be looked for in texts: at most 63
// characters. Each stands for itself; Latin letters also stand for a character by
// its reading in full, or by the first letter of it: "jxhuay" finds 锦绣花园. Digits
// also stand for numbers written out, and before a number a text may say up to four
// characters more: 芙蓉2网格 finds 芙蓉社区第二网格.
type pattern struct {
	word    string
	runes   []rune
	letters places              // of Latin letters
	digits  places              // of digits and what follows them
	numbers places              // where a number begins behind something else
	read    func(rune) []string // how a character is read
}

// places are the places in a pattern where what comes next may be looked for, and
// its end, as bits.
type places uint64

// newPattern returns the pattern of a word of lower-case letters.
func newPattern(word string) pattern {
	runes := []rune(word)
	p := pattern{word: word, runes: runes[:min(len(runes), mostQuery)], read: read}
	for i, r := range p.runes {
		here := places(1) << i
		switch {
		case r >= 'a' && r <= 'z':
			p.letters |= here
		case isDigit(r):
			p.digits |= here | here<<1
			if i > 0 && !isDigit(p.runes[i-1]) {
				p.numbers |= here
			}
		}
	}
	return p
}

// find returns where in text, in characters, the pattern is found first, and -1 if
// nowhere. Only what is nowhere to be found as it stands is looked for with more
// before its numbers and in the midst of a number, and exact says that it was not.
func (p pattern) find(text string) (at int, exact bool) {
	if len(p.runes) == 0 {
		return 0, true
	}
	runes := []rune(text)
	for at := range runes {
		if amid := p.digits&1 != 0 && at > 0 && isDigit(runes[at-1]); !amid && p.mayBegin(runes[at]) && p.begins(runes, at, 0) {
			return at, true
		}
	}
	if p.digits == 0 {
		return -1, false
	}
	for at := range runes {
		if p.mayBegin(runes[at]) && p.begins(runes, at, p.numbers) {
			return at, false
		}
	}
	return -1, false
}

// mayBegin reports whether the pattern can begin with a character of a text. Nearly all
// characters of all texts that a question looks at are told apart by it.
func (p pattern) mayBegin(r rune) bool {
	switch {
	case p.letters&1 != 0:
		return r > unicode.MaxASCII || lower(r) == p.runes[0]
	case p.digits&1 != 0 && isNumeral(r):
		return true
	}
	return lower(r) == p.runes[0]
}

// lower is unicode.ToLower, and quick for characters, which have no case.
func lower(r rune) rune {
	if r >= '⺀' && r < 'ꀀ' { // from the radicals to the last ideograph
		return r
	}
	return unicode.ToLower(r)
}

// within reports whether the pattern is found in a text as it stands.
func (p pattern) within(text string) bool {
	_, exact := p.find(text)
	return exact
}

// fit says how well a text fits the pattern: negative if it is not found in it.
func (p pattern) fit(text string) int {
	at, exact := p.find(text)
	if at < 0 {
		return -1
	}
	score := 200 - min(100, utf8.RuneCountInString(text)) // the shorter, the more likely meant
	switch {
	case strings.EqualFold(text, p.word):
		score += 400
	case !exact:
		score -= 50
	case at == 0:
		score += 200
	}
	return score
}

// begins reports whether what the pattern stands for begins at a place of a text;
// at the places of the pattern given by gaps the text may have more. It goes all
// ways to read the text at once: each step takes one character, whatever the number
// of its readings. Ways that come to the same place are one.
func (p pattern) begins(text []rune, at int, gaps places) bool {
	here, skipped := places(1), skips{}
	for ; at < len(text) && (here != 0 || skipped != skips{}); at++ {
		from := here
		if waiting := skipped.all(); waiting != 0 && !isNumeral(text[at-1]) {
			from |= waiting // and not in the midst of a number
		}
		to := p.take(from, text, at)
		if to>>len(p.runes) != 0 {
			return true
		}
		if isDigit(text[at]) {
			skipped = skips{}
		} else {
			skipped = skips{here & gaps, skipped[0], skipped[1], skipped[2]}
		}
		here = to
	}
	return false
}

// skips are the places in a pattern that wait for a number, by how many characters
// of the text they have let pass: no digits, and at most four.
type skips [4]places

func (s skips) all() places { return s[0] | s[1] | s[2] | s[3] }

// take returns the places behind one more character of a text.
func (p pattern) take(from places, text []rune, at int) places {
	r := lower(text[at])
	var spelt []string
	if from&p.letters != 0 {
		spelt = p.read(r)
	}
	digits, numeral := "", false
	if from&p.digits != 0 {
		digits, numeral = digitsAt(text, at)
	}
	var to places
	for ; from != 0; from &= from - 1 {
		here := bits.TrailingZeros64(uint64(from))
		rest := p.runes[here:]
		if rest[0] == r {
			to |= 2 << here
		}
		for _, reading := range spelt {
			if n := common(reading, rest); n > 0 {
				to |= 2<<here | behind(here, n, reading, rest)
			}
		}
		if numeral && (digits != "" || here > 0 && isDigit(p.runes[here-1])) {
			to |= behind(here, common(digits, rest), digits, rest)
		}
	}
	return to
}

// behind returns the place behind a reading of which n letters are in the pattern:
// none unless these are all, or the pattern ends in its midst, since somebody is
// still typing it.
func behind(at, n int, reading string, rest []rune) places {
	if n < min(len(reading), len(rest)) {
		return 0
	}
	return 1 << (at + n)
}

// common returns how many letters two words have in common at their beginning.
func common(reading string, word []rune) int {
	n := 0
	for n < min(len(reading), len(word)) && rune(reading[n]) == word[n] {
		n++
	}
	return n
}
