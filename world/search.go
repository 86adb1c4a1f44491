package world

import (
	"strings"
	"unicode/utf8"

	"quanxi/geo"
	"quanxi/grid"
)

// A Hit is something that a search found.
type Hit struct {
	Kind     grid.Kind
	ID       int64
	Code     grid.Code // of a division
	Name     string
	Detail   string // an address, a category or the name of the area above
	Place    geo.Point
	Envelope geo.Envelope
	// There reports that Place and Envelope are set: a division may be known
	// without being on the map.
	There bool
	score int
	slot  uint32
}

const (
	mostLooks = 20_000 // entities looked at for one question
	mostQuery = 63     // characters of a question

	// mostAlike is how many entities under one stem are looked at if the stem alone
	// is asked for: they fit equally well, and other stems deserve a look.
	mostAlike = 500
)

// Search finds divisions, buildings, organisations, service points, cameras,
// roads, waters, greens, parcels and workers by any part of a name or an address
// in Chinese, by pinyin in full or by initials, with numbers in digits or written
// out, and divisions and buildings by the first digits of their codes. Several words separated by spaces must all be found. What the
// scopes do not hold of cameras and workers is left out before anything is
// ranked. The best hits come first, at most limit. A question that fits more than
// 20,000 entities is answered from the first of them.
func (s *Snapshot) Search(query string, limit int, scopes *Scopes) []Hit {
	words := wordsOf(query)
	if len(words) == 0 || limit <= 0 {
		return nil
	}
	if whole := strings.Join(words, ""); len(words) > 1 && allLetters(whole) {
		// Pinyin is written with or without spaces; by syllables it would fit almost anything.
		if hits := s.Search(whole, limit, scopes); len(hits) > 0 {
			return hits
		}
	}
	q := question{s: s, known: s.knower(scopes), walks: walksOf(scopes), limit: limit}
	if code := words[0]; len(words) == 1 && allDigits(code) {
		q.byCode(grid.Code(code))
		if short := withoutZeros(code); string(short) != code {
			q.byCode(short)
		}
		q.byBuildingCode(code)
	}
	q.byWords(words)
	q.cut()
	return q.hits
}

// withoutZeros returns a code without the zeros that statistics write behind those of
// counties and towns to fill 12 digits, also while they are being typed; any other as it is.
func withoutZeros(code string) grid.Code {
	if len(code) > 12 {
		return grid.Code(code)
	}
	for _, short := range []int{9, 6} {
		if len(code) > short && strings.Trim(code[short:], "0") == "" {
			code = code[:short]
		}
	}
	return grid.Code(code)
}

// wordsOf splits a question into words of lower-case, half-width characters.
func wordsOf(query string) []string {
	if utf8.RuneCountInString(query) > mostQuery {
		query = string([]rune(query)[:mostQuery])
	}
	narrow := strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		case r == '　':
			return ' '
		}
		return r
	}, query)
	return strings.Fields(strings.ToLower(narrow))
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

func allLetters(s string) bool { return strings.Trim(s, "abcdefghijklmnopqrstuvwxyz") == "" }

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// describe fills in what is shown of a hit.
func (s *Snapshot) describe(hit *Hit) {
	k, _ := sortOf(hit.Kind)
	slot := hit.slot
	texts := s.textsOf(k, slot)
	hit.Name, hit.Detail = texts[0], texts[1]
	hit.Envelope, hit.There = s.envelope(k, slot)
	switch {
	case k == divisions:
		d := s.DivisionAt(slot)
		hit.Place = d.Label()
		if !hit.There && !hit.Place.IsZero() {
			hit.Envelope, hit.There = hit.Place.Envelope()
		}
		if up, ok := d.Parent(); ok {
			hit.Detail = up.Name()
		}
		return
	case k == buildings:
		hit.Place = s.BuildingAt(slot).Place()
		if hit.Name == "" {
			hit.Name, hit.Detail = texts[1], texts[2]
		}
		return
	case k == service || k == organisations || k == cameras:
		hit.Place = s.placeOf(item{k, slot})
		if hit.Detail == "" {
			hit.Detail = s.ThingAt(hit.Kind, slot).Category()
		}
		return
	case k == workers:
		if d := s.division(s.workers.rows.at(slot).area); d != nil {
			hit.Place, hit.Detail = d.label, d.name
			hit.Envelope, hit.There = hit.Place.Envelope()
		}
		return
	}
	hit.Detail = s.FeatureAt(hit.Kind, slot).Class()
	hit.Place = geo.Point{
		Lon: int32((int64(hit.Envelope.Min.Lon) + int64(hit.Envelope.Max.Lon)) / 2),
		Lat: int32((int64(hit.Envelope.Min.Lat) + int64(hit.Envelope.Max.Lat)) / 2),
	}
}
