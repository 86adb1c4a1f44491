package exchange_test

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"quanxi/exchange"
	"quanxi/grid"
)

// held names the scratch in which the other process of a test makes a file.
const held = "QUANXI_TEST_SCRATCH"

// TestHoldScratch is that other process: it makes a file, says where, and holds it until
// its input ends. Alone it does nothing.
func TestHoldScratch(t *testing.T) {
	scratch := os.Getenv(held)
	if scratch == "" {
		return
	}
	x := exchange.Export{Format: "geojson", Empty: new(grid.Building), Entities: all(sampleBuildings()), Mark: someMark, Find: nothing}
	err := x.Within(t.Context(), exchange.Scratch(scratch), func(path string, _ exchange.Written) error {
		fmt.Println(path)
		_, err := bufio.NewReader(os.Stdin).ReadByte()
		return err
	})
	if err != nil {
		t.Log(err)
	}
}

// anotherProcess makes a file in a scratch and returns where, and two ways to end it.
func anotherProcess(t *testing.T, scratch exchange.Scratch) (path string, kill, finish func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHoldScratch$")
	cmd.Env = append(os.Environ(), held+"="+string(scratch))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	path, err = bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	end := func(how func() error) func() {
		return func() {
			t.Helper()
			if err := how(); err != nil {
				t.Error(err)
			}
			_ = cmd.Wait() // killed or not, it has ended
		}
	}
	return strings.TrimSpace(path), end(cmd.Process.Kill), end(in.Close)
}

// What a process makes is for its owner alone and goes with it: at once if it ends, at the
// next sweep or the next file if it was killed. What another is at work on stays.
func TestAKilledProcessLeavesNothing(t *testing.T) {
	scratch := exchange.Scratch(filepath.Join(t.TempDir(), "tmp"))
	killed, kill, _ := anotherProcess(t, scratch)
	alive, _, finish := anotherProcess(t, scratch)
	for path, mode := range map[string]fs.FileMode{string(scratch): 0o700, filepath.Dir(alive): 0o700, alive: 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", path, info, err)
		}
	}
	kill()
	if _, err := os.Stat(killed); err != nil {
		t.Fatal("nothing was left to be swept")
	}
	if err := scratch.Sweep(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Dir(killed)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file of a killed process: %v", err)
	}
	if _, err := os.Stat(alive); err != nil {
		t.Errorf("a file that somebody is at work on: %v", err)
	}
	finish()
	if left, err := os.ReadDir(string(scratch)); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// What GDAL converts lies in the scratch as long as it is read, and nowhere else.
func TestWhatGDALConvertsLiesInTheScratch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "somebody.kml")
	t.Setenv("TMPDIR", "/nowhere")
	kml := `<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><name>张三</name><Point><coordinates>106.5,29.5</coordinates></Point></Placemark></kml>`
	if err := os.WriteFile(path, []byte(kml), 0o600); err != nil {
		t.Fatal(err)
	}
	scratch := exchange.Scratch(filepath.Join(t.TempDir(), "tmp"))
	source, err := exchange.Open(t.Context(), path, scratch)
	if err != nil {
		t.Fatal(err)
	}
	if found, err := filepath.Glob(filepath.Join(string(scratch), "import-*", "converted.geojsonl")); err != nil || len(found) != 1 {
		t.Errorf("%v, %v", found, err)
	}
	if err := source.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(string(scratch)); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}
