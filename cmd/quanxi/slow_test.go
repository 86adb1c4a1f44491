package main_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gorilla/websocket"
)

// slowGrowth is how many bytes the server may take more for readers that never
// read: queues and socket buffers, not what they miss.
const slowGrowth = 96 << 20

// Readers that never read cost bounded memory, and nobody waits for them. When
// one reads at last it is told that it fell behind, or finds itself cut off; either
// way it ends at the truth.
func TestReadersThatNeverReadDelayNobody(t *testing.T) {
	p := start(t, dataFlag(t))
	f := follow(t, p)
	var deaf []*websocket.Conn
	for range 20 {
		deaf = append(deaf, neverRead(t, p))
	}
	rounds := []int{1000} // writes of each client
	if soak() {
		rounds = append(rounds, 19_000) // what was filled then is not filled again
	}
	for _, writes := range rounds {
		before := p.resident()
		var clients sync.WaitGroup
		for client := range 8 {
			clients.Go(func() { reportMany(p, fmt.Sprintf("%s %d", strings.Repeat("很长的说明", 36), client), writes) })
		}
		clients.Wait()
		if grown := p.resident() - before; grown > slowGrowth {
			t.Errorf("after %d writes of each client %d MB more are in use, want at most %d", writes, grown>>20, slowGrowth>>20)
		}
	}
	p.until("the one who reads has everything", f.level)
	if n := f.sawResync(); n != 0 {
		t.Errorf("the one who reads was told %d times to begin anew", n)
	}
	late := followOn(t, p, deaf[0])
	p.until("the one who never read has everything", late.level)
	if late.sawResync() == 0 && late.sawEnds() == 0 {
		t.Error("the one who never read was neither told that it fell behind nor cut off")
	}
}

// reportMany reports one event and moves it on and back again and again: each is
// told as a new event would be, and the World does not grow by it.
func reportMany(p *process, title string, writes int) {
	status, body := p.call(http.MethodPost, "/api/events", report(title), nil)
	for n := range writes {
		var made row
		if status/100 != 2 || json.Unmarshal(body, &made) != nil {
			p.t.Errorf("write: %d %s", status, body)
			return
		}
		status, body = p.call(http.MethodPatch, fmt.Sprintf("/api/events/%d", made.ID), map[string]string{"state": []string{"dispatched", "handling"}[n%2]}, match(made.Revision))
	}
}

// neverRead opens a connection that looks at everything and reads nothing.
func neverRead(t *testing.T, p *process) *websocket.Conn {
	t.Helper()
	narrow := &net.Dialer{}
	dialer := websocket.Dialer{NetDial: func(network, addr string) (net.Conn, error) {
		conn, err := narrow.Dial(network, addr)
		if tcp, ok := conn.(*net.TCPConn); ok {
			err = tcp.SetReadBuffer(64 << 10)
		}
		return conn, err
	}}
	conn, _, err := dialer.DialContext(t.Context(), "ws://"+p.addr+"/feed", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.WriteJSON(map[string]string{"op": "hello"}); err != nil {
		t.Fatal(err)
	}
	if err := look(conn); err != nil {
		t.Fatal(err)
	}
	return conn
}

// resident returns how many bytes of memory the process has in use.
func (p *process) resident() int64 {
	p.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(status), "VmRSS:")
	kilobytes, err := strconv.ParseInt(strings.Fields(after)[0], 10, 64)
	if err != nil {
		p.t.Fatal(err)
	}
	return kilobytes << 10
}
