package image_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"pgregory.net/rapid"

	"quanxi/world/image"
)

var (
	key  = []byte("the key of this installation")
	head = image.Head{Layout: "rows", Epoch: "e", Pos: 42, Digest: []byte{1, 2, 3}}
)

func sealed(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := image.NewWriter(&b, key, head)
	if err == nil {
		_, err = w.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func open(file, key []byte) ([]byte, error) {
	r, err := image.NewReader(bytes.NewReader(file), key)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		size := rapid.SampledFrom([]int{0, 1, 1<<20 - 1, 1 << 20, 1<<20 + 1, 3 << 20}).Draw(r, "size")
		content := bytes.Repeat([]byte{rapid.Byte().Draw(r, "byte")}, size)
		var b bytes.Buffer
		w, err := image.NewWriter(&b, key, head)
		for rest := content; err == nil && len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(r, "part")
			_, err = w.Write(rest[:n])
			rest = rest[n:]
		}
		if err := errors.Join(err, w.Close()); err != nil {
			r.Fatal(err)
		}
		got, err := open(b.Bytes(), key)
		if err != nil || !bytes.Equal(got, content) {
			r.Fatalf("read %d bytes, %v; wrote %d", len(got), err, size)
		}
	})
}

// TestDamageIsNoticed changes each byte of a small image, cuts it off at each, and does
// what else happens to files.
func TestDamageIsNoticed(t *testing.T) {
	file := sealed(t, []byte("the rows of a city"))
	refuse := func(what string, at int, file, key []byte) {
		t.Helper()
		if _, err := open(file, key); !errors.Is(err, image.ErrDamaged) {
			t.Errorf("%s at %d: %v, want ErrDamaged", what, at, err)
		}
	}
	for i := range file {
		refuse("cut off", i, file[:i], key)
		for bit := range 8 {
			other := bytes.Clone(file)
			other[i] ^= 1 << bit
			refuse("another bit", i, other, key)
		}
	}
	refuse("another key", 0, file, []byte("another key"))
	refuse("more behind it", len(file), append(bytes.Clone(file), 0), key)
	refuse("nothing", 0, nil, key)
}

// TestPiecesKeepTheirOrder exchanges two whole pieces, each with the right checksum.
func TestPiecesKeepTheirOrder(t *testing.T) {
	const piece = 8 + 1<<20
	content := append(bytes.Repeat([]byte{1}, 1<<20), bytes.Repeat([]byte{2}, 1<<20)...)
	file := sealed(t, content)
	from := len(file) - 2*piece - 4 - 32
	other := bytes.Clone(file[:from])
	other = append(other, file[from+piece:from+2*piece]...)
	other = append(other, file[from:from+piece]...)
	other = append(other, file[from+2*piece:]...)
	if _, err := open(other, key); !errors.Is(err, image.ErrDamaged) {
		t.Errorf("exchanged pieces: %v, want ErrDamaged", err)
	}
}

func TestFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "world.image")
	write := func(content string) *image.Partial {
		t.Helper()
		p, err := image.Create(path, key, head, func(to io.Writer) error {
			_, err := io.WriteString(to, content)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	read := func() (string, error) {
		f, err := image.Open(path, key)
		if err != nil {
			return "", err
		}
		defer f.Close()
		content, err := io.ReadAll(f)
		return string(content), err
	}
	want := func(when, content string) {
		t.Helper()
		if got, err := read(); got != content || err != nil {
			t.Errorf("%s: %q, %v; want %q", when, got, err, content)
		}
	}
	p := write("first")
	if _, err := read(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("before it is kept: %v, want fs.ErrNotExist", err)
	}
	if err := p.Keep(); err != nil {
		t.Fatal(err)
	}
	want("once it is kept", "first")
	if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
	second := write("second")
	want("beside another that is written", "first")
	if err := second.Drop(); err != nil {
		t.Fatal(err)
	}
	write("never kept") // its process dies
	if err := image.Sweep(path); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(filepath.Dir(path)); len(left) != 1 {
		t.Errorf("left in the folder: %v", left)
	}
	broken := errors.New("the disk is full")
	if _, err := image.Create(path, key, head, func(io.Writer) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("a writer that fails: %v", err)
	}
	want("after all this", "first")
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := read(); !errors.Is(err, image.ErrDamaged) {
		t.Errorf("one that others may read: %v, want ErrDamaged", err)
	}
	for range 2 {
		if err := image.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// FuzzReader reads anything within the room of two pieces.
func FuzzReader(f *testing.F) {
	f.Add(sealed(f, []byte("rows")))
	f.Add(sealed(f, nil))
	f.Add([]byte("QXIMAGE\x01\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := image.NewReader(bytes.NewReader(file), key)
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		runtime.ReadMemStats(&after)
		if err != nil && !errors.Is(err, image.ErrDamaged) {
			t.Error(err)
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 2<<20 {
			t.Errorf("took %d bytes for %d", took, len(file))
		}
	})
}
