package main_test

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A backup put in place of the store begins a new epoch, without what came later.
func TestARestoredBackupIsANewEpoch(t *testing.T) {
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	quanxi := func(args ...string) {
		t.Helper()
		if out, err := exec.Command(path, args...).CombinedOutput(); err != nil {
			t.Fatalf("quanxi %v: %v\n%s", args, err, out)
		}
	}
	data, backup := filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "backup.gpkg")
	p := start(t, "--data", data)
	p.call(http.MethodPost, "/api/events", report("kept"), nil)
	quanxi("backup", backup, "--data", data)
	p.call(http.MethodPost, "/api/events", report("lost with the disk"), nil)
	before := p.epoch()
	p.stop()
	if err := os.Rename(filepath.Join(data, "quanxi.gpkg"), filepath.Join(data, "old.gpkg")); err != nil {
		t.Fatal(err)
	}
	quanxi("restore", backup, "--data", data)
	p.run()
	if got := p.titles(); len(got) != 1 || got[0] != "kept" {
		t.Errorf("after the restore there is %q, want what the backup held", got)
	}
	if p.epoch() == before {
		t.Error("the restored store goes on in the old epoch")
	}
}

// A file imported by another process is on the running server's map whole, and
// gone again when it is undone.
func TestAnImportBesideARunningServerIsSeen(t *testing.T) {
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	for name, args := range stores(t) {
		t.Run(name, func(t *testing.T) {
			p := start(t, args...)
			quanxi := func(words ...string) {
				t.Helper()
				if out, err := exec.Command(path, append(append([]string{"import"}, words...), args...)...).CombinedOutput(); err != nil {
					t.Fatalf("quanxi import %v: %v\n%s", words, err, out)
				}
			}
			found := func(part string) func() bool {
				return func() bool {
					status, body := p.call(http.MethodPost, "/api/within", map[string]any{"rectangle": []float64{106.4, 29.4, 106.6, 29.6}}, nil)
					return status == http.StatusOK && contains(body, part)
				}
			}
			quanxi("testdata/two-buildings.geojson", "--as", "buildings")
			p.until("both buildings are counted", found(`"buildings":2`))
			quanxi("testdata/two-buildings.geojson", "--as", "buildings")
			p.until("they are not doubled", found(`"buildings":2`))
			quanxi("--undo", "2")
			quanxi("--undo", "1")
			p.until("they are gone", found(`"buildings":0`))
		})
	}
}

// stop ends the process as an operator would.
func (p *process) stop() {
	p.t.Helper()
	p.cmd.Process.Signal(syscall.SIGTERM)
	if err := <-p.done; err != nil {
		p.t.Errorf("the server ended with %v", err)
	}
	p.cmd = nil
}

// epoch returns the epoch that the server follows.
func (p *process) epoch() string {
	p.t.Helper()
	_, body := p.get("/api/status")
	_, after, _ := strings.Cut(string(body), `"epoch":"`)
	epoch, _, _ := strings.Cut(after, `"`)
	return epoch
}
