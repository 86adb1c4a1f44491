package main_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"quanxi/store/postgis/pgtest"
)

// command runs one command of the program to its end.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
	return string(out), err
}

// mustCommand is command for what has to succeed.
func mustCommand(t *testing.T, args ...string) string {
	t.Helper()
	out, err := command(t, args...)
	if err != nil {
		t.Fatalf("quanxi %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return out
}

// An old backup takes the place of the store under a running node: what was
// written since is gone everywhere, and everybody begins anew.
func TestABackupRestoredUnderARunningNode(t *testing.T) {
	t.Run("GeoPackage", func(t *testing.T) {
		data := dataFlag(t)
		folder := strings.TrimPrefix(data, "--data=")
		backup := filepath.Join(t.TempDir(), "backup.gpkg")
		checkRestore(t, restoring{
			serve:   []string{data},
			save:    func() { mustCommand(t, "backup", data, backup) },
			restore: func() { setAside(t, folder); mustCommand(t, "restore", data, backup) },
		})
	})
	t.Run("PostGIS", func(t *testing.T) {
		s, url := postgis(t)
		name := nameOf(url)
		copyTo := func(from, to string) {
			cutOff(t, s, from)
			execute(t, s, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", to, from), fmt.Sprintf("ALTER DATABASE %s ALLOW_CONNECTIONS true", from))
		}
		checkRestore(t, restoring{
			serve: []string{dataFlag(t), "--database=" + url},
			save:  func() { copyTo(name, name+"_saved") },
			restore: func() {
				cutOff(t, s, name)
				execute(t, s, "DROP DATABASE "+name+" WITH (FORCE)")
				copyTo(name+"_saved", name)
			},
		})
	})
}

// The copy is pg_dump's through keys seal, as OPERATIONS has it, and the database is made anew
// from it through keys open; not from one that was cut off.
func TestADumpRestoredUnderARunningNode(t *testing.T) {
	s, url := postgis(t)
	name, folder := nameOf(url), t.TempDir()
	flags := []string{dataFlag(t), "--database=" + url}
	file, cut := filepath.Join(folder, "quanxi.sealed"), filepath.Join(folder, "cut.sealed")
	checkRestore(t, restoring{
		serve: flags,
		save: func() {
			dumpSealed(t, s, name, append([]string{"keys", "seal", file}, flags...)...)
			whole := mustRead(t, file)
			if err := os.WriteFile(cut, whole[:len(whole)-1], 0o600); err != nil {
				t.Fatal(err)
			}
		},
		restore: func() {
			cutOff(t, s, name)
			execute(t, s, "DROP DATABASE "+name+" WITH (FORCE)", "CREATE DATABASE "+name+" TEMPLATE template0 ALLOW_CONNECTIONS true")
			if n, err := fillOpened(t, s, name, append([]string{"keys", "open", cut}, flags...)...); n != 0 || err == nil {
				t.Fatalf("of a file that was cut off psql got %d bytes, and keys open ended with %v", n, err)
			}
			if n, err := fillOpened(t, s, name, append([]string{"keys", "open", file}, flags...)...); n == 0 || err != nil {
				t.Fatalf("of the whole file psql got %d bytes, and keys open ended with %v", n, err)
			}
		},
	})
}

// dumpSealed is pg_dump … | quanxi …
func dumpSealed(t *testing.T, s *pgtest.Server, database string, args ...string) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	quanxi := exec.CommandContext(t.Context(), path, args...)
	quanxi.Stderr = &said
	to, err := quanxi.StdinPipe()
	if err == nil {
		err = quanxi.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	dumped := errors.Join(s.Dump(t.Context(), database, to), to.Close())
	if err := errors.Join(dumped, quanxi.Wait()); err != nil || said.Len() > 0 {
		t.Fatalf("%v\n%s", err, &said)
	}
}

// fillOpened is quanxi … | psql …; it returns how many bytes psql got, and how quanxi ended.
func fillOpened(t *testing.T, s *pgtest.Server, database string, args ...string) (n int64, err error) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	var got counter
	quanxi := exec.CommandContext(t.Context(), path, args...)
	from, err := quanxi.StdoutPipe()
	if err == nil {
		err = quanxi.Start()
	}
	if err == nil {
		err = s.Fill(t.Context(), database, io.TeeReader(from, &got))
	}
	if err != nil {
		t.Fatal(err)
	}
	return int64(got), quanxi.Wait()
}

// A counter counts what is written to it.
type counter int64

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}

// setAside moves the embedded store away, as an operator does before a restore.
func setAside(t *testing.T, folder string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		file := filepath.Join(folder, "quanxi.gpkg"+suffix)
		err := os.Rename(file, filepath.Join(folder, "aside.gpkg"+suffix))
		if err != nil && (suffix == "" || !errors.Is(err, fs.ErrNotExist)) { // nothing is beside a closed store
			t.Fatal(err)
		}
	}
}

// restoring is how one store is saved and put back.
type restoring struct {
	serve         []string
	save, restore func()
}

func checkRestore(t *testing.T, r restoring) {
	p := start(t, r.serve...)
	f := follow(t, p)
	for range 5 {
		p.until("a write is taken", func() bool { return p.applies("saved") })
	}
	r.save()
	kept := p.titlesWhenRead()
	for range 5 {
		p.until("a write is taken", func() bool { return p.applies("lost") })
	}
	p.until("the follower is level", f.level)
	epoch, cursor, resyncs := p.epoch(), f.lastCursor(), f.sawResync()

	r.restore()
	p.until("a new epoch has begun", func() bool { now := p.epoch(); return now != "" && now != epoch })
	p.until("the node is ready", p.ready)
	p.until("the follower is told to begin anew", func() bool { return f.sawResync() > resyncs })
	if got := p.titlesWhenRead(); !slices.Equal(got, kept) {
		t.Errorf("events %q, want those of the backup, %q", got, kept)
	}
	p.until("the World is level", p.worldLevel)
	p.until("a write is taken", func() bool { return p.applies("new") })
	p.until("the World is level", p.worldLevel)
	p.until("the follower is level", f.level)
	checkOldCursor(t, p, cursor)
}

// titlesWhenRead is titles, waiting for the store to be readable.
func (p *process) titlesWhenRead() []string {
	p.t.Helper()
	p.until("the store can be read", func() bool { _, ok := p.rows(); return ok })
	return p.titles()
}

// checkOldCursor resumes with a cursor of another history, which is refused by
// a resync.
func checkOldCursor(t *testing.T, p *process, cursor string) {
	t.Helper()
	conn, _, err := websocket.DefaultDialer.DialContext(t.Context(), "ws://"+p.addr+"/feed", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.WriteJSON(map[string]string{"op": "hello", "resume": cursor}); err != nil {
		t.Fatal(err)
	}
	if err := look(conn); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	for {
		var got frame
		if err := conn.ReadJSON(&got); err != nil {
			t.Fatal(err)
		}
		switch got.Op {
		case "resync":
			if got.Reason != "reloaded" {
				t.Errorf("the reason is %q, want reloaded", got.Reason)
			}
			return
		case "pong", "change":
			t.Fatalf("a cursor of another history was taken: %+v", got)
		}
	}
}
