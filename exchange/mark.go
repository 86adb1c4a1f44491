package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"quanxi/grid"
)

// A Mark says in a file who took it, when and what for, so that a copy that turns up
// where it should not be says where it comes from.
type Mark struct {
	ID      string    `json:"id"` // of the export
	Who     string    `json:"who"`
	Post    string    `json:"post,omitempty"` // role@area
	At      time.Time `json:"at"`
	Purpose string    `json:"purpose,omitempty"`
	Note    string    `json:"note,omitempty"`
}

// markName is what a mark is called in every format, and the column that Import passes
// over.
const markName = "quanxi_export"

// String returns the mark as a line.
func (m Mark) String() string {
	parts := []string{"export " + m.ID, "by " + m.Who}
	if m.Post != "" {
		parts = append(parts, "as "+m.Post)
	}
	parts = append(parts, "at "+m.At.UTC().Format(time.RFC3339))
	if m.Purpose != "" {
		parts = append(parts, "for "+m.Purpose)
	}
	if m.Note != "" {
		parts = append(parts, "("+m.Note+")")
	}
	return strings.Join(parts, " ")
}

// json returns the mark as an object.
func (m Mark) json() []byte {
	text, _ := json.Marshal(m) // texts and a time always marshal
	return text
}

// Formats lists the formats that are written.
func Formats() []string { return []string{"geojson", "csv", "geopackage"} }

// An Export is a file to be written.
type Export struct {
	Format   string // one of Formats
	Empty    grid.Entity
	Entities Entities
	Mark     Mark
	// Find looks up what the entities name.
	Find Finder
}

// named returns the export of entities that say by external ids what they name.
func (x Export) named() Export {
	names := newNamings(x.Find)
	x.Entities, x.Empty = names.all(x.Entities), names.of(x.Empty)
	return x
}

// Extension is how the names of files of a format end.
func Extension(format string) string {
	return map[string]string{"geojson": ".geojson", "csv": ".csv", "geopackage": ".gpkg"}[format]
}

// Stream writes the file to a stream, which a GeoPackage cannot be written to, and
// returns how many entities it holds.
func (x Export) Stream(w io.Writer) (int, error) {
	x = x.named()
	switch x.Format {
	case "geojson":
		return WriteGeoJSON(w, x.Mark, x.Entities)
	case "csv":
		return WriteCSV(w, x.Mark, x.Empty, x.Entities)
	}
	return 0, fmt.Errorf("%s is not written to a stream: %w", x.Format, ErrFormat)
}

// A Written is a file that is whole and on disk.
type Written struct {
	Entities int
	Bytes    int64
	Digest   []byte // SHA-256
}

// WriteFile writes the file under a name that nothing has yet. What is left of a file
// that could not be written is for the caller to remove.
func (x Export) WriteFile(ctx context.Context, path string) (Written, error) {
	n, err := x.fill(ctx, path)
	if err != nil {
		return Written{}, err
	}
	file, err := os.Open(path)
	if err != nil {
		return Written{}, err
	}
	defer file.Close()
	h := sha256.New()
	size, err := io.Copy(h, file)
	return Written{n, size, h.Sum(nil)}, err
}

func (x Export) fill(ctx context.Context, path string) (n int, err error) {
	if x.Format == "geopackage" {
		x = x.named()
		return WriteGeoPackage(ctx, path, x.Mark, x.Empty, x.Entities)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	n, err = x.Stream(file)
	return n, errors.Join(err, file.Sync())
}

// Within writes the file into a new folder of a scratch, hands it to use, and removes both.
func (x Export) Within(ctx context.Context, s Scratch, use func(path string, w Written) error) (err error) {
	folder, release, err := s.Folder("export")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	path := filepath.Join(folder, "export"+Extension(x.Format))
	w, err := x.WriteFile(ctx, path)
	if err != nil {
		return err
	}
	return use(path, w)
}
