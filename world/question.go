package world

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"quanxi/grid"
)

// A question gathers the hits of one search.
type question struct {
	s     *Snapshot
	words [][]pattern // each as it was typed, and with its numbers in digits
	known *knower
	walks []int // the chains of which something may be known, in the order to be walked
	limit int
	looks int
	hits  []Hit
}

// byWords finds what has all words, first by the longest part of them as they were
// typed, and then, if that is not enough, of what is left of them without numbers.
func (q *question) byWords(typed []string) {
	var inDigits []string
	for _, w := range typed {
		word := []pattern{newPattern(w)}
		if p := plain(w); p != w {
			word = append(word, newPattern(p))
		}
		q.words = append(q.words, word)
		inDigits = append(inDigits, word[len(word)-1].word)
	}
	key, rest := longestOf(typed), longestOf(inDigits)
	alike := mostLooks
	if len(typed) == 1 && typed[0] == key {
		alike = mostAlike
	}
	q.byStem(key, alike)
	if rest != key && len(q.hits) < q.limit {
		q.byStem(rest, mostLooks)
	}
	if len(q.hits) == 0 && key != "" && (rest == "" || slices.ContainsFunc(typed, hasDigit)) {
		q.byStem("", mostLooks) // "12号" and "9号楼" are under no stem of their own
	}
}

// longestOf returns the longest stretch without digits in some words, which must be
// part of a stem.
func longestOf(words []string) string {
	best := ""
	for _, w := range words {
		for part := range stretches(w) {
			if len(part) > len(best) {
				best = part
			}
		}
	}
	return best
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

// byBuildingCode finds buildings by the first digits of their codes.
func (q *question) byBuildingCode(prefix string) {
	s := q.s
	q.looks = 0
	for at := range s.words.stems.n {
		row := s.words.stems.at(at)
		stem, isCode := strings.CutPrefix(s.texts.get(row.text), codeSign)
		if !isCode || !strings.HasPrefix(stem, prefix) && !strings.HasPrefix(prefix, stem) {
			continue
		}
		for e := row.first[publicChain]; e != none && q.looks < mostLooks; e = s.words.entries.at(e).next {
			q.looks++
			slot := s.words.entries.at(e).who & slotMask
			if code := s.codeOf(slot); strings.HasPrefix(code, prefix) {
				q.add(buildings, slot, 1500-10*len(code))
			}
		}
	}
}

// byStem finds what is under the stems that hold key, and if key is empty, under
// any; at most alike of each.
func (q *question) byStem(key string, alike int) {
	s := q.s
	q.looks = 0
	var first uint32
	if key != "" {
		first = letterBit(rune(key[0]))
	}
	signs := signsOf(strings.Map(beyondLatin, key))
	pattern := newPattern(key)
	for at := range s.words.stems.n {
		row := s.words.stems.at(at)
		if row.letters&first != first || row.signs&signs != signs || !q.reaches(row) {
			continue
		}
		if stem := s.texts.get(row.text); !pattern.within(stem) || strings.HasPrefix(stem, codeSign) {
			continue
		}
		until := min(mostLooks, q.looks+alike)
		for _, chain := range q.walks {
			q.walk(row.first[chain], until)
		}
		if q.looks == mostLooks {
			return
		}
	}
}

// reaches reports whether something that may be known of may stand under a stem.
func (q *question) reaches(row *stemRow) bool {
	return slices.ContainsFunc(q.walks, func(chain int) bool { return row.first[chain] != none })
}

// walk looks at the entities of a chain from an entry on, until so many looks are spent.
// What may not be known of takes nothing from what may: how much of it there is would
// show in what is left out (RULES C5).
func (q *question) walk(entry uint32, until int) {
	entries := &q.s.words.entries
	for ; entry != none && q.looks < until; entry = entries.at(entry).next {
		who := entries.at(entry).who
		if it := (item{sort(who >> slotBits), who & slotMask}); q.known.sees(it) {
			q.looks++
			q.look(it)
		}
	}
}

// walksOf returns the chains of which scopes hold something. What is public is most and
// comes last, lest it spend all looks.
func walksOf(scopes *Scopes) []int {
	var walks []int
	if !scopes[OfStaff].IsEmpty() {
		walks = append(walks, staffChain)
	}
	if !scopes[OfCameras].IsEmpty() {
		walks = append(walks, deviceChain)
	}
	return append(walks, publicChain)
}

// beyondLatin drops the letters that may stand for a reading.
func beyondLatin(r rune) rune {
	if r < utf8.RuneSelf {
		return -1
	}
	return r
}

// look adds an entity if all words are in one or other of its texts.
func (q *question) look(it item) {
	k, slot := it.sort, it.slot
	texts := q.s.textsOf(k, slot)
	score := 0
	for _, word := range q.words {
		best := -1
		for i, text := range texts {
			for _, p := range word {
				if fit := p.fit(text); fit >= 0 {
					best = max(best, fit+weightOf(k, i))
				}
			}
		}
		if best < 0 {
			return
		}
		score += best
	}
	q.add(k, slot, score)
}

// weightOf ranks kinds by which of their texts was found: what is larger is more
// often meant, but by an address the building, not all that is in it.
func weightOf(k sort, text int) int {
	if text > 0 {
		return 30 - 10*text
	}
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

// levelWeight is by how many characters the name of a division may be longer than that
// of one a level below and still come first.
const levelWeight = 5

// add keeps a hit, and from time to time only the best.
func (q *question) add(k sort, slot uint32, score int) {
	hit := Hit{Kind: kindOf(k), score: score, slot: slot}
	if k == divisions {
		d := q.s.DivisionAt(slot)
		hit.ID, hit.Code = d.ID(), d.Code()
		hit.score -= levelWeight * int(d.Level()) // who types 石柱 means the county, not the shorter name of a village
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
