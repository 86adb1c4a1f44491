package world

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/bits"
	"reflect"
	"strings"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// An image is a state written down, rows as they lie in memory, for a Loader to take
// up again. It holds what is in the state and cannot be worked out fast from the rest:
// trees, the ways from ids to slots, outlines and queues are made anew.
//
// Nothing is left in it of what was removed but its id and revision, nor any text that
// nobody shows any more: memory forgets those only when it is loaded anew, a file would
// be read by others later.

// imageMeaning is to be raised whenever rows of the same layout mean something else,
// or are worked out otherwise. TestWhatAnImageMeans says when.
const imageMeaning = 2

// ImageLayout names how images are laid out and what is in them: whoever has another
// one cannot read them.
func ImageLayout() string {
	var b strings.Builder
	native := binary.NativeEndian.Uint16([]byte{1, 0})
	fmt.Fprintln(&b, imageMeaning, native, pageRows, columnRows, chunkBits, slotBits, far, isFirst, isClosed, partBits, longCount)
	for _, row := range []any{geo.Pixel{}, entrance{}, areaRow{}, tally{}, buildingRow{}, dwellingRow{}, householdRow{},
		personRow{}, featureRow{}, thingRow{}, workerRow{}, eventRow{}, stemRow{}, entryRow{}} {
		describe(&b, reflect.TypeOf(row))
	}
	var categories []string
	for _, c := range events.Categories() {
		categories = append(categories, fmt.Sprint(c.Code, c.Privacy))
	}
	// What stands in a row as a number in one of these lists.
	fmt.Fprintln(&b, events.Kinds(), grid.Uses(), grid.DwellingStates(), grid.Residences(), grid.CareTags(), grid.WorkerRoles(),
		grid.ComponentStates(), grid.DeviceStates(), events.States(), categories)
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:8])
}

// describe writes where each field of a row lies. It panics if there are pointers:
// they mean nothing in a file.
func describe(b *strings.Builder, t reflect.Type) {
	fmt.Fprint(b, t.Name(), t.Kind(), t.Size(), "{")
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			fmt.Fprint(b, f.Name, "@", f.Offset)
			describe(b, f.Type)
		}
	case reflect.Array:
		describe(b, t.Elem())
	case reflect.Pointer, reflect.String, reflect.Slice, reflect.Map, reflect.Interface, reflect.UnsafePointer, reflect.Chan, reflect.Func:
		panic(fmt.Sprintf("world: a row with a %v cannot be written", t))
	}
	fmt.Fprint(b, "}")
}

// WriteImage writes the state down. It reads as any reader does, and holds nobody up.
func (s *Snapshot) WriteImage(to io.Writer) error {
	e := &encoder{to: to}
	w := imageWriter{encoder: e, state: &s.state}
	w.write()
	if e.err != nil {
		return fmt.Errorf("write the image of a World: %w", e.err)
	}
	return nil
}

// An imageWriter writes one state.
type imageWriter struct {
	*encoder
	*state
	shown  bitmap // texts that something shows
	placed uint32 // people with a place that were written
}

func (w *imageWriter) write() {
	w.number(uint64(w.now))
	w.number(uint64(w.today))
	w.markTexts()
	w.putTexts()
	putArena(w.encoder, &w.strokes)
	putArena(w.encoder, &w.entrances)
	w.putPlaces()
	w.putDivisions()
	putShelf(w, &w.areas, whole)
	putRows(w.encoder, &w.counters, nil)
	w.eachShelf()
	putRows(w.encoder, &w.words.entries, nil)
	w.number(uint64(w.words.free))
	w.putStems()
}

// eachShelf writes the shelves of rows without pointers. What was removed is left as
// if it had only been referred to.
func (w *imageWriter) eachShelf() {
	for i := range w.features {
		putShelf(w, &w.features[i], emptied(featureRow{}))
	}
	putShelf(w, &w.buildings, emptiedBuilding)
	putShelf(w, &w.dwellings, emptiedDwelling)
	putShelf(w, &w.households, emptied(blankHousehold))
	w.putPeople()
	for i := range w.things {
		putShelf(w, &w.things[i], emptied(blankThing))
	}
	putShelf(w, &w.workers, emptied(blankWorker))
	putShelf(w, &w.events, emptied(blankEvent))
}

// putShelf writes who is on a shelf, and their rows; emptied says what stays of the row
// of somebody who was removed, or never came.
func putShelf[R any](w *imageWriter, s *shelf[R], emptied func(row R) R) {
	w.putRegister(&s.register)
	putRows(w.encoder, &s.rows, func(slot uint32, row *R) {
		if !s.lives(slot) {
			*row = emptied(*row)
		}
	})
}

func (w *imageWriter) putRegister(r *register) {
	putColumn(w.encoder, &r.ids)
	putColumn(w.encoder, &r.marks)
}

// putPlaces writes where those are who have no dwelling, in the order of their slots.
func (w *imageWriter) putPlaces() {
	var all []geo.Pixel
	for slot := range w.people.rows.n {
		if row := w.people.rows.at(slot); row.flags&roams != 0 && w.people.lives(slot) {
			all = append(all, *w.places.at(row.dwelling))
		}
	}
	w.number(uint64(len(all)))
	w.bytes(memory(all))
}

func (w *imageWriter) putPeople() {
	w.putRegister(&w.people.register)
	putRows(w.encoder, &w.people.rows, func(slot uint32, row *personRow) {
		switch {
		case !w.people.lives(slot):
			*row = blankPerson
		case row.flags&roams != 0:
			row.dwelling = w.placed
			w.placed++
		}
	})
}

// putDivisions writes rows with pointers, field by field.
func (w *imageWriter) putDivisions() {
	w.putRegister(&w.divisions.register)
	for slot := range w.divisions.rows.n {
		row := *w.divisions.rows.at(slot)
		if !w.divisions.lives(slot) {
			row = divisionRow{area: none, next: none}
		}
		w.text(string(row.code))
		w.text(row.name)
		w.text(row.kind)
		w.text(string(row.parent))
		w.bytes(memory([]int32{int32(row.from), int32(row.to), row.label.Lon, row.label.Lat, row.norms[0], row.norms[1]}))
		w.number(uint64(row.area))
		w.number(uint64(row.next))
		w.number(uint64(len(row.boundary)))
		for _, polygon := range row.boundary {
			w.number(uint64(len(polygon)))
			for _, ring := range polygon {
				w.number(uint64(len(ring)))
				w.bytes(memory(ring))
			}
		}
	}
}

// putStems writes the stems under which something is found.
func (w *imageWriter) putStems() {
	var used []stemRow
	for i := range w.words.stems.n {
		if row := w.words.stems.at(i); row.used() {
			used = append(used, *row)
		}
	}
	w.number(uint64(len(used)))
	w.bytes(memory(used))
}

// used reports whether something is found under the stem.
func (r *stemRow) used() bool { return r.first != [chains]uint32{none, none, none} }

// markTexts notes the texts that something shows.
func (w *imageWriter) markTexts() {
	w.shown = newBitmap(w.texts.next)
	w.eachText(func(ref *uint32) { w.shown.add(*ref) })
	for i := range w.words.stems.n {
		if row := w.words.stems.at(i); row.used() {
			w.shown.add(row.text)
		}
	}
}

// eachText calls visit for every number of a text in the rows of who is there.
func (s *state) eachText(visit func(ref *uint32)) {
	for i := range s.features {
		eachLive(&s.features[i], func(r *featureRow) { visit(&r.name); visit(&r.class) })
	}
	eachLive(&s.buildings, func(r *buildingRow) { visit(&r.name); visit(&r.address); visit(&r.code); visit(&r.quarter) })
	eachLive(&s.dwellings, func(r *dwellingRow) { visit(&r.room) })
	for i := range s.things {
		eachLive(&s.things[i], func(r *thingRow) { visit(&r.name); visit(&r.category); visit(&r.detail) })
	}
	eachLive(&s.workers, func(r *workerRow) { visit(&r.name) })
	eachLive(&s.events, func(r *eventRow) { visit(&r.title) })
}

// eachLive calls visit with the row of each that is there.
func eachLive[R any](s *shelf[R], visit func(row *R)) {
	for slot := range s.rows.n {
		if s.lives(slot) {
			visit(s.rows.at(slot))
		}
	}
}

// putTexts writes the texts that are shown where they are, and zeros between them.
func (w *imageWriter) putTexts() {
	w.number(uint64(w.texts.next))
	out := textWindow{encoder: w.encoder, end: w.texts.next}
	for i, word := range w.shown {
		for ; word != 0; word &= word - 1 {
			ref := uint32(i)*64 + uint32(bits.TrailingZeros64(word))
			if ref != 0 {
				out.put(ref, w.texts.lengthened(ref))
			}
		}
	}
	out.upTo(w.texts.next)
}

// lengthened returns a text behind its length, as it lies in the arena.
func (t *texts) lengthened(ref uint32) []byte {
	b := t.from(ref)
	n, width := binary.Uvarint(b)
	return b[:width+int(n)]
}

// A textWindow writes an arena of texts from its beginning to its end.
type textWindow struct {
	*encoder
	at, end uint32
}

var zeros = bytes.Repeat([]byte{0}, 4096)

func (w *textWindow) upTo(ref uint32) {
	for w.at < ref {
		n := min(ref-w.at, uint32(len(zeros)))
		w.bytes(zeros[:n])
		w.at += n
	}
}

func (w *textWindow) put(ref uint32, text []byte) {
	w.upTo(ref)
	w.bytes(text)
	w.at += uint32(len(text))
}
