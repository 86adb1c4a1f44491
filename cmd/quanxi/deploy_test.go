package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// shipped reads files that operators follow, by their paths from the top.
func shipped(t *testing.T, paths ...string) string {
	t.Helper()
	var all strings.Builder
	for _, path := range paths {
		text, err := os.ReadFile(filepath.Join("../..", path))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// found returns what the first group of a pattern finds in a text, each once.
func found(pattern, text string) []string {
	var all []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// commandLine returns the names of all flags of a command, and all variables of the program.
func commandLine(t *testing.T, of string) (flags, variables []string) {
	t.Helper()
	parser, err := kong.New(new(commands), kong.Vars{"version": "", "data": "", "rates": ""})
	if err != nil {
		t.Fatal(err)
	}
	for _, command := range parser.Model.Leaves(false) {
		for _, group := range command.AllFlags(false) {
			for _, flag := range group {
				variables = append(variables, flag.Envs...)
				if command.Name == of {
					flags = append(flags, flag.Name)
				}
			}
		}
	}
	return flags, variables
}

func TestWhatIsShippedToRunACityNamesOnlyVariablesThatTheProgramHas(t *testing.T) {
	_, variables := commandLine(t, "serve")
	for _, name := range found(`\b(QUANXI_[A-Z_]+)`, shipped(t, "deploy/quanxi@.service", "deploy/compose.yml", "deploy/Dockerfile", "docs/OPERATIONS.md")) {
		if !slices.Contains(variables, name) && name != "QUANXI_SOAK" { // of the tests
			t.Errorf("%s is no variable of quanxi", name)
		}
	}
}

func TestWhatStartsANodeNamesOnlyFlagsThatServeHas(t *testing.T) {
	flags, _ := commandLine(t, "serve")
	unit := found(`ExecStart=\S+quanxi serve --(\S+)`, shipped(t, "deploy/quanxi@.service"))
	image := found(`"serve", "--([^"]+)"`, shipped(t, "deploy/Dockerfile"))
	if !slices.Equal(unit, []string{"drain"}) || !slices.Equal(image, unit) {
		t.Errorf("the unit gives a node %q, the image %q", unit, image)
	}
	for _, name := range unit {
		if !slices.Contains(flags, name) {
			t.Errorf("serve has no --%s", name)
		}
	}
}

func TestWhateverTheConfigurationsAskForIsSetByTheComposeFileAndByTheUnitsAsOperationsHasThem(t *testing.T) {
	asked := append(found(`\$([A-Z_]+)`, shipped(t, "deploy/nats.conf")), found(`"\$\{([A-Z_]+)\}"`, shipped(t, "deploy/haproxy.cfg"))...)
	if len(asked) < 10 {
		t.Fatalf("the configurations ask for %q alone", asked)
	}
	for name, set := range map[string][]string{
		"compose.yml": found(`\b([A-Z_]+): `, shipped(t, "deploy/compose.yml")),
		"systemd":     found(`\b([A-Z_]+)=`, shipped(t, "deploy/nats@.service", "docs/OPERATIONS.md")),
	} {
		for _, variable := range asked {
			if !slices.Contains(set, variable) {
				t.Errorf("%s: nobody sets %s", name, variable)
			}
		}
	}
}

func TestEveryPortThatIsCalledIsOneThatSomebodyListensOn(t *testing.T) {
	for name, text := range map[string]string{
		"compose.yml": shipped(t, "deploy/compose.yml", "deploy/Dockerfile"),
		"systemd":     shipped(t, "docs/OPERATIONS.md"),
	} {
		listens := found(`\b(?:CLIENTS|ROUTES|BALANCER|QUANXI_ADDR)[=:] ?"?[\d.]+:(\d+)`, text)
		called := append(found(`nats(?:-route)?://[^\s,]*?:(\d{4})\b`, text), found(`NODE_[AB][=:] ?\S+:(\d{4})\b`, text)...)
		if len(called) < 3 {
			t.Fatalf("%s: called are %q alone", name, called)
		}
		for _, port := range called {
			if !slices.Contains(listens, port) {
				t.Errorf("%s: nobody listens on %s, but on %q", name, port, listens)
			}
		}
	}
}
