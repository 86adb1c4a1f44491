package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"quanxi/server/socket/feedload"
)

// BenchmarkNodes has the same screens on one node and shared by two, all seeing each
// change, and says what a change costs each node: two carry twice the screens if it halves.
func BenchmarkNodes(b *testing.B) {
	const screens, changes = 1000, 100
	for _, n := range []int{1, 2} {
		b.Run(fmt.Sprintf("%d screens on %d nodes", screens, n), func(b *testing.B) {
			for range b.N {
				measureNodes(b, n, screens/n, changes)
			}
		})
	}
}

// measureNodes reports the delays to all screens, and the processor time of a change at
// each node. The first takes the reports.
func measureNodes(b *testing.B, n, screens, changes int) {
	_, url := postgis(b)
	nats := freeAddress(b)
	startNATS(b, nats, b.TempDir())
	nodes := make([]*process, n)
	loads := make([]*feedload.Process, n)
	for i := range nodes {
		nodes[i] = start(b, "--database="+url, "--nats=nats://"+nats, "--key="+key, "--rates=feed=0,address=0", dataFlag(b))
		loads[i] = screensOn(b, nodes[i], screens)
	}
	before := usedBy(b, nodes)
	done := map[feedload.Write]time.Time{}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for i := range changes {
		<-tick.C
		began := time.Now()
		status, body := nodes[0].call(http.MethodPost, "/api/events", report(fmt.Sprint("bench ", i)), nil)
		var made row
		if err := json.Unmarshal(body, &made); status != http.StatusCreated || err != nil {
			b.Fatalf("%d %s", status, body)
		}
		done[feedload.Write{ID: made.ID, Revision: made.Revision}] = began
	}
	for range 10 { // the last frames are on their way
		<-tick.C
	}
	after := usedBy(b, nodes)
	var receipts []feedload.Receipt
	for i, load := range loads {
		totals, err := load.Stop()
		if err != nil {
			b.Fatal(err)
		}
		receipts = append(receipts, totals.Receipts...)
		b.ReportMetric(float64((after[i]-before[i]).Microseconds())/1000/float64(changes), fmt.Sprintf("cpu-ms/change-at-node-%d", i+1))
	}
	delays := feedload.DelaysSince(done, receipts)
	b.ReportMetric(float64(delays.Got), "frames")
	b.ReportMetric(float64(delays.P50.Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(delays.P99.Microseconds())/1000, "p99-ms")
}

// screensOn opens screens on a node that look at where the reports are.
func screensOn(b *testing.B, p *process, n int) *feedload.Process {
	path, err := binary()
	if err != nil {
		b.Fatal(err)
	}
	view := []byte(`{"op":"view","bbox":[106.4,29.4,106.6,29.6],"zoom":16,"topics":["events"]}`)
	load, err := feedload.Start(exec.Command(path, "bench", "--load"), feedload.Config{
		URL: "ws://" + p.addr + "/feed", Screens: n, Looks: []feedload.Look{{View: view}},
	})
	if err != nil {
		b.Fatal(err)
	}
	return load
}

// usedBy returns the processor time that each node has used so far.
func usedBy(b *testing.B, nodes []*process) []time.Duration {
	used := make([]time.Duration, len(nodes))
	for i, p := range nodes {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
		if err != nil {
			b.Fatal(err)
		}
		// utime and stime are the 12th and 13th after the name, in hundredths of a second.
		fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
		for _, field := range fields[11:13] {
			ticks, err := strconv.ParseInt(string(field), 10, 64)
			if err != nil {
				b.Fatal(err)
			}
			used[i] += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return used
}
