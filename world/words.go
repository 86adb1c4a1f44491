package world

import (
	"iter"
	"slices"
	"strings"
	"unicode/utf8"
)

// The lexicon finds entities by their texts. A text such as 锦绣路9号锦绣花园3幢 is
// kept under its stems, the stretches without digits: 锦绣路 and 号锦绣花园, and a building
// also under the beginning of its code. A city has
// millions of texts, but few hundred thousand stems; a question walks all stems,
// which takes milliseconds, and then only the texts under those that fit. So any
// part of a text is found, there is nothing to rebuild, and an entry costs 8
// bytes.
type lexicon struct {
	stems   pages[stemRow]
	entries pages[entryRow]
	free    uint32 // first unused entry, by next; 0 if none
}

// Under a stem stands a chain of entities for what is public, and one for each subject
// of which not everybody may know: a question walks past the whole of a chain of which
// the viewer may know nothing, so that its time does not tell how long the chain is.
const (
	publicChain = iota
	deviceChain
	staffChain
	chains
)

// chainOf returns the chain of entities of a sort that has texts.
func chainOf(k sort) int {
	switch {
	case public(k):
		return publicChain
	case k == cameras:
		return deviceChain
	}
	return staffChain
}

// A stemRow is one stem with the entities under it.
type stemRow struct {
	text    uint32
	first   [chains]uint32 // entry; none if nothing is in it any more
	letters uint32         // first letters of the readings of its characters, as bits
	signs   uint64         // its characters, hashed to bits
}

// An entryRow says that an entity is found under a stem.
type entryRow struct {
	who  uint32 // sort in the bits above the slot
	next uint32
}

// textsOf returns the texts by which an entity is found.
func (s *state) textsOf(k sort, slot uint32) [3]string {
	switch {
	case k == divisions:
		return [3]string{s.division(slot).name}
	case k <= roads:
		return [3]string{s.texts.get(s.features[k-landuse].rows.at(slot).name)}
	case k == buildings:
		row := s.buildings.rows.at(slot)
		return [3]string{s.texts.get(row.name), s.texts.get(row.address), s.texts.get(row.quarter)}
	case k == organisations:
		row := s.things[k-organisations].rows.at(slot)
		return [3]string{s.texts.get(row.name), s.texts.get(row.detail)}
	case k == cameras || k == service:
		return [3]string{s.texts.get(s.things[k-organisations].rows.at(slot).name)}
	case k == workers:
		return [3]string{s.texts.get(s.workers.rows.at(slot).name)}
	}
	return [3]string{}
}

// stemsOf calls visit with each stem of an entity once. One character alone is no
// stem, and behind a number neither are two, such as 号楼: half the city would be
// under it.
func (s *state) stemsOf(k sort, slot uint32, visit func(stem string)) {
	var most [6]string
	seen := most[:0]
	add := func(stem string, least int) {
		if utf8.RuneCountInString(stem) < least {
			return
		}
		if stem = strings.ToLower(stem); !slices.Contains(seen, stem) {
			seen = append(seen, stem)
			visit(stem)
		}
	}
	for _, text := range s.textsOf(k, slot) {
		before, behind := split(text)
		add(before, 2)
		add(behind, 3)
	}
	if k == buildings {
		add(codeStem(s.codeOf(slot)), 2)
	}
}

func (s *state) codeOf(building uint32) string {
	return s.texts.get(s.buildings.rows.at(building).code)
}

// codeStem is the stem of a code: all but its last two characters, so that a hundred
// buildings share one. No other stem begins so.
func codeStem(code string) string { return codeSign + code[:max(0, len(code)-2)] }

const codeSign = "\x00"

// split returns the first stretch of a text without digits, and the longest of the
// others.
func split(text string) (first, longest string) {
	for part := range stretches(text) {
		if first == "" {
			first = part
		} else if len(part) > len(longest) {
			longest = part
		}
	}
	return first, longest
}

// stretches yields what a text has between its digits.
func stretches(text string) iter.Seq[string] { return strings.FieldsFuncSeq(text, isDigit) }

// learn enters an entity under its stems. It stays under those that it is leaving and
// has again: most changes are none of its texts, and to find an entity under a stem takes
// a walk past others.
func (d *draft) learn(k sort, slot uint32) {
	if d.leaving.item != (item{k, slot}) {
		d.leave()
	}
	d.stemsOf(k, slot, func(stem string) {
		if i := slices.Index(d.leaving.stems, stem); i >= 0 {
			d.leaving.stems = slices.Delete(d.leaving.stems, i, i+1)
			return
		}
		first := &d.words.stems.edit(d.edition, d.stem(stem)).first[chainOf(k)]
		*first = d.entry(entryRow{uint32(k)<<slotBits | slot, *first})
	})
	d.leave()
}

// stem returns the number of a stem, a new one if it was not there.
func (d *draft) stem(text string) uint32 {
	if at, ok := d.stems[text]; ok {
		return at
	}
	ref := d.texts.add(text)
	kept := d.texts.get(ref)
	at := d.words.stems.push(d.edition, stemRow{text: ref, first: [chains]uint32{none, none, none}, letters: lettersOf(kept), signs: signsOf(kept)})
	d.stems[kept] = at
	return at
}

// entry stores an entry in a free place.
func (d *draft) entry(e entryRow) uint32 {
	w := &d.words
	if w.entries.n == 0 {
		w.entries.push(d.edition, entryRow{}) // entry 0 stands for no free place
	}
	at := w.free
	if at == 0 {
		return w.entries.push(d.edition, e)
	}
	w.free = w.entries.at(at).next
	*w.entries.edit(d.edition, at) = e
	return at
}

// A leaving is an entity that is about to be taken out from under stems.
type leaving struct {
	item
	stems []string
}

// forget has an entity leave its stems, by the texts that its row still has.
func (d *draft) forget(k sort, slot uint32) {
	d.leave()
	d.leaving.item = item{k, slot}
	d.stemsOf(k, slot, func(stem string) { d.leaving.stems = append(d.leaving.stems, stem) })
}

// leave takes the entity that is leaving out from under the stems that it still leaves.
func (d *draft) leave() {
	for _, stem := range d.leaving.stems {
		d.takeOut(d.leaving.item, stem)
	}
	clear(d.leaving.stems)
	d.leaving = leaving{stems: d.leaving.stems[:0]}
}

// takeOut takes an entity out from under one stem, where it is.
func (d *draft) takeOut(it item, stem string) {
	first := &d.words.stems.edit(d.edition, d.stems[stem]).first[chainOf(it.sort)]
	who := uint32(it.sort)<<slotBits | it.slot
	at, before := *first, none
	for d.words.entries.at(at).who != who {
		at, before = d.words.entries.at(at).next, at
	}
	next := d.words.entries.at(at).next
	if before == none {
		*first = next
	} else {
		d.words.entries.edit(d.edition, before).next = next
	}
	*d.words.entries.edit(d.edition, at) = entryRow{next: d.words.free}
	d.words.free = at
}

// signsOf hashes the characters of a text to bits: a text that holds another has
// all its bits.
func signsOf(text string) uint64 {
	var bits uint64
	for _, r := range text {
		bits |= 1 << (hash(int64(r)) & 63)
	}
	return bits
}
