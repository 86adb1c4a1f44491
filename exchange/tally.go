package exchange

import (
	"io"
	"os"
)

// A tally is a file that knows how much of it was read.
type tally struct {
	*os.File
	size, read int64
}

func openTally(path string) (*tally, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, err
	}
	return &tally{File: file, size: info.Size()}, nil
}

// Read implements io.Reader.
func (t *tally) Read(b []byte) (int, error) {
	n, err := t.File.Read(b)
	t.read += int64(n)
	return n, err
}

// share returns how much was read, 0 to 1; nothing of a file not opened yet.
func (t *tally) share() float64 {
	if t == nil || t.size == 0 {
		return 0
	}
	return float64(t.read) / float64(t.size)
}

var _ io.Reader = (*tally)(nil)
