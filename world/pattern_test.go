package world

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestFindTakesFewSteps counts how often a character is looked up while a pattern
// that all but fits is looked for: going back to try each reading anew would take
// 2^40 looks, since 行 is read hang and heng.
func TestFindTakesFewSteps(t *testing.T) {
	const n = 40
	for _, tt := range []struct {
		name, text, query string
		want              int
	}{
		{"the end does not fit", strings.Repeat("行", n), strings.Repeat("h", n-1) + "!", -1},
		{"full readings and initials do not fit", strings.Repeat("行", n), strings.Repeat("hang", 15) + "!", -1},
		{"only the last character fits", strings.Repeat("行", n) + "元", strings.Repeat("h", n) + "yuan", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			looks := 0
			p := newPattern(tt.query)
			p.read = func(r rune) []string {
				if looks++; looks > n*(n+1) {
					t.Fatalf("still looking after %d looks", looks)
				}
				return read(r)
			}
			if got, _ := p.find(tt.text); got != tt.want {
				t.Errorf("found at %d, want %d", got, tt.want)
			}
		})
	}
}

func TestFind(t *testing.T) {
	longest := strings.Repeat("锦", mostQuery)
	for _, tt := range []struct {
		name, text, query string
		want              int
	}{
		{"characters stand for themselves", "锦绣花园", "花园", 2},
		{"the first of two places", "花园花园", "花园", 0},
		{"initials", "锦绣花园", "xhy", 1},
		{"a reading in full, an initial, and one that is still being typed", "锦绣花园", "jinxhua", 0},
		{"a letter too many", "锦绣花园", "jxhyx", -1},
		{"Latin letters of any case", "Tower Books", "r b", 4},
		{"as long as a question may be", longest, longest, 0},
		{"longer than the text", "锦", "锦锦", -1},
		{"nothing is everywhere", "锦", "", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := newPattern(tt.query).find(tt.text); got != tt.want {
				t.Errorf("found at %d, want %d", got, tt.want)
			}
		})
	}
}

// What a pattern cannot begin with it never begins with.
func TestAPatternBeginsWithWhatItMayBeginWith(t *testing.T) {
	alphabet := []rune("锦绣花第一二十〇39aXjхЖé号")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.SampledFrom(alphabet), 1, 6).Draw(t, "text")
		p := newPattern(strings.ToLower(string(rapid.SliceOfN(rapid.SampledFrom(alphabet), 1, 4).Draw(t, "query"))))
		for at, r := range text {
			if !p.mayBegin(r) && (p.begins(text, at, 0) || p.begins(text, at, p.numbers)) {
				t.Errorf("%q is found at %d of %q", p.word, at, string(text))
			}
		}
	})
}
