package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// driver is one format that we hand to GDAL, recognised by content.
type driver struct {
	name  string // GDAL's
	magic []byte
	inner string // what must also occur in the first bytes; may be empty
}

// drivers are the only ones that GDAL may use: a VRT named .geojson once read
// another file of the server (RULES B2), so the driver is ours to declare.
var drivers = []driver{
	{"GPKG", []byte("SQLite format 3\x00"), ""},
	{"ESRI Shapefile", []byte{0, 0, 0x27, 0x0a}, ""},
	{"ESRI Shapefile", []byte("PK\x03\x04"), ".shp"},
	{"OpenFileGDB", []byte("PK\x03\x04"), ".gdb"},
	{"LIBKML", []byte("PK\x03\x04"), ".kml"},
	{"KML", []byte("<"), "<kml"},
	{"GML", []byte("<"), "FeatureCollection"},
	{"MapInfo File", []byte("!table"), ""},
	{"DXF", []byte("  0\r\nSECTION"), ""},
	{"DXF", []byte("  0\nSECTION"), ""},
	{"FlatGeobuf", []byte("fgb"), ""},
}

// Limits on one conversion.
const (
	gdalTime   = 30 * time.Minute
	gdalOutput = 8 << 30 // bytes
	gdalMemory = 4 << 30 // bytes of address space
)

// recognise returns the GDAL driver for a file, by its first bytes.
func recognise(path string, head []byte) (string, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		if tables, _ := filepath.Glob(filepath.Join(path, "*.gdbtable")); len(tables) > 0 {
			return "OpenFileGDB", nil
		}
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(head, byteOrderMark), "\t\r\n")
	for _, d := range drivers {
		if (bytes.HasPrefix(head, d.magic) || bytes.HasPrefix(text, d.magic)) && bytes.Contains(head, []byte(d.inner)) {
			return d.name, nil
		}
	}
	return "", fmt.Errorf("%s: %w: GeoJSON, CSV, GeoPackage, Shapefile, FileGDB, KML, GML, MapInfo, DXF and FlatGeobuf are", filepath.Base(path), ErrFormat)
}

// openGDAL converts the file to a GeoJSON sequence in an empty folder, with only
// the recognised driver enabled, and opens that.
func openGDAL(ctx context.Context, path string, scratch Scratch) (Source, error) {
	head, err := firstBytes(path)
	if err != nil {
		return nil, err
	}
	name, err := recognise(path, head)
	if err != nil {
		return nil, err
	}
	tool, err := exec.LookPath("ogr2ogr")
	if err != nil {
		return nil, fmt.Errorf("%s is a %s: reading it needs GDAL's ogr2ogr: apt-get install gdal-bin", filepath.Base(path), name)
	}
	folder, release, err := scratch.Folder("import")
	if err != nil {
		return nil, err
	}
	converted := filepath.Join(folder, "converted.geojsonl")
	crs, err := convert(ctx, tool, name, path, converted)
	if err != nil {
		return nil, errors.Join(err, release())
	}
	inner, err := openGeoJSON(converted)
	if err != nil {
		return nil, errors.Join(err, release())
	}
	return &convertedSource{inner, name, crs, release}, nil
}

// convert returns the coordinate system of what it wrote: the driver of GeoJSON
// sequences writes WGS 84 if the file says what its numbers are, and otherwise,
// as with every DXF, the numbers as they stand; then it is empty.
func convert(ctx context.Context, tool, driverName, from, to string) (crs string, err error) {
	if from, err = filepath.Abs(from); err != nil {
		return "", err
	}
	named := filepath.Base(from)
	if driverName == "ESRI Shapefile" && strings.EqualFold(filepath.Ext(from), ".zip") {
		from = "/vsizip/" + from
	}
	ctx, cancel := context.WithTimeout(ctx, gdalTime)
	defer cancel()
	skip, err := allBut(ctx, tool, driverName, "GeoJSONSeq")
	if err != nil {
		return "", err
	}
	script := fmt.Sprintf("ulimit -f %d && ulimit -v %d && exec \"$0\" \"$@\"", gdalOutput/512, gdalMemory>>10)
	cmd := exec.CommandContext(ctx, "sh", "-c", script, tool, "-f", "GeoJSONSeq", "-lco", "RS=NO", "-lco", "COORDINATE_PRECISION=9", to, from)
	cmd.Dir = filepath.Dir(to)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "OGR_SKIP=" + skip, "CPL_VSIL_CURL_ALLOWED_EXTENSIONS=none", "GDAL_HTTP_TIMEOUT=1", "CPL_TMPDIR=" + cmd.Dir}
	var said bytes.Buffer
	cmd.Stderr = &limited{&said, 4096}
	if err := cmd.Run(); err != nil {
		first, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return "", fmt.Errorf("%s: ogr2ogr: %s: %w", named, first, err)
	}
	if strings.Contains(said.String(), "No SRS set on layer") {
		return "", nil
	}
	return "wgs84", nil
}

// allBut lists every vector driver that the tool has, apart from those to keep,
// in the form of OGR_SKIP.
func allBut(ctx context.Context, tool string, keep ...string) (string, error) {
	out, err := exec.CommandContext(ctx, tool, "--formats").Output()
	if err != nil {
		return "", fmt.Errorf("ogr2ogr --formats: %w", err)
	}
	var skip []string
	for line := range strings.Lines(string(out)) {
		name, _, ok := strings.Cut(strings.TrimSpace(line), " -")
		if ok && !slices.Contains(keep, name) {
			skip = append(skip, name)
		}
	}
	return strings.Join(skip, ","), nil
}

// limited forgets what goes beyond its room.
type limited struct {
	w    io.Writer
	room int
}

func (l *limited) Write(b []byte) (int, error) {
	keep := b[:min(len(b), l.room)]
	l.room -= len(keep)
	if _, err := l.w.Write(keep); err != nil {
		return 0, err
	}
	return len(b), nil
}

// convertedSource is a file as GDAL wrote it, removed on Close.
type convertedSource struct {
	Source
	driver  string
	crs     string
	release func() error
}

func (s *convertedSource) Format() string { return s.driver + " through ogr2ogr" }

func (s *convertedSource) CRS() string { return s.crs }

func (s *convertedSource) Close() error {
	return errors.Join(s.Source.Close(), s.release())
}
