package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Open recognises a file by its content, never by its name alone, and opens it.
// What we cannot read ourselves goes through GDAL's ogr2ogr, if it is installed, and lies
// in the scratch until the source is closed.
func Open(ctx context.Context, path string, scratch Scratch) (Source, error) {
	head, err := firstBytes(path)
	if err != nil {
		return nil, err
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, byteOrderMark), " \t\r\n\x1e")
	switch {
	case len(head) == 0:
		return nil, fmt.Errorf("%s: the file is empty: %w", filepath.Base(path), ErrFormat)
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		source, err := openGeoPackage(ctx, path)
		if errors.Is(err, errProjected) {
			return openGDAL(ctx, path, scratch)
		}
		return source, err
	case bytes.HasPrefix(text, []byte("{")):
		return openGeoJSON(path)
	case looksLikeTable(path, text):
		return openCSV(path)
	}
	return openGDAL(ctx, path, scratch)
}

func firstBytes(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.IsDir() { // a FileGDB is a folder
		return []byte{0}, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	head := make([]byte, 4096)
	n, err := io.ReadFull(file, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	return head[:n], nil
}

// looksLikeTable reports whether the first line parts into columns. XML and
// binary formats never do; a name that ends in .csv settles a single column.
func looksLikeTable(path string, text []byte) bool {
	if bytes.HasPrefix(text, []byte("<")) || bytes.IndexByte(text, 0) >= 0 {
		return false
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return bytes.IndexByte(line, ',') > 0 || strings.EqualFold(filepath.Ext(path), ".csv")
}
