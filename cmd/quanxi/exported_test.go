package main_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// An export at the machine says in the file who took it and leaves its trace; what is
// about somebody does not leave without a purpose.
func TestAnExportAtTheMachineIsMarkedAndTraced(t *testing.T) {
	data := dataFlag(t)
	p := start(t, data)
	if status, body := p.call(http.MethodPost, "/api/events", report("one"), nil); status != http.StatusCreated {
		t.Fatalf("%d %s", status, body)
	}
	p.stop()
	for _, kind := range []string{"people", "dwellings", "households", "workers", "devices", "events"} {
		if out, err := command(t, "export", data, "--as="+kind); err == nil || !strings.Contains(out, "--purpose") {
			t.Errorf("%s without a purpose: %v %s", kind, err, out)
		}
	}
	if out, err := command(t, "export", data, "--as=people", "--purpose=fun"); err == nil || !strings.Contains(out, "must be one of") {
		t.Errorf("for fun: %v %s", err, out)
	}
	path := filepath.Join(t.TempDir(), "events.geojson")
	mustCommand(t, "export", data, "--as=events", "--purpose=report", "--out="+path)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Mark struct{ ID, Who, Purpose string } `json:"quanxi_export"`
	}
	if err := json.Unmarshal(content, &file); err != nil || !strings.HasPrefix(file.Mark.ID, "cli-") || !strings.Contains(file.Mark.Who, "@") || file.Mark.Purpose != "report" {
		t.Errorf("%v: %+v", err, file)
	}
	trail := mustCommand(t, "audit", "export", data, "--action=exports.")
	for _, want := range []string{`"action":"exports.begin"`, `"action":"exports.take"`, "by " + file.Mark.Who, fmt.Sprintf("export %s rows=1 sha256=%x", file.Mark.ID, sha256.Sum256(content))} {
		if !strings.Contains(trail, want) {
			t.Errorf("no %s in\n%s", want, trail)
		}
	}
	if _, err := command(t, "export", data, "--as=events", "--purpose=report", "--out="+path); err == nil {
		t.Error("the file was written over")
	}
}
