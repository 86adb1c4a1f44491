package signin

import (
	_ "embed"
	"regexp"
	"strings"
	"sync"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// commonText holds what people here choose, the most common first. The lists that
// zxcvbn brings know English names and words only.
//
//go:embed common.txt
var commonText string

// commonWords returns the lines of commonText. Callers must not change them.
var commonWords = sync.OnceValue(func() []string { return strings.Fields(commonText) })

// numbers matches what is shaped as a mobile phone or an ID number: eleven or
// eighteen digits, but known to every neighbour.
var numbers = regexp.MustCompile(`[1-9][0-9]{16}[0-9Xx]|1[3-9][0-9]{9}`)

// spell writes Chinese characters as the letters that they are typed by, so that
// 我爱你 is found where woaini is. Other characters stay.
func spell(text string) string {
	args := pinyin.NewArgs()
	var spelt strings.Builder
	for _, r := range text {
		syllables := pinyin.SinglePinyin(r, args)
		if len(syllables) == 0 {
			spelt.WriteRune(r)
			continue
		}
		spelt.WriteString(strings.ReplaceAll(syllables[0], "ü", "v"))
	}
	return spelt.String()
}

// unrepeated writes once what stands in a text several times in a row: zxcvbn looks
// for our words only outside of repetitions.
func unrepeated(text string) string {
	for length := len(text) / 2; length >= 3; length-- {
		for i := 0; i+2*length <= len(text); {
			if text[i:i+length] == text[i+length:i+2*length] {
				text = text[:i] + text[i+length:]
				continue
			}
			i++
		}
	}
	return text
}

// words returns a text, its words, and these joined: of "Zhang Wei" zhangwei too.
func words(text string) []string {
	parts := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	return append(parts, strings.Join(parts, ""), text)
}
