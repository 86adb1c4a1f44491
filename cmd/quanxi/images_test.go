package main

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quanxi/feed/feedtest"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/store/gpkg"
	"quanxi/world"
)

// A logbook is what a node logs. It is safe for concurrent use.
type logbook struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (l *logbook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// serving runs a node on a store until it is ready, has do look behind it, and stops it.
// It returns what was logged.
func serving(t *testing.T, flags storeFlags, nf nodeFlags, do func(n *node)) string {
	t.Helper()
	lines := new(logbook)
	if err := flags.settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	p := newParts(t.Context())
	n, err := newNode(t.Context(), p, flags, nf, prometheus.NewRegistry(), slog.New(slog.NewTextHandler(lines, nil)))
	if err != nil {
		t.Fatal(errors.Join(err, p.stop()))
	}
	ctx, cancel := context.WithTimeout(t.Context(), patient)
	defer cancel()
	for !n.feed.Serves() {
		pause(ctx, time.Millisecond)
		if ctx.Err() != nil {
			t.Fatalf("never ready:\n%s", lines)
		}
	}
	do(n)
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	return lines.String()
}

// shown stores a write and waits until the World shows it.
func (n *node) shown(t *testing.T, w grid.Write) {
	t.Helper()
	w.Actor, w.Action = "test", "test.put"
	receipt, err := n.store.Write(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if err := (tokens{n.feed, n.sealer}).Wait(t.Context(), (tokens{n.feed, n.sealer}).Seal(receipt)); err != nil {
		t.Fatal(err)
	}
}

// TestImageOfANode stops a node that keeps an image, does something to the files, and
// starts another: it must show what the store holds, and say where it has it from.
func TestImageOfANode(t *testing.T) {
	change := func(do func(image []byte) []byte) func(t *testing.T, f *storeFlags) {
		return func(t *testing.T, f *storeFlags) {
			image, err := os.ReadFile(f.imageFile())
			if err == nil {
				err = os.WriteFile(f.imageFile(), do(image), 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name    string
		happens func(t *testing.T, f *storeFlags)
		from    string
		why     string // what is logged of an image that is thrown away
	}{
		{"nothing", func(*testing.T, *storeFlags) {}, "image", ""},
		{"the file is away", func(t *testing.T, f *storeFlags) { os.Remove(f.imageFile()) }, "rows", ""},
		{"its last byte is lost", change(func(b []byte) []byte { return b[:len(b)-1] }), "rows", "cut off"},
		{"half of it is lost", change(func(b []byte) []byte { return b[:len(b)/2] }), "rows", "cut off"},
		{"all of it is lost", change(func([]byte) []byte { return nil }), "rows", "cut off"},
		{"a byte of its content is another", change(func(b []byte) []byte { b[len(b)/2]++; return b }), "rows", "checksum"},
		{"a byte of its head is another", change(func(b []byte) []byte { b[40]++; return b }), "rows", "not sealed under this key"},
		{"it is another file", change(func([]byte) []byte { return []byte(strings.Repeat("README", 100)) }), "rows", "not an image"},
		{"others may read it", func(t *testing.T, f *storeFlags) { os.Chmod(f.imageFile(), 0o644) }, "rows", "may be read by others"},
		{"an older backup is restored under it", func(t *testing.T, f *storeFlags) {
			backup := filepath.Join(t.TempDir(), "backup.gpkg")
			s, err := gpkg.Open(t.Context(), f.file())
			if err == nil {
				err = errors.Join(s.Backup(t.Context(), backup), s.Close())
			}
			for _, name := range []string{"", "-wal", "-shm", "-epoch", "-loads"} {
				if gone := os.Remove(f.file() + name); !errors.Is(gone, fs.ErrNotExist) {
					err = errors.Join(err, gone)
				}
			}
			if err == nil {
				var file *os.File
				if file, err = os.Open(backup); err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				err = gpkg.Restore(t.Context(), file, f.file(), func(context.Context, *gpkg.Store) error { return nil })
			}
			if err != nil {
				t.Fatal(err)
			}
		}, "rows", "epoch"},
		{"its writer died before", func(t *testing.T, f *storeFlags) {
			if err := os.WriteFile(filepath.Join(f.Data, ".world.image-17.partial"), []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "image", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := storeFlags{Data: t.TempDir()}
			first := serving(t, f, nodeFlags{}, func(n *node) {
				n.shown(t, grid.Write{Put: []grid.Entity{feedtest.Building(0, "", 106.5, 29.5), feedtest.Event(0, "", 106.5, 29.5)}})
			})
			if !strings.Contains(first, "from=rows") || !strings.Contains(first, "image of the World written") {
				t.Fatalf("the first node logged:\n%s", first)
			}
			tt.happens(t, &f)
			var seen, stored string
			second := serving(t, f, nodeFlags{}, func(n *node) {
				seen, stored = counted(n.world.Snapshot()), counted(fromRows(t, n.store))
			})
			if seen != stored {
				t.Errorf("the World shows %s, the store holds %s", seen, stored)
			}
			if !strings.Contains(second, "from="+tt.from) {
				t.Errorf("want it from %s:\n%s", tt.from, second)
			}
			if thrown := strings.Contains(second, "thrown away"); thrown != (tt.why != "") || !strings.Contains(second, tt.why) {
				t.Errorf("want it thrown away because of %q:\n%s", tt.why, second)
			}
			if left, _ := filepath.Glob(filepath.Join(f.Data, ".world*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// fromRows returns the World of a store's rows.
func fromRows(t *testing.T, s store) *world.Snapshot {
	t.Helper()
	w := world.New(world.Options{Now: time.Now})
	l := w.Begin()
	at, err := s.Load(t.Context(), []grid.Kind{grid.Buildings, grid.People, "events"}, l.Add)
	if err == nil {
		err = l.Publish(positionOf(at))
	}
	if err != nil {
		t.Fatal(err)
	}
	return w.Snapshot()
}

func counted(s *world.Snapshot) string { return records(s) }

// Whoever is removed is in no file from that moment on, though the server may die the next.
func TestWhoIsGoneLeavesTheImage(t *testing.T) {
	f := storeFlags{Data: t.TempDir()}
	person := &grid.Person{Born: 19431217, Sex: "f", Residence: grid.Residences()[0], Place: geo.At(106.5, 29.5)}
	serving(t, f, nodeFlags{}, func(n *node) { n.shown(t, grid.Write{Put: []grid.Entity{person, feedtest.Event(0, "", 106.5, 29.5)}}) })
	if !exists(f.imageFile()) {
		t.Fatal("no image was written at the end")
	}
	var id grid.Ref
	lines := serving(t, f, nodeFlags{}, func(n *node) {
		for e, err := range n.store.Entities(t.Context(), grid.People, grid.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			id = grid.Ref{Kind: grid.People, ID: e.Entity().ID, Revision: e.Entity().Revision}
		}
		n.shown(t, grid.Write{Remove: []grid.Ref{id}})
		if exists(f.imageFile()) {
			t.Error("the image outlived somebody who is in it")
		}
	})
	if !strings.Contains(lines, "image of the World written") {
		t.Errorf("no new image at the end:\n%s", lines)
	}
	serving(t, f, nodeFlags{}, func(n *node) {
		if got := n.world.Snapshot().Len(grid.People); got != 0 {
			t.Errorf("%d people came back", got)
		}
	})
}

// Somebody is removed while nobody serves: the next node notices as it takes the image up.
func TestWhoWentMeanwhileLeavesTheImage(t *testing.T) {
	f := storeFlags{Data: t.TempDir()}
	person := &grid.Person{Born: 19431217, Sex: "f", Residence: grid.Residences()[0], Place: geo.At(106.5, 29.5)}
	serving(t, f, nodeFlags{}, func(n *node) { n.shown(t, grid.Write{Put: []grid.Entity{person}}) })
	s, err := f.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for e, err := range s.Entities(t.Context(), grid.People, grid.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		gone := grid.Ref{Kind: grid.People, ID: e.Entity().ID, Revision: e.Entity().Revision}
		if _, err := s.Write(t.Context(), grid.Write{Actor: "test", Action: "people.remove", Remove: []grid.Ref{gone}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	lines := serving(t, f, nodeFlags{}, func(n *node) {
		if exists(f.imageFile()) || n.world.Snapshot().Len(grid.People) != 0 {
			t.Error("somebody who is gone is still there")
		}
	})
	if !strings.Contains(lines, "from=image") {
		t.Errorf("want it from the image:\n%s", lines)
	}
}

// Whoever is removed while an image is written must not be kept in it.
func TestAnImageOfWhoIsGoneIsNotKept(t *testing.T) {
	f := storeFlags{Data: t.TempDir()}
	serving(t, f, nodeFlags{NoImage: true}, func(n *node) {
		n.shown(t, grid.Write{Put: []grid.Entity{feedtest.Event(0, "", 106.5, 29.5)}})
		m := &images{path: f.imageFile(), key: []byte("key"), world: n.world, told: slog.New(slog.DiscardHandler)}
		m.log = removing{n.store, func() { m.changed(1, true) }}
		if _, err := m.write(t.Context()); !errors.Is(err, errMoved) || exists(f.imageFile()) {
			t.Errorf("write: %v, kept: %v", err, exists(f.imageFile()))
		}
	})
}

// removing has somebody removed whenever a digest is asked for, as before and after an
// image is written.
type removing struct {
	store
	remove func()
}

// Digest implements feed.Log.
func (r removing) Digest(ctx context.Context, pos int64) ([]byte, error) {
	r.remove()
	return r.store.Digest(ctx, pos)
}

func TestANodeWithoutImages(t *testing.T) {
	f := storeFlags{Data: t.TempDir()}
	serving(t, f, nodeFlags{}, func(n *node) {
		n.shown(t, grid.Write{Put: []grid.Entity{feedtest.Event(0, "", 106.5, 29.5)}})
	})
	lines := serving(t, f, nodeFlags{NoImage: true}, func(*node) {})
	if exists(f.imageFile()) || !strings.Contains(lines, "from=rows") {
		t.Errorf("there is an image, or it was read:\n%s", lines)
	}
}
