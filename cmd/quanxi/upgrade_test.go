package main_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// nextVersion returns this program as its next version may be, built once for all tests of
// this package: with a migration of its own, and another column of a kind.
func nextVersion(t *testing.T) string {
	t.Helper()
	program, err := nextProgram()
	if err != nil {
		t.Fatal(err)
	}
	return program
}

var nextProgram = sync.OnceValues(func() (string, error) {
	path, err := binary()
	if err != nil {
		return "", err
	}
	folder := filepath.Dir(path)
	root, err := filepath.Abs("../..")
	if err != nil {
		return "", err
	}
	over, err := nextSources(root, folder)
	if err != nil {
		return "", err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": over})
	if err != nil {
		return "", err
	}
	list, program := filepath.Join(folder, "overlay.json"), filepath.Join(folder, "quanxi-next")
	if err := os.WriteFile(list, overlay, 0o600); err != nil {
		return "", err
	}
	if out, err := exec.Command("go", "build", "-overlay", list, "-o", program, "quanxi/cmd/quanxi").CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return program, nil
})

// nextSources writes the files of the next version that are others than those of the
// project, and returns which takes the place of which.
func nextSources(root, folder string) (over map[string]string, err error) {
	over = map[string]string{}
	put := func(name, text string) {
		to := filepath.Join(folder, strings.ReplaceAll(name, "/", "_"))
		err = errors.Join(err, os.WriteFile(to, []byte(text), 0o600))
		over[filepath.Join(root, name)] = to
	}
	change := func(name string, replaced ...string) {
		text, failed := os.ReadFile(filepath.Join(root, name))
		err = errors.Join(err, failed)
		put(name, strings.NewReplacer(replaced...).Replace(string(text)))
	}
	change("events/event.go",
		"\tBuilding   int64 ", "\tSource     string\n\tBuilding   int64 ",
		`{Name: "occurred_at",`, `{Name: "source", Value: &e.Source}, {Name: "occurred_at",`)
	change("store/schema.go", "const SchemaVersion = ", "const SchemaVersion = 1 + ")
	put("store/postgis/migrations/00099_next.sql", `-- +goose Up
CREATE TABLE quanxi.next (note text NOT NULL);
ALTER TABLE quanxi.audit ADD COLUMN next text;
`)
	return over, err
}

// The next version brings the tables up to date while this one serves, under writing, and
// then takes its place: nothing that was acknowledged is lost.
func TestTheNextVersionMigratesWhileThisOneServes(t *testing.T) {
	s, url := postgis(t)
	nats := freeAddress(t)
	startNATS(t, nats, t.TempDir())
	args := []string{"--database=" + url, "--nats=nats://" + nats, "--key=" + key, "--drain=3s", "--trusted-proxies=127.0.0.0/8"}
	a, b := start(t, append(args, dataFlag(t))...), start(t, append(args, dataFlag(t))...)
	door := balance(t, a, b)
	f := follow(t, door)
	stop := writing(door, "upgrade")
	door.until("something is written", func() bool { return len(door.stored()) > 20 })
	b.leave()
	b.program = nextVersion(t)
	before := len(a.stored())
	b.run()
	if len(a.stored()) == before {
		t.Error("nothing was taken while the next version began")
	}
	for _, node := range []*process{a, b} {
		node.until("each version takes reports and shows them", func() bool { return node.applies("beside the other version") })
	}
	if log := a.log.String(); strings.Contains(log, "loads anew") {
		t.Errorf("what the next version writes stops this one:\n%s", log)
	}
	if err := s.Exec(t.Context(), nameOf(url), "SELECT source FROM quanxi.events, quanxi.next"); err != nil {
		t.Errorf("the next version has not migrated: %v", err)
	}
	a.leave()
	a.program = b.program
	a.run()
	all := stop()
	for _, node := range []*process{a, b} {
		node.until("the World is level", node.worldLevel)
	}
	all.check(t, door.stored())
	door.until("the follower is level", f.level)
}
