package server_test

import (
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"quanxi/events"
	"quanxi/server"
	"quanxi/staff"
)

// Whatever the audit may call something has words on /admin, in both languages.
func TestEveryActionOfTheAuditHasWords(t *testing.T) {
	actions := refusedActions(t)
	maps.Copy(actions, writtenActions(t))
	for _, rate := range slices.Collect(maps.Keys(server.DefaultRates())) {
		actions["rate."+rate] = "rates"
	}
	for _, kind := range events.Kinds() {
		for _, verb := range []string{"create", "edit", "remove"} {
			actions[string(kind)+"."+verb] = "commands"
		}
	}
	for _, kind := range []string{"people", "workers"} {
		for _, verb := range []string{"unmask", "find", "view-file", "file", "erase"} {
			actions[kind+"."+verb] = "a person's rights"
		}
	}
	for _, language := range []string{"zh-CN", "en"} {
		words := wordsOf(t, language)
		for _, action := range slices.Sorted(maps.Keys(actions)) {
			kind, verb, _ := strings.Cut(action, ".")
			if !words["action."+action] && !((words["trail."+kind] || words["kind."+kind]) && words["verb."+verb]) {
				t.Errorf("%s has no words for %s, of %s", language, action, actions[action])
			}
		}
	}
}

// refusedActions are what refused requests of all operations are called.
func refusedActions(t *testing.T) map[string]string {
	t.Helper()
	r := newRig(t)
	var description struct {
		Paths map[string]map[string]any
	}
	r.read(t, "/openapi.json", &description)
	actions := map[string]string{}
	for path, methods := range description.Paths {
		for method := range methods {
			pattern := strings.ToUpper(method) + " " + path
			action := server.ActionOf(pattern)
			if action != "" {
				actions[action] = pattern
			} else if strings.HasPrefix(path, "/api/") {
				t.Errorf("a refused %s is called nothing", pattern)
			}
		}
	}
	return actions
}

// writtenActions are those that the sources name.
func writtenActions(t *testing.T) map[string]string {
	t.Helper()
	kinds := []string{"session", "tokens", "audit", "keys", "loads", "epochs"}
	for _, kind := range staff.Kinds() {
		kinds = append(kinds, string(kind))
	}
	literal := regexp.MustCompile(`"((?:` + strings.Join(kinds, "|") + `)\.[a-z-]+)"`)
	actions := map[string]string{}
	for _, folder := range []string{"access", "server", "store", "cmd", "exchange"} {
		err := filepath.WalkDir(filepath.Join("..", folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.Contains(path, "storetest") {
				return err
			}
			text, err := os.ReadFile(path)
			for _, found := range literal.FindAllStringSubmatch(string(text), -1) {
				actions[found[1]] = path
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(actions) < 20 {
		t.Fatalf("only %v in the sources", actions)
	}
	return actions
}

// wordsOf returns which words the front end has in a language.
func wordsOf(t *testing.T, language string) map[string]bool {
	t.Helper()
	words := map[string]bool{}
	for _, file := range []string{language + ".ts", "admin." + language + ".ts"} {
		text, err := os.ReadFile(filepath.Join("..", "frontend", "src", "strings", file))
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range regexp.MustCompile(`"((?:action|trail|kind|verb)\.[^"]+)":`).FindAllStringSubmatch(string(text), -1) {
			words[found[1]] = true
		}
	}
	return words
}
