package image_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"quanxi/world/image"
)

// writeFor names the folder in which a process that is to be killed writes.
const writeFor = "QUANXI_TEST_WRITE_IMAGES"

// TestKilledWhileWriting kills a process that writes image after image, at any moment:
// what stands at the path is whole, or nothing does, and what else is left is swept.
func TestKilledWhileWriting(t *testing.T) {
	if folder := os.Getenv(writeFor); folder != "" {
		writeForEver(t, filepath.Join(folder, "world.image"))
	}
	path, whole := filepath.Join(t.TempDir(), "world.image"), 0
	for range 20 {
		writer := exec.Command(os.Args[0], "-test.run=^TestKilledWhileWriting$")
		writer.Env = append(os.Environ(), writeFor+"="+filepath.Dir(path))
		if err := writer.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rand.IntN(200)) * time.Millisecond) // any moment is good
		if err := writer.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = writer.Wait() // it was killed
		if err := image.Sweep(path); err != nil {
			t.Fatal(err)
		}
		whole += readWhole(t, path)
		if left, _ := os.ReadDir(filepath.Dir(path)); len(left) > 1 {
			t.Fatalf("left: %v", left)
		}
	}
	if whole == 0 {
		t.Error("no image was ever written")
	}
}

func writeForEver(t *testing.T, path string) {
	content := bytes.Repeat([]byte("rows"), 1<<20)
	for {
		p, err := image.Create(path, key, head, func(to io.Writer) error {
			_, err := to.Write(content)
			return err
		})
		if err == nil {
			err = p.Keep()
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// readWhole returns 1 if there is a whole image, 0 if there is none.
func readWhole(t *testing.T, path string) int {
	t.Helper()
	f, err := image.Open(path, key)
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if content, err := io.ReadAll(f); err != nil || len(content) != 4<<20 {
		t.Fatalf("%d bytes, %v", len(content), err)
	}
	return 1
}
