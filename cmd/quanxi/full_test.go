package main_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// On a full disk writes are refused and reading goes on; with room again all is
// well by itself. The disk is played by a limit on the size of the server's files.
func TestAFullDiskRefusesWritesOnly(t *testing.T) {
	data := dataFlag(t)
	p := start(t, data)
	f := follow(t, p)
	if !p.applies("before") {
		t.Fatal("a write is not taken before the disk is full")
	}
	limitFiles(t, p, fmt.Sprint(largest(t, strings.TrimPrefix(data, "--data="))+64<<10))
	var refused reply
	p.until("a write is refused", func() bool {
		refused = p.ask(http.MethodPost, "/api/events", report("into the last room"), nil)
		return refused.status != http.StatusCreated
	})
	if refused.status != http.StatusServiceUnavailable || refused.header.Get("Retry-After") == "" {
		t.Errorf("the refusal is %d %s", refused.status, refused.body)
	}
	if status, body := p.get("/api/identify?lon=106.5&lat=29.5"); status != http.StatusOK {
		t.Errorf("identify: %d %s", status, body)
	}
	p.until("the World is level", p.worldLevel)
	kept := len(p.stored())

	limitFiles(t, p, "unlimited")
	p.until("writes are taken again", func() bool { return p.applies("after") })
	if got := len(p.stored()); got <= kept {
		t.Errorf("%d events, before there were %d", got, kept)
	}
	p.checkWorld()
	p.until("the follower is level", f.level)
}

// limitFiles bounds how large the files of a running process may get.
func limitFiles(t *testing.T, p *process, size string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "prlimit", "--pid", fmt.Sprint(p.cmd.Process.Pid), "--fsize="+size+":unlimited").CombinedOutput()
	if err != nil {
		t.Fatalf("prlimit: %v %s", err, out)
	}
}

// largest returns the size of the largest file of the embedded store.
func largest(t *testing.T, folder string) (size int64) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "quanxi.gpkg*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		size = max(size, info.Size())
	}
	return size
}
