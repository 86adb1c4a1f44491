package world

import "strings"

// numerals are the digits as people write them out, each in the place of its value.
const numerals = "〇一二三四五六七八九"

// digitsAt returns the digits that the character at a place of a text stands for,
// and false if it is no numeral: 十 is 10 alone, 1 in 十二, 0 in 二十, and nothing in
// 二十一. Greater numbers are read digit by digit.
func digitsAt(text []rune, at int) (digits string, ok bool) {
	r := text[at]
	if !isNumeral(r) {
		return "", false
	}
	if r != '十' {
		value := strings.IndexRune(numerals, r)
		return "0123456789"[value/len("一"):][:1], true
	}
	tens := at > 0 && isNumeral(text[at-1])
	ones := at+1 < len(text) && isNumeral(text[at+1])
	switch {
	case tens && ones:
		return "", true
	case tens:
		return "0", true
	case ones:
		return "1", true
	}
	return "10", true
}

// isNumeral reports whether a character is a digit written out or 十.
func isNumeral(r rune) bool {
	switch r {
	case '〇', '一', '二', '三', '四', '五', '六', '七', '八', '九', '十':
		return true
	}
	return false
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// plain returns a word with its numbers in digits, as they are looked for: 第二网格
// becomes 2网格.
func plain(word string) string {
	var out strings.Builder
	runes := []rune(word)
	for i, r := range runes {
		if r == '第' && i+1 < len(runes) && (isDigit(runes[i+1]) || isNumeral(runes[i+1])) {
			continue
		}
		if digits, ok := digitsAt(runes, i); ok {
			out.WriteString(digits)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}
