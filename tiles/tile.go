package tiles

import (
	"bytes"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// A Tile is the bytes of an address as one viewer gets them.
type Tile struct {
	Body   []byte // empty if there is nothing to show; not to be changed
	Coding string // "gzip", "zstd", or "" for none
	// Digest stands for the bytes before compression. It is the same on every node
	// and tells nothing of what the viewer does not get.
	Digest string
}

// drawn is one encoded tile with its compressed forms, each made when first
// asked for. Its plain bytes never change.
type drawn struct {
	plain  []byte
	digest string
	gzip   form
	zstd   form
}

// A form is the compressed bytes of a tile.
type form struct {
	once  sync.Once
	bytes atomic.Pointer[[]byte] // nil until made
}

func (f *form) make(compress func([]byte) []byte, plain []byte) []byte {
	f.once.Do(func() {
		b := compress(plain)
		f.bytes.Store(&b)
	})
	return *f.bytes.Load()
}

func (f *form) size() int64 {
	if b := f.bytes.Load(); b != nil {
		return int64(len(*b))
	}
	return 0
}

func newDrawn(plain []byte) *drawn {
	return &drawn{plain: plain, digest: fmt.Sprintf("%016x", xxhash.Sum64(plain))}
}

// size returns the number of bytes that the tile takes in memory by now.
func (d *drawn) size() int64 {
	return int64(len(d.plain)) + d.gzip.size() + d.zstd.size() + entryBytes
}

// tile returns the tile in a coding; an unknown one and an empty tile are left
// as they are.
func (d *drawn) tile(coding string) Tile {
	t := Tile{Body: d.plain, Digest: d.digest}
	if len(d.plain) == 0 {
		return t
	}
	switch coding {
	case "gzip":
		t.Body, t.Coding = d.gzip.make(gzipped, d.plain), coding
	case "zstd":
		t.Body, t.Coding = d.zstd.make(zstandard, d.plain), coding
	}
	return t
}

// zstdEncoder keeps no state from one tile to the next and is safe for
// concurrent use.
var zstdEncoder = func() *zstd.Encoder {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		panic(err) // the options are constants
	}
	return w
}()

var gzipWriters = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

func gzipped(plain []byte) []byte {
	var out bytes.Buffer
	w := gzipWriters.Get().(*gzip.Writer)
	defer gzipWriters.Put(w)
	w.Reset(&out)
	// A bytes.Buffer takes everything.
	_, _ = w.Write(plain)
	_ = w.Close()
	return bytes.Clone(out.Bytes())
}

func zstandard(plain []byte) []byte { return zstdEncoder.EncodeAll(plain, nil) }
