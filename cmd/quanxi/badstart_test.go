package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// refuses runs `quanxi serve` with arguments that it has to end with, and returns what it
// says: one line.
func refuses(t *testing.T, args ...string) string {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"serve", "--metrics-addr=", "--addr=127.0.0.1:0"}, args...)
	out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
	told := strings.TrimSpace(string(out))
	if err == nil || strings.Contains(told, "\n") {
		t.Errorf("%v, want an exit code and one line:\n%s", err, told)
	}
	return told
}

// storePlaces are an embedded store and a database, as flags of a server.
func storePlaces(t *testing.T) map[string][]string {
	_, url := postgis(t)
	return map[string][]string{"the embedded store": {dataFlag(t), "--key=" + key}, "PostGIS": {dataFlag(t), "--key=" + key, "--database=" + url}}
}

// An area that is none is named before anything is made or changed.
func TestAnAreaThatIsNone(t *testing.T) {
	for name, place := range storePlaces(t) {
		t.Run(name, func(t *testing.T) {
			p := start(t, place...)
			for _, d := range []map[string]any{
				{"code": "500106", "name": "沙坪坝区", "level": 2}, {"code": "500107", "name": "九龙坡区", "level": 2, "valid_to": "2020-01-01"},
				{"code": "500108", "name": "南岸区", "level": 2, "valid_from": "2099-01-01"},
			} {
				if status, body := p.call("POST", "/api/divisions", d, nil); status != 201 {
					t.Fatalf("%d %s", status, body)
				}
			}
			p.leave()
			for _, tt := range []struct{ name, area, want string }{
				{"a county that there is not", "500199", "--area 500199: the store has no division with this code; it has 500106 沙坪坝区"},
				{"a county that is no more", "500107", "九龙坡区 is in force no more since 2020-01-01"},
				{"a county to come", "500108", "南岸区 comes into force on 2099-01-01"},
				{"a name", "沙坪坝区", "is no code of a division"},
				{"too many digits", "5001061", "is no code of a division"},
				{"what might be SQL", "'; --", "is no code of a division"},
			} {
				if told := refuses(t, append(place, "--area="+tt.area)...); !strings.Contains(told, tt.want) {
					t.Errorf("%s: %s\nwant %q", tt.name, told, tt.want)
				}
			}
			p.args = append(p.args, "--area=500106")
			p.run()
			if status, body := p.get("/readyz"); status != 200 || !strings.Contains(string(body), "holds 500106 沙坪坝区 only") {
				t.Errorf("the county that there is: %d %s", status, body)
			}
		})
	}
}

func TestAnAreaOfNoStore(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if told := refuses(t, "--data="+data, "--area=500106"); !strings.Contains(told, "there is no store") {
		t.Error(told)
	}
	if _, err := os.Stat(data); !os.IsNotExist(err) {
		t.Errorf("something was made: %v", err)
	}
}

// A program that is older than a store says so, and leaves it alone: the newer one goes on
// with it.
func TestAnOlderProgramLeavesANewerStoreAlone(t *testing.T) {
	next := nextVersion(t)
	for name, place := range storePlaces(t) {
		t.Run(name, func(t *testing.T) {
			p := &process{t: t, args: place, addr: freeAddress(t), program: next}
			p.run()
			t.Cleanup(p.kill)
			if !p.applies("by the newer version") {
				t.Fatal("the newer version takes no report")
			}
			p.leave()
			if told := refuses(t, place...); !strings.Contains(told, "made by a newer version of quanxi") {
				t.Error(told)
			}
			p.run()
			if titles := p.titlesWhenRead(); len(titles) != 1 {
				t.Errorf("the newer version finds %q", titles)
			}
		})
	}
}

// Two nodes with different keys would not know what the other has sealed, not even in a
// store without a name in it. The second one is told, and makes no key.
func TestTwoNodesWithDifferentKeys(t *testing.T) {
	other := strings.Repeat("a5", 32)
	for name, place := range storePlaces(t) {
		t.Run(name, func(t *testing.T) {
			p := start(t, place...)
			for _, args := range [][]string{{"--key=" + other}, {}} {
				second := append(append([]string{}, place...), args...)
				if len(args) == 0 { // a node that has no key yet
					second = append([]string{}, place...)
					second[1] = "--log-level=info"
				}
				if told := refuses(t, second...); !strings.Contains(told, "the master key is not that of the store") {
					t.Error(told)
				}
			}
			if made, _ := filepath.Glob(strings.TrimPrefix(place[0], "--data=") + "/keys/master*"); len(made) > 0 {
				t.Errorf("made %v", made)
			}
			if !p.applies("by the first") {
				t.Error("the first node takes no reports any more")
			}
		})
	}
}

// What the nodes say to one another needs no majority of a NATS cluster: they start, and
// hear one another, over one server of three. That two are away is said.
func TestNodesStartOverWhatIsLeftOfNATS(t *testing.T) {
	c := startCluster(t)
	c.stop(1)
	c.stop(2)
	_, url := postgis(t)
	args := append(c.flags(), "--database="+url, "--key="+key)
	a, b := start(t, append(args, dataFlag(t))...), start(t, append(args, dataFlag(t))...)
	for _, p := range []*process{a, b} {
		if told := p.log.String(); !strings.Contains(told, "the cluster has no majority") || !strings.Contains(told, c.clients[1]) || strings.Contains(told, "one-password") {
			t.Errorf("the log says:\n%s", told)
		}
		if !p.applies(fmt.Sprint("at ", p.addr)) {
			t.Error("a report is not shown")
		}
	}
	for _, p := range []*process{a, b} {
		p.until("the World is level", p.worldLevel)
	}
}
