package main_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quanxi/store/postgis/pgtest"
)

// A drill is a city's installation as deploy/ has it, with people at work, to break.
type drill struct {
	t         *testing.T
	postgres  *pgtest.Server
	nats      *natsCluster
	nodes     []*process // the first holds the relay when the drill begins
	door      *process   // the balancer before them
	followers []*follower
}

func newDrill(t *testing.T) *drill {
	t.Helper()
	s, url := postgis(t)
	d := &drill{t: t, postgres: s, nats: startCluster(t)}
	args := append(d.nats.flags(), "--database="+url, "--key="+key, "--drain=3s", "--trusted-proxies=127.0.0.0/8")
	for range 2 {
		d.nodes = append(d.nodes, start(t, append(args, dataFlag(t))...))
	}
	d.door = balance(t, d.nodes[0], d.nodes[1])
	for range long(20, 200) {
		d.followers = append(d.followers, follow(t, d.door))
	}
	return d
}

// long returns what the short form of a test takes, and what the long one does.
func long[T any](short, soaking T) T {
	if soak() {
		return soaking
	}
	return short
}

// Whatever fails behind the balancer: every change that was acknowledged is there once,
// came to every socket in order and once (or the socket began anew), and both nodes end
// with what the database holds, row for row.
func TestWhateverFailsBehindABalancerLosesNothing(t *testing.T) {
	for name, fail := range map[string]func(*drill){
		"the relay's node stands still and thaws":                       (*drill).freezeRelay,
		"the servers of NATS are killed one by one, and all come empty": (*drill).killNATS,
		"PostGIS is restarted":                                          (*drill).restartPostGIS,
		"a node is killed, again and again":                             (*drill).killNodes,
	} {
		t.Run(name, func(t *testing.T) {
			d := newDrill(t)
			stop := writing(d.door, "drill")
			d.goesOn("before")
			fail(d)
			d.goesOn("after")
			d.settles(stop())
		})
	}
}

// goesOn waits until a report is taken and shown by the node that took it.
func (d *drill) goesOn(when string) {
	d.t.Helper()
	d.door.until("a report is taken and shown "+when, func() bool { return d.door.applies(when) })
}

// freezeRelay stops the first node as a machine that hangs does. Another takes over in 5 s.
func (d *drill) freezeRelay() {
	still := time.NewTimer(long(10*time.Second, 150*time.Second))
	signal(d.t, d.nodes[0], syscall.SIGSTOP)
	defer signal(d.t, d.nodes[0], syscall.SIGCONT)
	began := time.Now()
	other := d.nodes[1]
	other.until("another relay has taken over", func() bool { return other.applies("frozen") })
	if took := time.Since(began); took > 5*time.Second {
		d.t.Errorf("the take-over took %v, want at most 5 s", took)
	}
	<-still.C
}

// killNATS stops one server of the cluster after the other until none is left, and then
// starts all. None keeps anything.
func (d *drill) killNATS() {
	for i := range d.nats.servers {
		d.nats.stop(i)
		d.writesOn(fmt.Sprintf("%d servers of NATS are gone", i+1))
	}
	for i := range d.nats.servers {
		d.nats.start(d.t, i)
	}
}

// writesOn waits until reports are taken, though they may not be shown yet.
func (d *drill) writesOn(while string) {
	d.t.Helper()
	taken := 0
	d.door.until("reports are taken while "+while, func() bool {
		if status, _ := d.door.call(http.MethodPost, "/api/events", report(fmt.Sprint(while, " ", taken)), nil); status == http.StatusCreated {
			taken++
		}
		return taken == 5
	})
}

func (d *drill) restartPostGIS() {
	if err := d.postgres.Stop(); err != nil {
		d.t.Fatal(err)
	}
	if err := d.postgres.Start(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

// killNodes kills one node or the other at moments of chance, while the other works.
func (d *drill) killNodes() {
	for range long(4, 20) {
		moment := time.NewTimer(time.Duration(50+rand.IntN(500)) * time.Millisecond)
		<-moment.C
		node := d.nodes[rand.IntN(len(d.nodes))]
		node.kill()
		d.goesOn("one node is killed")
		node.run()
	}
}

// settles waits until everybody holds what the database holds, and compares it with what
// the writers were told.
func (d *drill) settles(all fates) {
	d.t.Helper()
	for _, node := range d.nodes {
		node.until("the node is ready", node.ready)
		node.until("the World is level", node.worldLevel)
	}
	stored := d.door.stored()
	all.check(d.t, stored)
	want := revisionsOf(stored)
	for i, f := range d.followers {
		d.door.until(fmt.Sprintf("socket %d holds what the database holds", i), func() bool {
			return maps.Equal(want, f.holds())
		})
	}
	if d.t.Failed() {
		d.t.Logf("%d changes; %s", len(stored), cmp.Diff(want, d.followers[0].holds()))
	}
}
