package tiles

import (
	"hash/maphash"
	"math"
)

// A value is one property value. Numbers are kept as their bits, so that equal
// means the same bytes in the tile.
type value struct {
	tag  byte // of the field in the tile
	bits uint64
	text string
}

// A dictionary numbers the values of one layer in the order in which they first
// appear. It is an open hash table that is emptied and used again, because a
// tile has tens of thousands of look-ups and should have no allocation.
type dictionary struct {
	seed   maphash.Seed
	values []value
	slots  []uint32 // number of a value plus one, zero if free; a power of two
}

func newDictionary() dictionary {
	return dictionary{seed: maphash.MakeSeed(), slots: make([]uint32, 256)}
}

func (d *dictionary) reset() {
	clear(d.values) // let go of the strings
	d.values = d.values[:0]
	clear(d.slots)
}

// number returns the number of v, giving it the next one if it is new.
func (d *dictionary) number(v value) uint64 {
	mask := uint64(len(d.slots) - 1)
	at := d.hash(v) & mask
	for d.slots[at] != 0 {
		if n := d.slots[at] - 1; d.values[n] == v {
			return uint64(n)
		}
		at = (at + 1) & mask
	}
	d.values = append(d.values, v)
	d.slots[at] = uint32(len(d.values))
	if 2*len(d.values) > len(d.slots) {
		d.grow()
	}
	return uint64(len(d.values) - 1)
}

func (d *dictionary) grow() {
	d.slots = make([]uint32, 4*len(d.slots))
	mask := uint64(len(d.slots) - 1)
	for n, v := range d.values {
		at := d.hash(v) & mask
		for d.slots[at] != 0 {
			at = (at + 1) & mask
		}
		d.slots[at] = uint32(n + 1)
	}
}

func (d *dictionary) hash(v value) uint64 {
	if v.tag == valueString {
		return maphash.String(d.seed, v.text)
	}
	const golden = 0x9e3779b97f4a7c15
	h := (v.bits ^ uint64(v.tag)<<56) * golden
	return h ^ h>>32
}

// append writes all values in order.
func (d *dictionary) append(dst []byte) []byte {
	for _, v := range d.values {
		switch v.tag {
		case valueString:
			length := uint64(len(v.text))
			dst = appendVarint(append(dst, layerValue), 1+uint64(varintLen(length))+length)
			dst = appendString(dst, valueString, v.text)
		case valueFloat:
			dst = appendFloat(append(dst, layerValue, 5), v.bits)
		default:
			dst = append(dst, layerValue, byte(1+varintLen(v.bits)), v.tag)
			dst = appendVarint(dst, v.bits)
		}
	}
	return dst
}

// Str adds a text. Like all properties it comes after the geometry, since a
// feature that the tile does not show must not leave its values there.
func (e *Encoder) Str(p Property, text string) {
	if len(e.geometry) == 0 {
		return
	}
	last := &e.texts[p%remembered]
	if last.layer != e.layers || last.text != text {
		*last = lastText{e.layers, text, e.values.number(value{tag: valueString, text: text})}
	}
	e.tag(p, last.number)
}

// Int adds an integer property.
func (e *Encoder) Int(p Property, n int64) {
	switch {
	case len(e.geometry) == 0:
	case n < 0:
		e.tag(p, e.values.number(value{tag: valueSint, bits: zigzag(n)}))
	case n >= smallInts:
		e.tag(p, e.values.number(value{tag: valueUint, bits: uint64(n)}))
	default:
		known := &e.ints[n]
		if known.layer != e.layers {
			*known = smallInt{e.layers, e.values.number(value{tag: valueUint, bits: uint64(n)})}
		}
		e.tag(p, known.number)
	}
}

// Bool adds a truth value.
func (e *Encoder) Bool(p Property, truth bool) {
	v := value{tag: valueBool}
	if truth {
		v.bits = 1
	}
	if len(e.geometry) > 0 {
		e.tag(p, e.values.number(v))
	}
}

// Float adds a number with a fraction, kept in single precision.
func (e *Encoder) Float(p Property, n float64) {
	if len(e.geometry) > 0 {
		e.tag(p, e.values.number(value{tag: valueFloat, bits: uint64(math.Float32bits(float32(n)))}))
	}
}

func (e *Encoder) tag(p Property, number uint64) {
	e.tags = appendVarint(e.tags, uint64(p))
	e.tags = appendVarint(e.tags, number)
}

// Most look-ups end before the dictionary: neighbours have texts in common, and
// small numbers are common to all. What is remembered of another layer does not
// count, and layers are counted from one.
type (
	lastText struct {
		layer  uint64
		text   string
		number uint64
	}
	smallInt struct{ layer, number uint64 }
)

const (
	remembered = 16  // properties whose last text is remembered
	smallInts  = 256 // integers from zero that are remembered
)
