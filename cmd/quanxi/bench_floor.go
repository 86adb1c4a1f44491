package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"quanxi/server/socket/feedload"
)

// A fanout is the least that a feed can be: websockets that all get the same
// frame, and nothing else. What the feed takes above it on the same machine is the
// feed's own.
type fanout struct {
	mu    sync.Mutex
	sinks []chan []byte // one a socket, of one frame
}

// benchFloor measures the fan-out alone, with the load process of the feed bench.
func (c *benchCommand) benchFloor(ctx context.Context, tell func(figure)) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var f fanout
	server := &http.Server{Handler: &f}
	go server.Serve(listener) // ends with Close
	defer server.Close()
	program, err := os.Executable()
	if err != nil {
		return err
	}
	crowd := crowd{name: "floor", screens: c.Screens, places: 1, changes: 100}
	load, err := feedload.Start(exec.Command(program, "bench", "--load"), feedload.Config{
		URL: "ws://" + listener.Addr().String(), Screens: crowd.screens, Looks: crowd.looks(),
	})
	if err != nil {
		return err
	}
	sent := make(map[int64]time.Time)
	for id := range int64(crowd.changes) {
		sent[id+1] = time.Now()
		f.send(fmt.Appendf(nil, `{"op":"change","n":%d,"kind":"events","id":%d,"revision":1,"data":%300d}`, id, id+1, 0))
		pause(ctx, 50*time.Millisecond)
	}
	pause(ctx, time.Second) // the last frames are on their way
	totals, err := load.Stop()
	f.send(nil)
	if err != nil {
		return err
	}
	on := fmt.Sprintf("%d bare websockets, %d frames each", crowd.screens, crowd.changes)
	crowd.tellDelays("send", feedload.DelaysSince(firsts(sent), totals.Receipts), on, tell)
	return ctx.Err()
}

// send hands a frame to every socket; nil ends them.
func (f *fanout) send(frame []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, sink := range f.sinks {
		sink <- frame
	}
}

// answerPing answers the first ping of a screen, which is open from then on.
func answerPing(ws *websocket.Conn) error {
	for {
		_, data, err := ws.ReadMessage()
		if err != nil {
			return err
		}
		if bytes.Contains(data, []byte(`"ping"`)) {
			return ws.WriteMessage(websocket.TextMessage, []byte(`{"op":"pong","n":0}`))
		}
	}
}

// ServeHTTP writes what is sent to one more socket.
func (f *fanout) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	upgrader := websocket.Upgrader{Subprotocols: websocket.Subprotocols(r)}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // Upgrade has answered
	}
	defer ws.Close()
	sink := make(chan []byte, 1)
	f.mu.Lock()
	f.sinks = append(f.sinks, sink)
	f.mu.Unlock()
	if answerPing(ws) != nil {
		return
	}
	for frame := range sink {
		if frame == nil || ws.WriteMessage(websocket.TextMessage, frame) != nil {
			return
		}
	}
}
