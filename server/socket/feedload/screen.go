package feedload

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gobwas/ws"
	"golang.org/x/sys/unix"
)

// A screen is one connection. It is used by one goroutine at a time: the one that
// opens it, then the one that reads all.
type screen struct {
	fd     int // of the connection; does not block
	look   Look
	asked  uint32 // ids given to tiles
	totals Totals
	err    error  // why reading it ended
	looks  bool   // the view is in force
	rest   []byte // of a frame of which more is to come
}

// openScreen connects a screen, and returns when it has got the tiles of its look: what
// is reported before its view is in force it need not see.
func openScreen(ctx context.Context, c Config, look Look) (*screen, error) {
	header := make(http.Header)
	for _, line := range c.Header {
		name, value, _ := strings.Cut(line, ":")
		header.Add(name, strings.TrimSpace(value))
	}
	dialer := ws.Dialer{Protocols: []string{"quanxi.v1"}, Header: ws.HandshakeHeaderHTTP(header), Timeout: time.Minute}
	conn, early, _, err := dialer.Dial(ctx, c.URL)
	if err != nil {
		return nil, fmt.Errorf("screen: %w", err)
	}
	defer conn.Close() // what stays open is the copy
	s := &screen{look: look}
	if s.fd, err = copyOf(conn); err != nil {
		return nil, fmt.Errorf("screen: %w", err)
	}
	if early != nil {
		came, err := early.Peek(early.Buffered())
		if err := errors.Join(err, s.take(came)); err != nil {
			return nil, err
		}
	}
	return s, s.greet(conn, c.Token)
}

// copyOf returns a descriptor of a connection's own, which Go's own polling, a second
// one beside that of screens, does not know.
func copyOf(conn net.Conn) (fd int, err error) {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return 0, errors.New("only ws:// is spoken")
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return 0, err
	}
	uncontrolled := raw.Control(func(original uintptr) { fd, err = unix.FcntlInt(original, unix.F_DUPFD_CLOEXEC, 0) })
	return fd, errors.Join(uncontrolled, err)
}

// greet says hello, and waits for what the look shows.
func (s *screen) greet(conn net.Conn, token string) error {
	hello, err := json.Marshal(map[string]string{"op": "hello", "token": token})
	if err != nil {
		return err
	}
	if err := errors.Join(s.send(hello), s.send(s.look.View), s.send([]byte(`{"op":"ping"}`)), s.ask(s.look.Tiles)); err != nil {
		return err
	}
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		return err
	}
	buf := make([]byte, 8<<10)
	for !s.looks || s.totals.Tiles < int64(len(s.look.Tiles)) {
		n, err := conn.Read(buf)
		if err != nil {
			return fmt.Errorf("screen: %w", err)
		}
		if err := s.take(buf[:n]); err != nil {
			return err
		}
	}
	return nil
}

// read takes what has come, through buf.
func (s *screen) read(buf []byte) error {
	n, err := unix.Read(s.fd, buf)
	switch {
	case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EINTR):
		return nil
	case err != nil:
		return fmt.Errorf("screen: %w", err)
	case n == 0:
		return fmt.Errorf("screen: %w", io.ErrUnexpectedEOF)
	}
	return s.take(buf[:n])
}

// take handles the frames that have come whole, and keeps the rest.
func (s *screen) take(came []byte) error {
	if len(s.rest) > 0 {
		s.rest = append(s.rest, came...)
		came = s.rest
	}
	var in bytes.Reader
	for {
		in.Reset(came)
		head, err := ws.ReadHeader(&in)
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || err == nil && int64(in.Len()) < head.Length {
			s.rest = append(s.rest[:0], came...)
			return nil
		}
		if err != nil {
			return fmt.Errorf("screen: %w", err)
		}
		body := came[len(came)-in.Len():][:head.Length]
		came = came[len(came)-in.Len()+len(body):]
		if err := s.handle(head, body); err != nil {
			return err
		}
	}
}

func (s *screen) handle(head ws.Header, body []byte) error {
	switch {
	case !head.Fin:
		return errors.New("screen: a frame in pieces")
	case head.OpCode == ws.OpBinary:
		s.totals.Tiles++
	case head.OpCode == ws.OpText:
		return s.hear(body)
	case head.OpCode == ws.OpPing:
		return s.write(ws.NewPongFrame(body))
	case head.OpCode == ws.OpClose:
		return fmt.Errorf("screen: closed: %q", body)
	}
	return nil
}

// hear takes one message. It looks into the bytes by hand: decoding the JSON would
// cost the machine more than the server spends on sending it.
func (s *screen) hear(data []byte) error {
	switch {
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

func (s *screen) send(message []byte) error { return s.write(ws.NewTextFrame(message)) }

// write never waits: what a screen says fits into its socket, unless the server has
// stopped reading it.
func (s *screen) write(f ws.Frame) error {
	bytes, err := ws.CompileFrame(ws.MaskFrame(f))
	if err != nil {
		return fmt.Errorf("screen: %w", err)
	}
	switch n, err := unix.Write(s.fd, bytes); {
	case err != nil:
		return fmt.Errorf("screen: %w", err)
	case n < len(bytes):
		return fmt.Errorf("screen: %w", io.ErrShortWrite)
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
