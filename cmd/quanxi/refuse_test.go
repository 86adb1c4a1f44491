package main_test

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"
)

// What cannot be served ends with a line that names the reason, and an exit code
// that says so.
func TestTheProgramEndsWithTheReason(t *testing.T) {
	s, _ := postgis(t)
	execute(t, s, "CREATE DATABASE bare", "CREATE ROLE clerk LOGIN")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	bare := strings.Replace(s.URL("bare"), "quanxi@", "clerk@", 1)
	for _, tt := range []struct {
		name, want string
		args       []string
	}{
		{"a port in use", "address already in use", []string{"--addr", taken.Addr().String()}},
		{"a database that cannot be reached", "refused", []string{"--database=postgres://127.0.0.1:1/none?connect_timeout=2"}},
		{"a database that does not exist", "does not exist", []string{"--database=" + s.URL("nowhere")}},
		{"a database without PostGIS, and no right to add it", "PostGIS is missing", []string{"--database=" + bare}},
		{"a NATS that cannot be reached", "nats", []string{"--nats=nats://127.0.0.1:1", "--key=" + key}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path, err := binary()
			if err != nil {
				t.Fatal(err)
			}
			args := append([]string{"serve", "--metrics-addr=", "--addr=127.0.0.1:0", dataFlag(t)}, tt.args...)
			out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
			told := strings.TrimSpace(string(out))
			if err == nil || !strings.Contains(told, tt.want) {
				t.Errorf("%v, want an exit code and %q:\n%s", err, tt.want, told)
			}
			if lines := strings.Count(told, "\n") + 1; lines != 1 {
				t.Errorf("the reason takes %s:\n%s", fmt.Sprint(lines, " lines"), told)
			}
		})
	}
}
