package main_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// balance starts the balancer of deploy/ before two nodes, and returns it as a process to
// speak to.
func balance(t *testing.T, a, b *process) *process {
	t.Helper()
	p := &process{t: t, addr: freeAddress(t), log: new(journal), done: make(chan error, 1)}
	p.cmd = exec.Command("haproxy", "-f", "../../deploy/haproxy.cfg")
	p.cmd.Env = append(os.Environ(), "BALANCER="+p.addr, "NODE_A="+a.addr, "NODE_B="+b.addr, "MAP_HOST=localhost")
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatalf("haproxy: %v", err)
	}
	go func() { p.done <- p.cmd.Wait() }()
	t.Cleanup(p.kill)
	p.until("the balancer has nodes", p.ready)
	return p
}

// leave tells a node to stop, as systemd does, and waits until it has.
func (p *process) leave() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	if err := <-p.done; err != nil {
		p.t.Errorf("a node that was told to stop: %v\n%s", err, p.tail())
	}
	p.cmd = nil
}

// refusals counts what a balancer's clients were answered besides what they wanted.
type refusals struct {
	mu   sync.Mutex
	list []string
}

func (r *refusals) note(what string, status int, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.list = append(r.list, fmt.Sprintf("%s: %s: %d %.200s", time.Now().Format("05.000"), what, status, body))
}

// asking reports and reads without end, until stop, and notes what fails: nobody asks again.
func asking(p *process, client int, stop <-chan struct{}, failed *refusals) (made []string) {
	for n := 0; ; n++ {
		select {
		case <-stop:
			return made
		default:
		}
		title := fmt.Sprintf("rolling c%d n%d", client, n)
		if status, body := p.call(http.MethodPost, "/api/events", report(title), nil); status == http.StatusCreated {
			made = append(made, title)
		} else {
			failed.note("POST /api/events", status, body)
		}
		if status, body := p.get("/api/events?limit=5"); status != http.StatusOK {
			failed.note("GET /api/events", status, body)
		}
	}
}

// One node after the other is stopped and started anew, while people work: nobody sees
// anything of it but a socket that connects again, and goes on where it was.
func TestARollingRestartIsSeenByNobody(t *testing.T) {
	nats := startCluster(t)
	_, url := postgis(t)
	args := append(nats.flags(), "--database="+url, "--key="+key, "--drain=3s", "--trusted-proxies=127.0.0.0/8")
	nodes := []*process{start(t, append(args, dataFlag(t))...), start(t, append(args, dataFlag(t))...)}
	door := balance(t, nodes[0], nodes[1])
	var followers []*follower
	for range 12 {
		followers = append(followers, follow(t, door))
	}
	stop, failed := make(chan struct{}), new(refusals)
	var clients sync.WaitGroup
	made := make([][]string, 4)
	for i := range made {
		clients.Go(func() { made[i] = asking(door, i, stop, failed) })
	}
	rounds := 1
	if soak() {
		rounds = 10
	}
	for range rounds {
		for i, node := range nodes {
			node.leave()
			nats.restart(t, i)
			node.run()
		}
	}
	close(stop)
	clients.Wait()
	if len(failed.list) > 0 {
		t.Errorf("%d requests failed:\n%s\n%s", len(failed.list), strings.Join(failed.list[:min(5, len(failed.list))], "\n"), door.tail())
	}
	door.checkMade(made)
	ends := 0
	for _, f := range followers {
		door.until("each follower holds what the store holds", f.level)
		ends += f.sawEnds()
		if f.sawResync() > 0 {
			t.Error("a socket had to begin anew")
		}
	}
	if ends < len(followers) {
		t.Errorf("%d sockets were handed from node to node, want each at least once", ends)
	}
	for _, node := range nodes {
		node.until("the World is level", node.worldLevel)
	}
}

// checkMade expects each report that was acknowledged in the store exactly once.
func (p *process) checkMade(made [][]string) {
	p.t.Helper()
	times := map[string]int{}
	for _, title := range p.titles() {
		times[title]++
	}
	for _, titles := range made {
		if len(titles) == 0 {
			p.t.Error("somebody could report nothing at all")
		}
		for _, title := range titles {
			if times[title] != 1 {
				p.t.Errorf("%q is there %d times", title, times[title])
			}
		}
	}
}
