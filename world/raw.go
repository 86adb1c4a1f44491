package world

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"unsafe"
)

// errImage reports content that no World has written, or another kind of World.
var errImage = errors.New("not the image of a World")

// An encoder writes numbers, texts and rows as they lie in memory. After an error it
// writes nothing more and keeps it.
type encoder struct {
	to  io.Writer
	err error
}

func (e *encoder) bytes(b []byte) {
	if e.err == nil {
		_, e.err = e.to.Write(b)
	}
}

// yield lets whoever asks for something go first: a city takes seconds to write.
func (e *encoder) yield() { runtime.Gosched() }

func (e *encoder) number(n uint64) { e.bytes(binary.LittleEndian.AppendUint64(nil, n)) }

func (e *encoder) text(s string) {
	e.number(uint64(len(s)))
	e.bytes([]byte(s))
}

// memory returns the memory of items, which hold no pointers.
func memory[T any](items []T) []byte {
	var one T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(items))), len(items)*int(unsafe.Sizeof(one)))
}

// putRows writes all rows as tidy leaves a copy of them; nil leaves them as they are.
func putRows[T any](e *encoder, p *pages[T], tidy func(slot uint32, row *T)) {
	e.number(uint64(p.n))
	room := make([]T, pageRows)
	for from := uint32(0); from < p.n && e.err == nil; from += pageRows {
		rows := room[:copy(room, p.list.at(from / pageRows)[:min(pageRows, p.n-from)])]
		if tidy != nil {
			for i := range rows {
				tidy(from+uint32(i), &rows[i])
			}
		}
		e.bytes(memory(rows))
		e.yield()
	}
}

// putColumn writes numbers as they are packed.
func putColumn(e *encoder, c *column) {
	e.number(uint64(c.n))
	for k := range c.list.n {
		p := c.list.at(k)
		e.number(uint64(p.base))
		e.number(uint64(p.width))
		e.bytes(p.rows)
		e.yield()
	}
}

// putArena writes all items as they are.
func putArena[T comparable](e *encoder, a *arena[T]) {
	e.number(uint64(a.next))
	for i, chunk := range a.chunks {
		from := uint32(i) << chunkBits
		if from >= a.next {
			return
		}
		e.bytes(memory(chunk[:min(chunkItems, a.next-from)]))
		e.yield()
	}
}

// A decoder reads what an encoder wrote. After an error it reads nothing more and
// keeps it. It makes no room for more than there is left to read.
type decoder struct {
	from io.Reader
	left int64 // bytes
	err  error
}

func (d *decoder) bytes(b []byte) {
	if d.err != nil {
		return
	}
	if d.left -= int64(len(b)); d.left < 0 {
		d.fail("more is announced than there is")
		return
	}
	_, d.err = io.ReadFull(d.from, b)
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), errImage)
	}
}

func (d *decoder) number() uint64 {
	var b [8]byte
	d.bytes(b[:])
	return binary.LittleEndian.Uint64(b[:])
}

// announced reads how many items of a size follow.
func (d *decoder) announced(size uintptr, most uint64) int {
	n := d.number()
	if n > most || int64(n)*int64(size) > d.left {
		d.fail("%d items of %d bytes", n, size)
	}
	if d.err != nil {
		return 0
	}
	return int(n)
}

func (d *decoder) text() string {
	b := make([]byte, d.announced(1, 1<<20))
	d.bytes(b)
	return string(b)
}

// getRows reads rows into empty pages of edition 1.
func getRows[T any](d *decoder, p *pages[T]) {
	var one T
	n := uint32(d.announced(unsafe.Sizeof(one), slotMask-1))
	for p.n < n && d.err == nil {
		next := new(page[T])
		some := min(pageRows, n-p.n)
		d.bytes(memory(next[:some]))
		p.list.push(1, next)
		p.n += some
	}
}

// getColumn reads numbers into an empty column of edition 1.
func getColumn(d *decoder, c *column) {
	n := d.number()
	if n >= slotMask {
		d.fail("%d numbers", n)
	}
	for c.n < uint32(n) && d.err == nil {
		p := &packed{base: int64(d.number()), width: uint8(d.number())}
		if !slices.Contains([]uint8{0, 1, 2, 4, 8}, p.width) {
			d.fail("numbers of %d bytes", p.width)
			return
		}
		p.rows = make([]byte, int(p.width)*columnRows)
		d.bytes(p.rows)
		c.list.push(1, p)
		c.n += min(columnRows, uint32(n)-c.n)
	}
}

// getArena reads items into an empty arena. They lie in one block, whatever runs
// they are made of.
func getArena[T comparable](d *decoder, a *arena[T]) {
	var one T
	n := d.announced(unsafe.Sizeof(one), mostItems)
	if n == 0 {
		return
	}
	block := make([]T, (n+chunkItems-1)>>chunkBits<<chunkBits)
	for from := 0; from < n; from += chunkItems {
		a.chunks = append(a.chunks, block[from:])
		d.bytes(memory(block[from:min(n, from+chunkItems)]))
	}
	a.next = uint32(n)
}
