package world

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

// readings returns the table of how characters are read: toneless, all readings
// of a character, the usual one first. It is made once and never changes.
var readings = sync.OnceValue(func() map[rune][]string {
	table := make(map[rune][]string, len(pinyin.PinyinDict))
	args := pinyin.NewArgs()
	args.Heteronym = true
	for code := range pinyin.PinyinDict {
		if r := rune(code); r >= 0x4E00 && r <= 0x9FFF { // the characters in use
			table[r] = distinct(pinyin.SinglePinyin(r, args))
		}
	}
	return table
})

func distinct(all []string) []string {
	var out []string
	for _, s := range all {
		s = strings.ReplaceAll(s, "ü", "v")
		if !contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

// lettersOf returns the letters with which the readings of a text's characters,
// and its words in Latin letters, can begin: bit 0 for a.
func lettersOf(text string) uint32 {
	var bits uint32
	for _, r := range text {
		for _, reading := range readings()[r] {
			bits |= letterBit(rune(reading[0]))
		}
		bits |= letterBit(r)
	}
	return bits
}

func letterBit(r rune) uint32 {
	if r < 'a' || r > 'z' {
		return 0
	}
	return 1 << (r - 'a')
}

// find returns where in text, in characters, a query of lower-case letters is
// found, and -1 if nowhere. Each character of the query stands for itself; Latin
// letters also stand for a character by its reading in full, or by the first
// letter of it: "jxhuay" finds 锦绣花园.
func find(text, query string) int {
	for at, left := 0, text; left != ""; at++ {
		if begins(left, query) {
			return at
		}
		_, n := utf8.DecodeRuneInString(left)
		left = left[n:]
	}
	return -1
}

// begins reports whether text begins with what the query stands for. The last
// reading may be cut short, since somebody is still typing it.
func begins(text, query string) bool {
	if query == "" {
		return true
	}
	if text == "" {
		return false
	}
	r, n := utf8.DecodeRuneInString(text)
	q, m := utf8.DecodeRuneInString(query)
	if unicode.ToLower(r) == q && begins(text[n:], query[m:]) {
		return true
	}
	if q < 'a' || q > 'z' {
		return false
	}
	for _, reading := range readings()[r] {
		if reading[0] != byte(q) {
			continue
		}
		if strings.HasPrefix(reading, query) || // cut short
			strings.HasPrefix(query, reading) && begins(text[n:], query[len(reading):]) ||
			begins(text[n:], query[1:]) {
			return true
		}
	}
	return false
}
