package exchange

import (
	"bufio"
	"os"
)

// A textFile is a file of text in UTF-8 or GBK that can be read again and again,
// and knows how much of it was read. It is for one goroutine.
type textFile struct {
	path     string
	encoding string
	size     int64
	read     int64 // by the last pass
}

// openText finds the encoding of a file, which stays closed between passes.
func openText(path string) (*textFile, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	f := &textFile{path: path, size: info.Size()}
	err = f.pass(func(*bufio.Reader) error { return nil })
	return f, err
}

// pass opens the file, hands its text to use from the beginning, and closes it.
func (f *textFile) pass(use func(*bufio.Reader) error) error {
	file, err := os.Open(f.path)
	if err != nil {
		return err
	}
	defer file.Close()
	f.read = 0
	text, encoding, err := decoded(&counted{file, &f.read})
	if err != nil {
		return err
	}
	f.encoding = encoding
	return use(text)
}

// Share returns how much of the file the running pass has read, 0 to 1.
func (f *textFile) Share() float64 { return float64(f.read) / float64(max(f.size, 1)) }

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
