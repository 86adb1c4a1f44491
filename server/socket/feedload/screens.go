package feedload

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"
)

// screens are all open screens of the process.
type screens struct {
	list  []*screen
	ended sync.WaitGroup
}

// A screen is one connection. Its reader alone uses it until close.
type screen struct {
	ws     *websocket.Conn
	look   Look
	asked  uint32 // ids given to tiles
	totals Totals
	err    error // why the reader ended
	looks  bool  // the view is in force
}

// open connects all screens, and returns when each has got the tiles of its look.
func open(ctx context.Context, c Config) (*screens, error) {
	s := &screens{list: make([]*screen, c.Screens)}
	opening, ctx := errgroup.WithContext(ctx)
	opening.SetLimit(max(1, c.Opening))
	if c.Opening == 0 {
		opening.SetLimit(64)
	}
	for i := range s.list {
		opening.Go(func() (err error) {
			s.list[i], err = openOne(ctx, c, c.Looks[i%len(c.Looks)])
			return err
		})
	}
	if err := opening.Wait(); err != nil {
		return nil, err
	}
	for _, one := range s.list {
		s.ended.Go(one.read)
	}
	return s, nil
}

func openOne(ctx context.Context, c Config, look Look) (*screen, error) {
	dialer := websocket.Dialer{Subprotocols: []string{"quanxi.v1"}, ReadBufferSize: 2 << 10, WriteBufferSize: 512, HandshakeTimeout: time.Minute}
	header := make(http.Header)
	for _, line := range c.Header {
		name, value, _ := strings.Cut(line, ":")
		header.Add(name, strings.TrimSpace(value))
	}
	ws, _, err := dialer.DialContext(ctx, c.URL, header)
	if err != nil {
		return nil, fmt.Errorf("screen: %w", err)
	}
	s := &screen{ws: ws, look: look}
	hello, err := json.Marshal(map[string]string{"op": "hello", "token": c.Token})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.send(hello), s.send(look.View), s.send([]byte(`{"op":"ping"}`)), s.ask(look.Tiles)); err != nil {
		return nil, err
	}
	// It is open once its view is in force: what is reported before that it need not see.
	for !s.looks || s.totals.Tiles < int64(len(look.Tiles)) {
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func (s *screen) send(message []byte) error {
	if err := s.ws.WriteMessage(websocket.TextMessage, message); err != nil {
		return fmt.Errorf("screen: %w", err)
	}
	return nil
}

// ask asks for tiles.
func (s *screen) ask(tiles []Tile) error {
	for _, t := range tiles {
		s.asked++
		message, err := json.Marshal(struct {
			Op string `json:"op"`
			ID uint32 `json:"id"`
			Tile
		}{"tile", s.asked, t})
		if err != nil {
			return err
		}
		if err := s.send(message); err != nil {
			return err
		}
	}
	return nil
}

// read takes frames until the connection ends.
func (s *screen) read() {
	for s.err == nil {
		s.err = s.next()
	}
}

// next takes one frame. It looks into the bytes by hand: decoding the JSON would
// cost the machine more than the server spends on sending it.
func (s *screen) next() error {
	kind, data, err := s.ws.ReadMessage()
	if err != nil {
		return err
	}
	switch {
	case kind == websocket.BinaryMessage:
		s.totals.Tiles++
	case bytes.HasPrefix(data, []byte(`{"op":"change"`)):
		at := time.Now().UnixNano()
		s.totals.Receipts = append(s.totals.Receipts, Receipt{number(data, `,"id":`), number(data, `,"revision":`), at, s.totals.Tiles})
	case bytes.HasPrefix(data, []byte(`{"op":"pong"`)):
		s.looks = true
	case bytes.HasPrefix(data, []byte(`{"op":"resync"`)):
		s.totals.Resyncs++
	case bytes.HasPrefix(data, []byte(`{"op":"stale"`)):
		var stale struct{ Tiles []Tile }
		if err := json.Unmarshal(data, &stale); err != nil {
			return err
		}
		return s.ask(stale.Tiles)
	case bytes.HasPrefix(data, []byte(`{"op":"error"`)):
		return fmt.Errorf("screen: %s", data)
	}
	return nil
}

// number returns the integer after the first mark in data; zero if there is none.
func number(data []byte, mark string) int64 {
	_, rest, _ := bytes.Cut(data, []byte(mark))
	end := bytes.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	if end < 0 {
		return 0
	}
	n, err := strconv.ParseInt(string(rest[:end]), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// close ends all connections and adds up what they got. The error is that of the
// first screen that had ended before.
func (s *screens) close() (Totals, error) {
	for _, one := range s.list {
		// The reader ends on it; its own error says whether it had ended before.
		_ = one.ws.NetConn().SetReadDeadline(time.Unix(1, 0))
	}
	s.ended.Wait()
	var all Totals
	var first error
	for _, one := range s.list {
		one.ws.Close()
		all.Receipts = append(all.Receipts, one.totals.Receipts...)
		all.Tiles += one.totals.Tiles
		all.Resyncs += one.totals.Resyncs
		var timeout interface{ Timeout() bool }
		if !errors.As(one.err, &timeout) && first == nil {
			first = one.err
		}
	}
	return all, first
}
