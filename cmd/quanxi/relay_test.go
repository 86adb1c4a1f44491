package main_test

import (
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// startNATS starts an external NATS on an address, with its files in a folder.
func startNATS(t testing.TB, addr, folder string) *server.Server {
	t.Helper()
	at, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.NewServer(&server.Options{Host: at.IP.String(), Port: at.Port, JetStream: true, StoreDir: folder, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(patience) {
		t.Fatal("nats does not come up")
	}
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

// key is the master key that the nodes of a test share.
var key = strings.Repeat("5a", 32)

// cluster starts two nodes on one new database and one NATS, the relay first.
func cluster(t *testing.T, nats string) (relaying, other *process) {
	t.Helper()
	_, url := postgis(t)
	args := []string{"--database=" + url, "--nats=nats://" + nats, "--key=" + key}
	return start(t, append(args, dataFlag(t))...), start(t, append(args, dataFlag(t))...)
}

// NATS is transport: with all that it kept gone, nothing is lost.
func TestNothingIsLostWhenNATSLosesEverything(t *testing.T) {
	addr, folder := freeAddress(t), t.TempDir()
	nats := startNATS(t, addr, folder)
	a, b := cluster(t, addr)
	f := follow(t, b)
	stop := writing(a, "before and after")
	a.until("something is written", func() bool { return len(a.stored()) > 20 })

	nats.Shutdown()
	nats.WaitForShutdown()
	if err := os.RemoveAll(folder); err != nil {
		t.Fatal(err)
	}
	written := len(a.stored())
	a.until("writing goes on without NATS", func() bool { return len(a.stored()) > written+5 })
	startNATS(t, addr, folder)
	all := stop()
	for _, p := range []*process{a, b} {
		p.until("is ready again", p.ready)
		p.until("the World is level", p.worldLevel)
	}
	all.check(t, a.stored())
	a.until("the follower is level", f.level)
}

// ready reports whether the server calls itself ready.
func (p *process) ready() bool {
	status, _ := p.get("/readyz")
	return status == 200
}

// worldLevel reports whether the World shows as many events as the store holds;
// then checkWorld says whether they are the same.
func (p *process) worldLevel() bool {
	all, ok := p.rows()
	if !ok || len(p.drawn()) != len(all) {
		return false
	}
	p.checkWorld()
	return true
}

// The relay stands still for long and then wakes: another takes over in time,
// and the zombie does no harm.
func TestAFrozenRelayIsReplacedAndThawsWithoutHarm(t *testing.T) {
	frozenFor := 10 * time.Second
	if soak() {
		frozenFor = 150 * time.Second
	}
	addr := freeAddress(t)
	startNATS(t, addr, t.TempDir())
	frozen, other := cluster(t, addr)
	f := follow(t, other)
	if !frozen.applies("before") {
		t.Fatal("a write is not published before the test has begun")
	}
	thaw := time.NewTimer(frozenFor)
	signal(t, frozen, syscall.SIGSTOP)
	defer signal(t, frozen, syscall.SIGCONT)
	began := time.Now()
	other.until("another relay has taken over", func() bool { return other.applies("meanwhile") })
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the take-over took %v, want at most 5 s", took)
	}
	stop := writing(other, "frozen")
	<-thaw.C
	signal(t, frozen, syscall.SIGCONT)
	other.until("the thawed node is ready", frozen.ready)
	thawed := writing(frozen, "thawed")
	frozen.until("the thawed node writes", func() bool { return strings.Contains(strings.Join(frozen.titles(), "\n"), "thawed") })
	for _, all := range []fates{stop(), thawed()} {
		all.check(t, other.stored())
	}
	for _, p := range []*process{frozen, other} {
		p.until("the World is level", p.worldLevel)
	}
	other.until("the follower is level", f.level)
}

func signal(t *testing.T, p *process, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Error(err)
	}
}

// applies reports one event, of a title of its own, and returns whether the
// answer says that the World shows it.
func (p *process) applies(when string) bool {
	status, body := p.call("POST", "/api/events", report(fmt.Sprint(when, " ", time.Now().UnixNano())), nil)
	var told struct {
		Applied bool `json:"applied"`
	}
	return status == 201 && json.Unmarshal(body, &told) == nil && told.Applied
}
