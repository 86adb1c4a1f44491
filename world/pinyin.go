package world

import (
	"strings"
	"sync"

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

// read returns how a character is read, nothing if it has no reading.
func read(r rune) []string { return readings()[r] }
