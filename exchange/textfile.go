package exchange

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// A textFile is a file of text in UTF-8 or GBK that can be read again and again,
// and knows how much of it was read. It is for one goroutine.
type textFile struct {
	path     string
	encoding string
	found    os.FileInfo // when the encoding was found
	read     int64       // by the last pass
}

// openText finds the encoding of a file, which stays closed between passes.
func openText(path string) (*textFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	f := &textFile{path: path}
	if f.found, err = file.Stat(); err != nil {
		return nil, err
	}
	if f.encoding, err = encodingOf(file); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return f, nil
}

// pass opens the file, hands its text to use from the beginning, and closes it. The
// error wraps errChanged if it is not the file whose encoding was found.
func (f *textFile) pass(use func(*bufio.Reader) error) error {
	file, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer file.Close()
	now, err := file.Stat()
	if err != nil {
		return err
	}
	if now.Size() != f.found.Size() || !now.ModTime().Equal(f.found.ModTime()) || !os.SameFile(now, f.found) {
		return fmt.Errorf("%s: %w", filepath.Base(f.path), errChanged)
	}
	f.read = 0
	text, err := decoded(&counted{file, &f.read}, f.encoding)
	if err != nil {
		return err
	}
	return use(text)
}

// errChanged reports that a second reading of a file would not find what the first did.
var errChanged = errors.New("the file or the store changed in the meantime")

// Share returns how much of the file the running pass has read, 0 to 1.
func (f *textFile) Share() float64 { return float64(f.read) / float64(max(f.found.Size(), 1)) }

// Close has nothing to close.
func (f *textFile) Close() error { return nil }

// counted adds up what is read.
type counted struct {
	*os.File
	read *int64
}

// Read implements io.Reader.
func (c *counted) Read(b []byte) (int, error) {
	n, err := c.File.Read(b)
	*c.read += int64(n)
	return n, err
}
