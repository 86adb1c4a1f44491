package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// binary builds the real program once for all tests of this package.
var binary = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "quanxi-bin-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(folder, "quanxi")
	out, err := exec.Command("go", "build", "-o", path, "quanxi/cmd/quanxi").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if s, err := postgres(); err == nil {
		if err := s.Close(); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	if path, err := binary(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// A process is one running `quanxi serve`, spoken to as any client speaks to it.
type process struct {
	t       testing.TB
	program string // that is run; this version if empty
	args    []string
	addr    string
	cmd     *exec.Cmd
	log     *journal
	done    chan error
}

// A journal is what a process writes. It is safe for concurrent use.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (j *journal) Write(line []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(line)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// patience is how long a test waits for what must happen; never how long it takes.
const patience = 60 * time.Second

// start runs `quanxi serve` with the given store on a free port and waits until
// it is ready.
func start(t testing.TB, args ...string) *process {
	t.Helper()
	p := &process{t: t, args: args, addr: freeAddress(t)}
	p.run()
	t.Cleanup(p.kill)
	return p
}

func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// run starts the program, again after a kill: at the same address, on the same store.
func (p *process) run() {
	p.t.Helper()
	path, err := binary()
	if err != nil {
		p.t.Fatal(err)
	}
	if p.program != "" {
		path = p.program
	}
	p.log, p.done = new(journal), make(chan error, 1)
	p.cmd = exec.Command(path, append([]string{"serve", "--open", "--addr", p.addr, "--metrics-addr="}, p.args...)...)
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func(cmd *exec.Cmd, done chan error) { done <- cmd.Wait() }(p.cmd, p.done)
	p.until("is ready", func() bool {
		select {
		case err := <-p.done:
			p.done <- err
			p.t.Fatalf("the server ended before it was ready: %v\n%s", err, p.log)
		default:
		}
		status, _ := p.get("/readyz")
		return status == http.StatusOK
	})
}

// kill ends the process as a power cut would.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	p.cmd.Process.Signal(syscall.SIGKILL)
	<-p.done
	p.cmd = nil
}

// until tries again and again until something holds.
func (p *process) until(what string, holds func() bool) {
	p.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			p.t.Fatalf("waited %v and still not: %s\n%s", patience, what, p.tail())
		case <-again.C:
		}
	}
}

func (p *process) tail() string {
	text := p.log.String()
	return text[max(0, len(text)-4000):]
}

// get returns the status and body of a GET; status 0 if nobody answered.
func (p *process) get(path string) (int, []byte) { return p.call(http.MethodGet, path, nil, nil) }

// call sends one request; status 0 means that nobody answered.
func (p *process) call(method, path string, body any, header map[string]string) (int, []byte) {
	r := p.ask(method, path, body, header)
	return r.status, r.body
}

// A reply is an answer; status 0 means that nobody answered.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// ask sends one request and waits up to 20 s for the answer.
func (p *process) ask(method, path string, body any, header map[string]string) reply {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	text, err := json.Marshal(body)
	if err != nil {
		p.t.Error(err)
		return reply{}
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+p.addr+path, bytes.NewReader(text))
	if err != nil {
		p.t.Error(err)
		return reply{}
	}
	req.Header.Set("Content-Type", "application/json")
	for name, value := range header {
		req.Header.Set(name, value)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return reply{}
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		return reply{}
	}
	return reply{res.StatusCode, res.Header, answer}
}

// A row is an event as the API lists it from the store.
type row struct {
	ID       int64  `json:"id"`
	Revision int64  `json:"revision"`
	Title    string `json:"title"`
	State    string `json:"state"`
}

// rows lists all events that the store holds; ok is false if it cannot be read.
func (p *process) rows() (all []row, ok bool) {
	for cursor := ""; ; {
		status, body := p.get("/api/events?limit=1000&cursor=" + cursor)
		var page struct {
			Items []row   `json:"items"`
			Next  *string `json:"next"`
		}
		if status != http.StatusOK || json.Unmarshal(body, &page) != nil {
			return nil, false
		}
		all = append(all, page.Items...)
		if page.Next == nil || *page.Next == "" {
			return all, true
		}
		cursor = *page.Next
	}
}

// stored returns what the store holds, and fails the test if it cannot be read.
func (p *process) stored() []row {
	p.t.Helper()
	all, ok := p.rows()
	if !ok {
		p.t.Fatalf("the events cannot be listed\n%s", p.tail())
	}
	return all
}

// titles lists the titles of all events in the store, in order.
func (p *process) titles() []string {
	p.t.Helper()
	var titles []string
	for _, r := range p.stored() {
		titles = append(titles, r.Title)
	}
	return titles
}

// checkWorld compares the World with the store, row for row.
func (p *process) checkWorld() {
	p.t.Helper()
	want := map[int64]string{}
	for _, r := range p.stored() {
		want[r.ID] = r.State
	}
	if diff := cmp.Diff(want, p.drawn()); diff != "" {
		p.t.Errorf("the World is not what the store holds (-store +World):\n%.2000s", diff)
	}
}

// soak reports whether the long forms of the tests are asked for (make soak).
func soak() bool { return os.Getenv("QUANXI_SOAK") != "" }

func contains(text []byte, part string) bool { return strings.Contains(string(text), part) }
