package main_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

// A natsCluster is the three servers of deploy/nats.conf on loopback.
type natsCluster struct {
	servers         [3]*server.Server
	clients, routes [3]string // addresses
}

func startCluster(t *testing.T) *natsCluster {
	t.Helper()
	c := new(natsCluster)
	for i := range c.servers {
		c.clients[i], c.routes[i] = freeAddress(t), freeAddress(t)
	}
	for i := range c.servers {
		c.start(t, i)
	}
	t.Cleanup(func() {
		for i := range c.servers {
			c.stop(i)
		}
	})
	return c
}

// start starts one server, from the file as it is shipped.
func (c *natsCluster) start(t *testing.T, i int) {
	t.Helper()
	t.Setenv("NAME", fmt.Sprintf("n%d", i))
	t.Setenv("CLIENTS", c.clients[i])
	t.Setenv("ROUTES", c.routes[i])
	for j, route := range c.routes {
		t.Setenv("ROUTE_"+string(rune('A'+j)), "nats-route://"+route)
	}
	t.Setenv("CHANGES", "one-password")
	t.Setenv("TELEMETRY", "another-password")
	options, err := server.ProcessConfigFile("../../deploy/nats.conf")
	if err != nil {
		t.Fatal(err)
	}
	options.NoLog, options.NoSigs = true, true
	if c.servers[i], err = server.NewServer(options); err != nil {
		t.Fatal(err)
	}
	c.servers[i].Start()
	if !c.servers[i].ReadyForConnections(patience) {
		t.Fatal("nats does not come up")
	}
}

func (c *natsCluster) stop(i int) {
	c.servers[i].Shutdown()
	c.servers[i].WaitForShutdown()
}

// restart stops one server and starts it anew, empty as it was.
func (c *natsCluster) restart(t *testing.T, i int) {
	t.Helper()
	c.stop(i)
	c.start(t, i)
}

// flags are those of a node of the cluster.
func (c *natsCluster) flags() []string {
	of := func(user string) string {
		var urls []string
		for _, addr := range c.clients {
			urls = append(urls, "nats://"+user+"@"+addr)
		}
		return strings.Join(urls, ",")
	}
	return []string{"--nats=" + of("changes:one-password"), "--nats-telemetry=" + of("telemetry:another-password")}
}
