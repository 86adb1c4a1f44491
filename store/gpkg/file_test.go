package gpkg_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/store/gpkg"
)

func building(name string) *grid.Building {
	at := func(lon, lat int32) geo.Point { return geo.Point{Lon: 1_065_000_000 + lon, Lat: 295_000_000 + lat} }
	return &grid.Building{Name: name, Use: grid.Housing, Floors: 6, HeightCM: 1800, Area: "50010100100100101",
		Footprint: geo.MultiPolygon{{{at(0, 0), at(1000, 0), at(1000, 900), at(0, 900), at(0, 0)}}}}
}

func put(t *testing.T, s *gpkg.Store, e ...grid.Entity) {
	t.Helper()
	if _, err := s.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Put: e}); err != nil {
		t.Fatal(err)
	}
}

func shut(t *testing.T, s *gpkg.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	src, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	dst, err := os.Create(to) // keeps the inode of a file that is there
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(dst, src); err != nil {
		t.Fatal(err)
	}
	if err := dst.Close(); err != nil {
		t.Fatal(err)
	}
}

// epochAt opens the file and closes it again.
func epochAt(t *testing.T, path string) feed.Epoch {
	t.Helper()
	s := open(t, path)
	defer shut(t, s)
	at, err := s.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return at.Epoch
}

func TestEpoch(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "map.gpkg")
	s := open(t, path)
	put(t, s, building("a"))
	shut(t, s)
	epoch := epochAt(t, path)
	early := filepath.Join(dir, "early.gpkg")
	copyFile(t, path, early)

	if again := epochAt(t, path); again != epoch {
		t.Errorf("a file opened again is in epoch %s, was %s", again, epoch)
	}
	copied := filepath.Join(dir, "copied.gpkg")
	copyFile(t, path, copied)
	copyFile(t, path+"-epoch", copied+"-epoch")
	if got := epochAt(t, copied); got == epoch {
		t.Error("a copied file, note and all, is in the old epoch")
	}
	s = open(t, path)
	put(t, s, building("b"))
	shut(t, s)
	copyFile(t, early, path)
	if got := epochAt(t, path); got == epoch {
		t.Error("a file put back in its place is in the old epoch")
	}
}

// The mark of a write means nothing in a restored file, but the write is in it.
func TestAKeyThatIsRepeatedInAnotherEpoch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "map.gpkg")
	w := grid.Write{Actor: "test", Put: []grid.Entity{building("a")}, Once: grid.Once{Key: "k", Digest: []byte("d")}}
	s := open(t, path)
	first, err := s.Write(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	copied := path + ".copied"
	copyFile(t, path, copied)
	epoch := epochAt(t, copied)
	s = open(t, copied)
	defer shut(t, s)
	again, err := s.Write(t.Context(), w)
	if err != nil || !again.Repeated || again.Mark != 0 || again.Epoch != string(epoch) || first.Epoch == again.Epoch {
		t.Errorf("first %+v, again %+v, %v; want the mark 0 in epoch %s", first, again, err, epoch)
	}
}

// While another file stands at the path, or none, nothing is acknowledged into the
// one that was put aside; then the store goes on with what stands there.
func TestAFileThatIsReplacedUnderTheStoreBeginsANewEpoch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "map.gpkg")
	s := open(t, path)
	defer shut(t, s)
	before, err := s.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string) error {
		_, err := s.Write(t.Context(), grid.Write{Actor: "test", Put: []grid.Entity{building(name)}})
		return err
	}
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Position(t.Context()); !errors.Is(err, grid.ErrUnavailable) {
		t.Errorf("Position without a file: %v, want ErrUnavailable", err)
	}
	if err := write("nowhere"); !errors.Is(err, grid.ErrUnavailable) {
		t.Errorf("a write without a file: %v, want ErrUnavailable", err)
	}
	copyFile(t, path+".old", path)
	if err := write("aside"); !errors.Is(err, grid.ErrUnavailable) {
		t.Errorf("a write into a file that was put aside: %v, want ErrUnavailable", err)
	}
	after, err := s.Position(t.Context())
	if err != nil || after.Epoch == before.Epoch {
		t.Errorf("Position %+v, %v; want an epoch other than %s", after, err, before.Epoch)
	}
	if err := write("here"); err != nil {
		t.Errorf("a write into the new file: %v", err)
	}
}

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "map.gpkg"))
	b := building("saved")
	put(t, s, b)
	saved, restored := filepath.Join(dir, "saved.gpkg"), filepath.Join(dir, "restored.gpkg")
	if err := s.Backup(t.Context(), saved); err != nil {
		t.Fatal(err)
	}
	if err := s.Backup(t.Context(), saved); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a backup over a file: %v, want ErrExist", err)
	}
	put(t, s, building("too late"))
	before, err := s.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	shut(t, s)
	if err := restore(t, saved, restored, nothing); err != nil {
		t.Fatal(err)
	}
	if err := restore(t, saved, restored, nothing); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a restore over a store: %v, want ErrExist", err)
	}
	r := open(t, restored)
	defer shut(t, r)
	after, err := r.Position(t.Context())
	if err != nil || after.Epoch == before.Epoch || after.Pos != 1 {
		t.Errorf("restored to %+v, %v; was %+v", after, err, before)
	}
	if got, err := r.Entity(t.Context(), grid.Buildings, b.ID); err != nil || got.(*grid.Building).Name != "saved" {
		t.Errorf("Entity = %+v, %v", got, err)
	}
	if info, err := os.Stat(saved); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// Another program that writes to our tables must fail (RULES A16).
func TestForeignWritesFail(t *testing.T) {
	path := filepath.Join(t.TempDir(), "map.gpkg")
	s := open(t, path)
	defer shut(t, s)
	b := building("mine")
	put(t, s, b)
	db := foreign(t, path)
	for _, query := range []string{
		"UPDATE buildings_rows SET name = 'theirs'",
		"DELETE FROM buildings_rows",
		"INSERT INTO roads_rows (id, revision, external, removed, load, replaced_by) VALUES (1, 1, '', 0, 0, 0)",
		"UPDATE buildings SET name = 'theirs'",
		"DELETE FROM audit",
		"DELETE FROM change",
		"UPDATE meta SET value = 'x'",
		"UPDATE loads SET state = 'live'",
		"DELETE FROM subject_key",
	} {
		if _, err := db.Exec(query); err == nil {
			t.Errorf("%s: succeeded", query)
		}
	}
	if got, err := s.Entity(t.Context(), grid.Buildings, b.ID); err != nil || got.(*grid.Building).Name != "mine" {
		t.Errorf("Entity = %+v, %v", got, err)
	}
}

func TestAFullDiskStopsWritersOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "map.gpkg")
	shut(t, open(t, path))
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := gpkg.OpenWith(t.Context(), path, gpkg.Options{MaxPages: info.Size()/4096 + 8})
	if err != nil {
		t.Fatal(err)
	}
	defer shut(t, s)
	b := building("fits")
	put(t, s, b)
	big := building(strings.Repeat("大", 30_000))
	for range 2 {
		if _, err := s.Write(t.Context(), grid.Write{Put: []grid.Entity{big}}); !errors.Is(err, grid.ErrUnavailable) {
			t.Fatalf("Write: %v, want ErrUnavailable", err)
		}
	}
	if _, err := s.Entity(t.Context(), grid.Buildings, b.ID); err != nil {
		t.Errorf("reads stopped: %v", err)
	}
	put(t, s, building("small again"))
}

// A load whose process died is aborted when the file is next opened, and swept.
func TestSweep(t *testing.T) {
	path := filepath.Join(t.TempDir(), "map.gpkg")
	s := open(t, path)
	old := building("old")
	old.External = "osm:1"
	put(t, s, old)
	l, err := s.BeginLoad(t.Context(), grid.LoadInfo{Actor: "tester", About: "a file"})
	if err != nil {
		t.Fatal(err)
	}
	replacing := building("never")
	replacing.External = "osm:1"
	if err := l.Put(t.Context(), []grid.Entity{replacing, building("neither")}, nil); err != nil {
		t.Fatal(err)
	}
	other := open(t, path)
	if err := other.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if all, err := other.Loads(t.Context()); err != nil || all[0].State != grid.LoadOpen {
		t.Errorf("a living load is %v, %v", all, err)
	}
	shut(t, other)
	gpkg.Orphan(l)
	shut(t, s)
	s = open(t, path)
	defer shut(t, s)
	if all, err := s.Loads(t.Context()); err != nil || all[0].State != grid.LoadAborted {
		t.Fatalf("loads are %v, %v", all, err)
	}
	if err := s.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	var rows int
	if err := foreign(t, path).QueryRow("SELECT count(*) FROM buildings_rows").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d rows are left, %v; want 1", rows, err)
	}
	put(t, s, old)
}

func TestGDALReadsTheFile(t *testing.T) {
	ogrinfo, err := exec.LookPath("ogrinfo")
	if err != nil {
		t.Fatal("no ogrinfo: apt-get install -y gdal-bin")
	}
	path := filepath.Join(t.TempDir(), "map.gpkg")
	s := open(t, path)
	put(t, s, building("O'Brien 楼 🏠"), &grid.Road{Name: "石梯", Class: "stairs", Line: geo.MultiLine{{geo.At(106.5, 29.5), geo.At(106.6, 29.6)}}})
	l, err := s.BeginLoad(t.Context(), grid.LoadInfo{})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Put(t.Context(), []grid.Entity{building("staged")}, nil); err != nil {
		t.Fatal(err)
	}
	// While the store is open: map programs look at a living file.
	summary := run(t, ogrinfo, "-ro", "-so", "-al", path)
	for _, want := range []string{"Layer name: buildings", "Geometry: Multi Polygon", "Feature Count: 1", "CGCS2000", "EPSG\",4490", "height_cm: Integer", "Layer name: dwellings"} {
		if !strings.Contains(summary, want) {
			t.Errorf("ogrinfo does not say %q", want)
		}
	}
	features := run(t, ogrinfo, "-ro", "-al", path, "buildings")
	for _, want := range []string{"name (String) = O'Brien 楼 🏠", "MULTIPOLYGON (((106.5 29.5,106.5001 29.5,106.5001 29.50009,106.5 29.50009,106.5 29.5)))"} {
		if !strings.Contains(features, want) {
			t.Errorf("ogrinfo does not say %q of the building:\n%s", want, features)
		}
	}
	if near := run(t, ogrinfo, "-ro", "-so", "-spat", "106.4", "29.4", "106.7", "29.7", path, "roads"); !strings.Contains(near, "Feature Count: 1") {
		t.Errorf("a search by place found:\n%s", near)
	}
	for _, hidden := range []string{"people", "workers", "subject_key", "staged"} {
		if strings.Contains(summary+features, hidden) {
			t.Errorf("a map program sees %q", hidden)
		}
	}
	if err := l.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
	shut(t, s)
}

// SQLite's locks are the process's, and any file of the process that is closed gives them
// up: then the first map program that looks takes the store for closed, and removes the log
// to which it writes.
func TestAMapProgramLeavesAnOpenStoreItsLog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "map.gpkg")
	s := open(t, path)
	put(t, s, building("before"))
	shut(t, s)
	s = open(t, path)
	put(t, s, building("while it is open"))
	before, err := os.Stat(path + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	run(t, "ogrinfo", "-so", "-al", path)
	run(t, "ogrinfo", "-ro", "-so", "-al", path)
	put(t, s, building("after a map program looked"))
	if after, err := os.Stat(path + "-wal"); err != nil || !os.SameFile(before, after) {
		t.Errorf("another log is there, or none: %v", err)
	}
	var names int
	if err := foreign(t, path).QueryRow("SELECT count(*) FROM buildings_rows").Scan(&names); err != nil || names != 3 {
		t.Errorf("another process sees %d buildings, %v; want 3", names, err)
	}
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil || strings.Contains(string(out), "ERROR") || strings.Contains(string(out), "Warning") {
		t.Errorf("%s: %v: %s", name, err, out)
	}
	return string(out)
}
