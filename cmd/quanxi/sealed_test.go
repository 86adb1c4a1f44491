package main_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A dump is read by nobody who has the key of the store and no other: it is sealed under that
// one. Where there is nothing to compare with, keys seal says so.
func TestADumpIsSealedUnderTheKeyOfItsStore(t *testing.T) {
	server, url := postgis(t)
	foreign := server.Database(t)
	embedded, database, bare := dataFlag(t), dataFlag(t), dataFlag(t)
	start(t, embedded).stop()
	start(t, database, "--database="+url).stop()
	halfway := dataFlag(t)
	start(t, halfway).stop()
	if err := os.WriteFile(filepath.Join(strings.TrimPrefix(halfway, "--data="), "keys", "master.next"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	other := "QUANXI_KEY=" + strings.Repeat("5a", 32)
	const notThat, notCompared = "the master key is not that of the store", "Nobody compared the master key"
	for _, tt := range []struct {
		name      string
		flags     []string
		env       string
		input     string
		refused   bool
		want, not []string
	}{
		{"the key of an embedded store", []string{embedded}, "", "dump", false, []string{"written, encrypted"}, []string{notCompared}},
		{"another than that of an embedded store", []string{embedded}, other, "dump", true, []string{"quanxi.gpkg", notThat}, nil},
		{"the key of a database", []string{database, "--database=" + url}, "", "dump", false, []string{"written, encrypted"}, []string{notCompared}},
		{"another than that of a database", []string{database, "--database=" + url}, other, "dump", true, []string{"the database", notThat}, nil},
		{"the key of a folder, where another store is a database's", []string{embedded, "--database=" + url}, "", "dump", true, []string{notThat}, nil},
		{"a key beside no store", []string{bare}, other, "dump", false, []string{notCompared, "there is no store in"}, nil},
		{"a key beside a database of something else", []string{bare, "--database=" + foreign}, other, "dump", false, []string{notCompared, "the database"}, nil},
		{"a key beside a database that does not answer", []string{bare, "--database=postgres://me:secret@" + freeAddress(t) + "/quanxi"}, other, "dump", false,
			[]string{notCompared, "the database"}, []string{"secret"}},
		{"no key", []string{bare}, "", "dump", true, []string{"there is no master key"}, nil},
		{"a key that is being changed", []string{halfway}, "", "dump", true, []string{"finish it with quanxi keys rotate"}, nil},
		{"the key of a store, and a dump that failed at once", []string{embedded}, "", "", true, []string{"nothing was read"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "dump.sealed")
			out, err := seal(t, tt.input, tt.env, append([]string{file}, tt.flags...)...)
			if (err != nil) != tt.refused {
				t.Errorf("ended with %v", err)
			}
			holds(t, out, tt.want, tt.not)
			if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) != tt.refused {
				t.Errorf("the file: %v", err)
			}
		})
	}
	if err := server.Exec(t.Context(), nameOf(foreign), "DO $$ BEGIN ASSERT to_regnamespace('quanxi') IS NULL; END $$"); err != nil {
		t.Error("tables were made in a database of something else: ", err)
	}
}

// seal runs `quanxi keys seal …` with something on the input and in the environment.
func seal(t *testing.T, input, env string, args ...string) (string, error) {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, append([]string{"keys", "seal"}, args...)...)
	cmd.Stdin, cmd.Env = strings.NewReader(input), append(os.Environ(), env)
	out, err := cmd.CombinedOutput()
	return string(out), err
}
