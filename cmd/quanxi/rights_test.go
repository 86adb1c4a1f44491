package main_test

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A ward is a store with invented people in it, of either kind.
type ward struct {
	t     *testing.T
	flags []string
	// saved returns the bytes of a backup that is made now, and puts it aside for restore.
	saved   func() []byte
	restore func()
	*process
}

// wards runs a test on both stores.
func wards(t *testing.T, test func(*testing.T, *ward)) {
	t.Run("GeoPackage", func(t *testing.T) {
		data := dataFlag(t)
		folder, backup := strings.TrimPrefix(data, "--data="), filepath.Join(t.TempDir(), "backup.gpkg")
		w := &ward{t: t, flags: []string{data}}
		w.saved = func() []byte {
			mustCommand(t, "backup", data, backup)
			return mustRead(t, backup)
		}
		w.restore = func() { setAside(t, folder); mustCommand(t, "restore", data, backup) }
		test(t, w)
	})
	t.Run("PostGIS", func(t *testing.T) {
		s, url := postgis(t)
		name := nameOf(url)
		w := &ward{t: t, flags: []string{dataFlag(t), "--database=" + url}}
		copyTo := func(from, to string) {
			cutOff(t, s, from)
			execute(t, s, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", to, from), fmt.Sprintf("ALTER DATABASE %s ALLOW_CONNECTIONS true", from))
		}
		w.saved = func() []byte {
			var dump bytes.Buffer
			if err := s.Dump(t.Context(), name, &dump); err != nil {
				t.Fatal(err)
			}
			copyTo(name, name+"_saved")
			return dump.Bytes()
		}
		w.restore = func() {
			cutOff(t, s, name)
			execute(t, s, "DROP DATABASE "+name+" WITH (FORCE)")
			copyTo(name+"_saved", name)
			mustCommand(t, append([]string{"restore"}, w.flags...)...)
		}
		test(t, w)
	})
}

func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// An invented person.
type invented struct{ name, number, phone string }

func inventedAt(n int) invented {
	number := fmt.Sprintf("990999194005%02d%03d", n%28+1, n/28)
	sum := 0
	for i, weight := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} { // GB 11643
		sum += int(number[i]-'0') * weight
	}
	number += string("10X98765432"[sum%11])
	return invented{fmt.Sprintf("测试%c%c", '一'+n%500, '丁'+n/7), number, fmt.Sprintf("199%08d", n)}
}

// populate serves the store and imports people into it.
func (w *ward) populate(count int) {
	w.process = start(w.t, w.flags...)
	table := "人员编号,姓名,身份证号,手机号,经度,纬度\n"
	for n := range count {
		p := inventedAt(n)
		table += fmt.Sprintf("%d,%s,%s,%s,106.5,29.5\n", n, p.name, p.number, p.phone)
	}
	file := filepath.Join(w.t.TempDir(), "people.csv")
	if err := os.WriteFile(file, []byte(table), 0o600); err != nil {
		w.t.Fatal(err)
	}
	mustCommand(w.t, append([]string{"import", file, "--as", "people"}, w.flags...)...)
}

// person runs `quanxi person …`, with a number on the input.
func (w *ward) person(input string, args ...string) (string, error) {
	w.t.Helper()
	path, err := binary()
	if err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command(path, append(append([]string{"person"}, args...), w.flags...)...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (w *ward) mustPerson(input string, args ...string) string {
	w.t.Helper()
	out, err := w.person(input, args...)
	if err != nil {
		w.t.Fatalf("quanxi person %v: %v\n%s", args, err, out)
	}
	return out
}

var recordID = regexp.MustCompile(`"id":(\d+),`)

// idOf finds somebody by the phone.
func (w *ward) idOf(p invented) string {
	w.t.Helper()
	out := w.mustPerson(p.phone+"\n", "find", "--phone")
	found := recordID.FindStringSubmatch(out)
	if found == nil {
		w.t.Fatalf("%s is not found: %q", p.phone, out)
	}
	return found[1]
}

// A person's rights, from the command line beside a running server: to know, to have a
// copy, to be corrected, and to be forgotten, also by older states of the store.
func TestAPersonsRights(t *testing.T) {
	wards(t, func(t *testing.T, w *ward) {
		w.populate(30)
		him, other := inventedAt(7), inventedAt(8)
		id := w.idOf(him)
		shown := w.mustPerson("", "file", id)
		holds(t, shown, []string{"测**", `"about": "people"`, `"words": "按号码查找"`, "网络安全法", "command line"}, []string{him.name, him.number, him.phone})
		holds(t, w.mustPerson(him.number+"\n", "export", "--id-number"), []string{him.name, him.number, him.phone, `"words": "导出个人档案"`}, []string{other.name})

		corrected := invented{"新名字甲", him.number, "19811112222"}
		w.mustPerson(fmt.Sprintf("%s\n{\"name\":%q,\"phone\":%q}", him.phone, corrected.name, corrected.phone), "correct", "--phone")
		holds(t, w.mustPerson("", "export", id), []string{corrected.name, corrected.phone}, []string{him.name, him.phone})

		w.until("the map knows the person", func() bool { status, _ := w.get("/api/people/" + id); return status == http.StatusOK })
		saved := w.saved()
		for _, p := range append(people(30), corrected) {
			for _, secret := range []string{p.name, p.number, p.phone} {
				if bytes.Contains(saved, []byte(secret)) {
					t.Errorf("the backup holds %s", secret)
				}
			}
		}
		w.until("the server is back after the copy", w.ready)
		holds(t, w.mustPerson(corrected.phone+"\n", "erase", "--phone", "--reason", "request"), []string{id, `"law": "网络安全法`}, []string{corrected.phone})
		w.until("the map has dropped the person", func() bool { status, _ := w.get("/api/people/" + id); return status == http.StatusNotFound })
		if out, err := w.person(corrected.phone+"\n", "erase", "--phone"); err == nil || strings.Contains(out, corrected.phone) {
			t.Errorf("erased again: %v, %s", err, out)
		}
		w.stop()

		w.restore()
		w.run()
		for _, n := range []string{him.number, corrected.number} {
			if out := w.mustPerson(n+"\n", "find", "--id-number"); out != "nobody has that number\n" {
				t.Errorf("the older state brought back %s", out)
			}
		}
		w.idOf(other)
		if status, _ := w.get("/api/people/" + id); status != http.StatusNotFound {
			t.Errorf("the map shows the person again: %d", status)
		}
	})
}

// Whatever of the keys a restore finds, it says what may come back; and once the keys and
// the journal are there, nobody who was erased is shown, before any server has started.
func TestARestoreSaysWhoMayComeBack(t *testing.T) {
	data := dataFlag(t)
	folder := strings.TrimPrefix(data, "--data=")
	keys, backup := filepath.Join(folder, "keys"), filepath.Join(t.TempDir(), "backup.gpkg")
	w := &ward{t: t, flags: []string{data}}
	w.populate(3)
	w.stop()
	him, other := inventedAt(1), inventedAt(2)
	mustCommand(t, "backup", data, backup)
	plain := filepath.Join(t.TempDir(), "plain.gpkg") // as backups were before they were encrypted
	if err := os.WriteFile(plain, []byte(mustCommand(t, "keys", "open", backup, data)), 0o600); err != nil {
		t.Fatal(err)
	}
	w.mustPerson(him.phone+"\n", "erase", "--phone")
	aside := filepath.Join(t.TempDir(), "keys")
	move := func(from, to string) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	const journal, master = "erasures (the journal", "master (the master key)"
	for _, tt := range []struct {
		name         string
		file         string
		hide, unhide func()
		want, not    []string
	}{
		{"nothing of the keys", plain, func() { move(keys, aside) }, func() { os.RemoveAll(keys); move(aside, keys) },
			[]string{journal, master, "is in place", "plain.gpkg is not encrypted, so nothing vouches for it"}, nil},
		{"no journal", backup, func() { move(filepath.Join(keys, "erasures"), aside) }, func() { move(aside, filepath.Join(keys, "erasures")) },
			[]string{journal, "is in place"}, []string{master}},
		{"both", backup, func() {}, func() {}, []string{"is in place"}, []string{"Not there", "vouches"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			setAside(t, folder)
			tt.hide()
			out := mustCommand(t, "restore", data, tt.file)
			tt.unhide()
			holds(t, out, tt.want, tt.not)
			if out := mustCommand(t, "export", "--as", "people", "--format", "csv", "--purpose", "report", data); strings.Count(out, "\n") != 1+2+1 { // heads, people, how many
				t.Errorf("exported\n%s", out)
			}
			setAside(t, folder)
			tt.hide()
			mustCommand(t, "restore", data, tt.file)
			tt.unhide()
			if out, err := w.person(him.number+"\n", "export", "--id-number"); err == nil || strings.Contains(out, him.name) {
				t.Errorf("%v, %s", err, out)
			}
			w.idOf(other)
		})
	}
}

func people(count int) (all []invented) {
	for n := range count {
		all = append(all, inventedAt(n))
	}
	return all
}

func holds(t *testing.T, text string, want, not []string) {
	t.Helper()
	for _, part := range want {
		if !strings.Contains(text, part) {
			t.Errorf("%.1500s\ndoes not hold %s", text, part)
		}
	}
	for _, part := range not {
		if strings.Contains(text, part) {
			t.Errorf("%.1500s\nholds %s", text, part)
		}
	}
}

// A store that was put back lets in nobody who was signed in when it was saved.
func TestARestoreEndsSignIns(t *testing.T) {
	wards(t, func(t *testing.T, w *ward) {
		w.process = start(t, w.flags...)
		w.user(passwordOfTests+"\n", "add", "steward", "--name", "楼栋长", "--role", "steward", "--area", "5000")
		enter := func() map[string]string {
			var session struct{ Token string }
			w.until("one can sign in", func() bool {
				status, body := w.call("POST", "/api/session", map[string]any{"name": "steward", "password": passwordOfTests, "program": true}, nil)
				return status == http.StatusOK && json.Unmarshal(body, &session) == nil
			})
			return map[string]string{"Authorization": "Bearer " + session.Token}
		}
		before := enter()
		w.saved()
		w.until("the server is back after the copy", w.ready)
		if status, _ := w.call("GET", "/api/session", nil, before); status != http.StatusOK {
			t.Fatalf("before: %d", status)
		}
		w.restore()
		w.until("the token of before is refused", func() bool {
			status, _ := w.call("GET", "/api/session", nil, before)
			return status == http.StatusUnauthorized
		})
		after := enter()
		if status, _ := w.call("GET", "/api/session", nil, after); status != http.StatusOK {
			t.Errorf("after: %d", status)
		}
	})
}

func TestTheMasterKeyIsChanged(t *testing.T) {
	wards(t, func(t *testing.T, w *ward) {
		w.populate(30)
		rotate := append([]string{"keys", "rotate"}, w.flags...)
		if out, err := command(t, rotate...); err == nil || !strings.Contains(out, "stop every server") {
			t.Errorf("while a server runs: %v, %s", err, out)
		}
		him := inventedAt(3)
		id := w.idOf(him)
		w.saved()
		w.until("the server is back after the copy", w.ready)
		w.stop()
		folder := filepath.Join(strings.TrimPrefix(w.flags[0], "--data="), "keys")
		old := mustRead(t, filepath.Join(folder, "master"))
		out := mustCommand(t, rotate...)
		if now := mustRead(t, filepath.Join(folder, "master")); bytes.Equal(now, old) || !bytes.Equal(mustRead(t, filepath.Join(folder, "master.1")), old) {
			t.Errorf("the keys are not exchanged: %s", out)
		}
		w.run()
		if got := w.idOf(him); got != id {
			t.Errorf("found %s, want %s", got, id)
		}
		holds(t, w.mustPerson("", "export", id), []string{him.name, him.number, him.phone}, nil)
		w.call(http.MethodPost, "/api/events", report("after"), nil)
		w.until("the audit goes on", func() bool {
			out, err := command(t, append([]string{"audit", "verify"}, w.flags...)...)
			return err == nil && strings.HasSuffix(out, ", whole\n")
		})
		w.stop()

		w.restore() // of before the change
		w.run()
		if got := w.idOf(him); got != id {
			t.Errorf("in the older state found %s, want %s", got, id)
		}
	})
}

// Whenever a change of the key is killed, the next one ends it, and meanwhile nobody uses
// the store under half of a key.
func TestAKilledChangeOfTheKeyGoesOn(t *testing.T) {
	data := dataFlag(t)
	w := &ward{t: t, flags: []string{data}}
	w.populate(3000)
	w.stop()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	folder := strings.TrimPrefix(data, "--data=")
	cmd := exec.Command(path, "keys", "rotate", data)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	awaitRow(t, filepath.Join(folder, "quanxi.gpkg"), "keys.rotate")
	_ = cmd.Process.Kill() // it may have ended
	_ = cmd.Wait()
	if exists := fileExists(filepath.Join(folder, "keys", "master.next")); exists {
		if out, err := command(t, "person", "find", "--phone", data); err == nil || !strings.Contains(out, "quanxi keys rotate") {
			t.Errorf("half-way: %v, %s", err, out)
		}
		mustCommand(t, "keys", "rotate", data)
	}
	for _, n := range []int{0, 1, 1500, 2999} {
		p := inventedAt(n)
		holds(t, w.mustPerson(p.phone+"\n", "export", "--phone"), []string{p.name, p.number}, nil)
	}
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// awaitRow waits until a row of the audit is there.
func awaitRow(t *testing.T, path, action string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	again, end := time.NewTicker(time.Millisecond), time.After(patience)
	defer again.Stop()
	for {
		var n int
		if err := db.QueryRow("SELECT count(*) FROM audit WHERE action = ?", action).Scan(&n); err == nil && n > 0 {
			return
		}
		select {
		case <-again.C:
		case <-end:
			t.Fatalf("no row %s", action)
		}
	}
}
