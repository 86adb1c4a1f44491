// Package quanxi_test holds the tests of the tree as a whole.
package quanxi_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows says which folders the packages of a folder may import, directly or
// through others (DESIGN §3, docs/ARCHITECTURE.md). Nothing imports cmd or server.
func arrows() map[string][]string {
	return map[string][]string{
		"geo":      {},
		"tiles":    {"geo"},
		"grid":     {"geo"},
		"events":   {"grid", "geo"},
		"world":    {"tiles", "events", "grid", "geo"},
		"access":   {"staff", "world", "tiles", "events", "grid", "geo"},
		"staff":    {"grid", "geo"},
		"feed":     {"staff", "access", "world", "tiles", "events", "grid", "geo"},
		"store":    {"staff", "feed", "access", "world", "tiles", "events", "grid", "geo"},
		"exchange": {"events", "grid", "geo"},
		"server":   {"exchange", "staff", "feed", "access", "world", "tiles", "events", "grid", "geo"},
		"outbound": {},
		"frontend": {},
	}
}

// TestArrowsPointDown lists what each package of a folder depends on, through
// others too, and refuses what points up or sideways.
func TestArrowsPointDown(t *testing.T) {
	allowed := arrows()
	for _, line := range goList(t, "{{.ImportPath}} {{join .Deps \" \"}}", "./...") {
		pkg, deps, _ := strings.Cut(line, " ")
		from := folder(pkg)
		if from == "cmd" || from == "" {
			continue
		}
		may, known := allowed[from]
		if !known {
			t.Errorf("%s: its folder is not in the table of arrows", pkg)
		}
		for dep := range strings.FieldsSeq(deps) {
			if to := folder(dep); to != "" && to != from && !slices.Contains(may, to) {
				t.Errorf("%s depends on %s", pkg, dep)
			}
		}
	}
}

// TestSignInIsALeaf keeps what signs people in from knowing what they may see, or
// where anything is stored.
func TestSignInIsALeaf(t *testing.T) {
	packages := goList(t, "{{.ImportPath}} {{join .Deps \" \"}}", "./access/signin/...")
	for _, line := range packages {
		pkg, deps, _ := strings.Cut(line, " ")
		for dep := range strings.FieldsSeq(deps) {
			to := folder(dep)
			leaf := to == "" || to == "geo" || to == "grid" || strings.HasPrefix(dep, "quanxi/access/signin")
			if !leaf || dep == "database/sql" || strings.Contains(dep, "nats") {
				t.Errorf("%s depends on %s", pkg, dep)
			}
		}
	}
	if len(packages) == 0 || !strings.HasPrefix(packages[0], "quanxi/access/signin") {
		t.Errorf("looked at %v", packages)
	}
}

// TestHandlersHoldViewsOnly keeps stores and the World out of the server's hands:
// who imports neither cannot forget to ask.
func TestHandlersHoldViewsOnly(t *testing.T) {
	for _, line := range goList(t, "{{.ImportPath}} {{join .Imports \" \"}}", "./server/...") {
		pkg, imports, _ := strings.Cut(line, " ")
		for dep := range strings.FieldsSeq(imports) {
			if to := folder(dep); to == "store" || to == "world" || dep == "database/sql" {
				t.Errorf("%s imports %s", pkg, dep)
			}
		}
	}
}

// TestOthersStayLight keeps heavy modules where they belong. The one that asks
// other servers who somebody is needs HTTP.
func TestOthersStayLight(t *testing.T) {
	for _, line := range goList(t, "{{.ImportPath}} {{join .Deps \" \"}}", "./geo/...", "./grid", "./events", "./tiles/...", "./world/...", "./access/...") {
		pkg, deps, _ := strings.Cut(line, " ")
		for dep := range strings.FieldsSeq(deps) {
			if dep == "net/http" && strings.HasPrefix(pkg, "quanxi/access/signin/openid") {
				continue
			}
			if dep == "net/http" || dep == "database/sql" || strings.Contains(dep, "nats") {
				t.Errorf("%s depends on %s", pkg, dep)
			}
		}
	}
}

func goList(t *testing.T, format string, patterns ...string) []string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", append([]string{"list", "-e", "-f", format}, patterns...)...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

// folder returns the top folder of one of our packages, empty for others.
func folder(pkg string) string {
	rest, ok := strings.CutPrefix(pkg, "quanxi/")
	if !ok {
		return ""
	}
	top, _, _ := strings.Cut(rest, "/")
	return top
}
