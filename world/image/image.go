// Package image is the file that keeps a state for the next start: content in
// pieces, each with its checksum, between a head that says of what it is and a
// seal over everything. Who has not the key can neither make one nor change it.
//
// It knows nothing of what the content means.
package image

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
)

// ErrDamaged reports an image that is not as it was written: cut off, changed, or
// sealed under another key.
var ErrDamaged = errors.New("image damaged")

// A Head says of what an image is.
type Head struct {
	Layout string `json:"layout"`         // how whoever wrote the content lays it out
	Area   string `json:"area,omitempty"` // that it is of; empty for everything
	Epoch  string `json:"epoch"`
	Pos    int64  `json:"pos"`    // in the log
	Digest []byte `json:"digest"` // of the row there
}

const (
	magic = "QXIMAGE\x01"

	// pieceBytes is how much content has one checksum, and all that a Reader holds.
	pieceBytes = 1 << 20
	mostHead   = 4096
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A Writer writes an image. Its errors are those of what it writes to; it is for
// one goroutine.
//
// Behind the magic come the head, as JSON behind its length, and its MAC; then the
// pieces, each behind its length and checksum; then the length 0 and the seal, a MAC
// over the head and the lengths and checksums of all pieces. Numbers are of 32 bits,
// little-endian.
type Writer struct {
	to    io.Writer
	seal  hash.Hash
	piece []byte
}

// NewWriter writes the head and returns a Writer for the content. Call Close.
func NewWriter(to io.Writer, key []byte, head Head) (*Writer, error) {
	text, err := json.Marshal(head)
	if err != nil {
		return nil, fmt.Errorf("image: %w", err)
	}
	if len(text) > mostHead {
		return nil, fmt.Errorf("image: a head of %d bytes", len(text))
	}
	w := &Writer{to, hmac.New(sha256.New, key), make([]byte, 0, pieceBytes)}
	begin := binary.LittleEndian.AppendUint32([]byte(magic), uint32(len(text)))
	begin = append(begin, text...)
	w.seal.Write(begin)
	_, err = to.Write(w.seal.Sum(begin))
	return w, err
}

// Write adds to the content.
func (w *Writer) Write(content []byte) (n int, err error) {
	for len(content) > 0 {
		part := content[:min(len(content), pieceBytes-len(w.piece))]
		w.piece, content, n = append(w.piece, part...), content[len(part):], n+len(part)
		if len(w.piece) == pieceBytes {
			if err := w.flush(); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

func (w *Writer) flush() error {
	if len(w.piece) == 0 {
		return nil
	}
	before := pieceHead(w.piece)
	w.seal.Write(before[:])
	_, err := w.to.Write(before[:])
	if err == nil {
		_, err = w.to.Write(w.piece)
	}
	w.piece = w.piece[:0]
	return err
}

// pieceHead returns the length and the checksum of a piece.
func pieceHead(piece []byte) (head [8]byte) {
	binary.LittleEndian.PutUint32(head[:], uint32(len(piece)))
	binary.LittleEndian.PutUint32(head[4:], crc32.Checksum(piece, castagnoli))
	return head
}

// Close writes what is left, and the seal. It leaves open what it writes to.
func (w *Writer) Close() error {
	if err := w.flush(); err != nil {
		return err
	}
	_, err := w.to.Write(w.seal.Sum(make([]byte, 4)))
	return err
}

// A Reader reads the content of an image, each piece checked before any of it is
// handed out. All of it is sure only when Read has returned io.EOF: that is after the
// seal. It is for one goroutine, and holds one piece.
type Reader struct {
	from io.Reader
	head Head
	seal hash.Hash
	room []byte
	left []byte // of the piece in room
	err  error
}

// NewReader reads the head and checks it. The error wraps ErrDamaged, or is that of
// reading.
func NewReader(from io.Reader, key []byte) (*Reader, error) {
	begin := make([]byte, len(magic)+4)
	if err := readFull(from, begin); err != nil {
		return nil, err
	}
	n := binary.LittleEndian.Uint32(begin[len(magic):])
	if string(begin[:len(magic)]) != magic || n > mostHead {
		return nil, fmt.Errorf("not an image: %w", ErrDamaged)
	}
	r := &Reader{from: from, seal: hmac.New(sha256.New, key), room: make([]byte, pieceBytes)}
	text := make([]byte, n)
	if err := readFull(from, text); err != nil {
		return nil, err
	}
	r.seal.Write(begin)
	r.seal.Write(text)
	if err := r.sealed("head"); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &r.head); err != nil {
		return nil, fmt.Errorf("head: %w: %w", ErrDamaged, err)
	}
	return r, nil
}

// Head returns of what the image is.
func (r *Reader) Head() Head { return r.head }

// Read implements io.Reader. Its errors are sticky and wrap ErrDamaged, or are those of
// reading.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	if len(r.left) == 0 && r.err == nil {
		r.err = r.next()
	}
	if len(r.left) == 0 {
		return 0, r.err
	}
	n := copy(p, r.left)
	r.left = r.left[n:]
	return n, nil
}

// next reads and checks the next piece, or returns io.EOF behind the seal.
func (r *Reader) next() error {
	var head [8]byte
	if err := readFull(r.from, head[:4]); err != nil {
		return err
	}
	n := binary.LittleEndian.Uint32(head[:])
	if n == 0 {
		return r.end()
	}
	if n > pieceBytes {
		return fmt.Errorf("a piece of %d bytes: %w", n, ErrDamaged)
	}
	if err := readFull(r.from, head[4:]); err != nil {
		return err
	}
	if err := readFull(r.from, r.room[:n]); err != nil {
		return err
	}
	if pieceHead(r.room[:n]) != head {
		return fmt.Errorf("checksum of a piece: %w", ErrDamaged)
	}
	r.seal.Write(head[:])
	r.left = r.room[:n]
	return nil
}

func (r *Reader) end() error {
	if err := r.sealed("seal"); err != nil {
		return err
	}
	if n, err := io.ReadFull(r.from, r.room[:1]); n != 0 || !errors.Is(err, io.EOF) {
		return fmt.Errorf("more behind the seal: %w", errors.Join(ErrDamaged, err))
	}
	return io.EOF
}

// sealed compares the MAC that comes next with that of what was read.
func (r *Reader) sealed(what string) error {
	var mac [sha256.Size]byte
	if err := readFull(r.from, mac[:]); err != nil {
		return err
	}
	if !hmac.Equal(mac[:], r.seal.Sum(nil)) {
		return fmt.Errorf("%s: not sealed under this key: %w", what, ErrDamaged)
	}
	return nil
}

// readFull fills p; an early end is damage.
func readFull(from io.Reader, p []byte) error {
	_, err := io.ReadFull(from, p)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("cut off: %w", ErrDamaged)
	}
	return err
}
