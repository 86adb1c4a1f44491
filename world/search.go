package world

import (
	"cmp"
	"slices"
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
	mostQuery = 64     // characters of a question

	// mostAlike is how many entities under one stem are looked at if the stem alone
	// is asked for: they fit equally well, and other stems deserve a look.
	mostAlike = 500
)

// Search finds divisions, buildings, organisations, service points, cameras,
// roads, waters, greens, parcels and workers by any part of a name or an address
// in Chinese, by pinyin in full or by initials, and divisions by the first digits
// of their codes. Several words separated by spaces must all be found. What the
// scope does not hold of cameras and workers is left out before anything is
// ranked. The best hits come first, at most limit. A question that fits more than
// 20,000 entities is answered from the first of them.
func (s *Snapshot) Search(query string, limit int, scope grid.Scope) []Hit {
	words := wordsOf(query)
	if len(words) == 0 || limit <= 0 {
		return nil
	}
	q := question{s: s, words: words, holds: s.holder(scope), limit: limit}
	for _, w := range words {
		q.patterns = append(q.patterns, newPattern(w))
	}
	if code := words[0]; len(words) == 1 && allDigits(code) {
		q.byCode(grid.Code(code))
	}
	key := stemKey(words)
	q.byStem(key)
	if len(q.hits) == 0 && utf8.RuneCountInString(key) < 2 {
		q.looks = 0
		q.byStem("") // "12号" is under no stem of its own
	}
	q.cut()
	return q.hits
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

// stemKey returns the longest stretch without digits in the words, which must be
// part of a stem.
func stemKey(words []string) string {
	best := ""
	for _, w := range words {
		if part := longest(w); len(part) > len(best) {
			best = part
		}
	}
	return best
}

// A question gathers the hits of one search.
type question struct {
	s        *Snapshot
	words    []string
	patterns []pattern // of the words
	holds    func(area uint32) bool
	limit    int
	looks    int
	hits     []Hit
}

// byCode finds divisions by the first digits of their codes, the highest first.
func (q *question) byCode(prefix grid.Code) {
	s := q.s
	first, _ := slices.BinarySearchFunc(s.codes, prefix, func(area uint32, c grid.Code) int { return cmp.Compare(s.code(area), c) })
	for _, area := range s.codes[first:] {
		if code := s.code(area); !within(code, prefix) || q.looks >= mostLooks {
			return
		}
		q.looks++
		q.add(divisions, area, 2000-10*len(s.code(area)))
	}
}

// byStem finds what is under the stems that hold key, and if key is empty, under
// any.
func (q *question) byStem(key string) {
	s := q.s
	var first uint32
	if key != "" {
		first = letterBit(rune(key[0]))
	}
	signs := signsOf(strings.Map(beyondLatin, key))
	pattern, alike := newPattern(key), mostLooks
	if len(q.words) == 1 && q.words[0] == key {
		alike = mostAlike
	}
	for at := range s.words.stems.n {
		row := s.words.stems.at(at)
		if row.first == none || row.letters&first != first || row.signs&signs != signs || pattern.find(s.texts.get(row.text)) < 0 {
			continue
		}
		until := min(mostLooks, q.looks+alike)
		for e := row.first; e != none && q.looks < until; e = s.words.entries.at(e).next {
			q.looks++
			q.look(s.words.entries.at(e).who)
		}
		if q.looks == mostLooks {
			return
		}
	}
}

// beyondLatin drops the letters that may stand for a reading.
func beyondLatin(r rune) rune {
	if r < utf8.RuneSelf {
		return -1
	}
	return r
}

// look adds an entity if the viewer may know of it and all words are in one or
// other of its texts.
func (q *question) look(who uint32) {
	k, slot := sort(who>>slotBits), who&slotMask
	if !public(k) && !q.holds(q.s.areaOfItem(k, slot)) {
		return
	}
	texts := q.s.textsOf(k, slot)
	score := weightOf(k)
	for n, w := range q.words {
		best := -1
		for i, text := range texts {
			if at := q.patterns[n].find(text); at >= 0 {
				best = max(best, fit(text, w, at)-10*i)
			}
		}
		if best < 0 {
			return
		}
		score += best
	}
	q.add(k, slot, score)
}

// fit says how well a word found at a place of a text fits it.
func fit(text, word string, at int) int {
	score := 200 - min(100, utf8.RuneCountInString(text)) // the shorter, the more likely meant
	switch {
	case strings.EqualFold(text, word):
		score += 400
	case at == 0:
		score += 200
	}
	return score
}

// weightOf ranks kinds: what is larger is more often meant.
func weightOf(k sort) int {
	switch k {
	case divisions:
		return 90
	case service:
		return 70
	case organisations:
		return 60
	case roads, water, greens:
		return 50
	}
	return 30
}

// add keeps a hit, and from time to time only the best.
func (q *question) add(k sort, slot uint32, score int) {
	hit := Hit{Kind: kindOf(k), score: score, slot: slot}
	if k == divisions {
		d := q.s.DivisionAt(slot)
		hit.ID, hit.Code = d.ID(), d.Code()
		hit.score -= int(d.Level())
	} else {
		hit.ID = q.s.shelfOf(k).id(slot)
	}
	if q.hits = append(q.hits, hit); len(q.hits) > 8*q.limit+256 {
		q.rank()
	}
}

// rank keeps the best hits, each once.
func (q *question) rank() {
	slices.SortFunc(q.hits, func(a, b Hit) int {
		return cmp.Or(-cmp.Compare(a.score, b.score), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	q.hits = slices.CompactFunc(q.hits, func(a, b Hit) bool { return a.Kind == b.Kind && a.ID == b.ID })
	q.hits = q.hits[:min(len(q.hits), q.limit)]
}

// cut ranks and describes what is left.
func (q *question) cut() {
	q.rank()
	for i := range q.hits {
		q.s.describe(&q.hits[i])
	}
}

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
