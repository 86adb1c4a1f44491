package socket

import (
	"bytes"
	"cmp"
	"errors"
	"net"
	"slices"
	"syscall"
	"time"

	"github.com/gobwas/ws"
	"golang.org/x/sys/unix"
)

// A wire writes whole frames of the websocket protocol to one connection. Nothing else
// writes to it, but for the library that reads it, which tells a client that breaks the
// protocol so, and reads no more. It is used by one goroutine at a time.
type wire struct {
	conn  net.Conn
	raw   syscall.RawConn // of conn; nil where a write cannot be tried, as under TLS
	limit time.Duration   // until one write must be done
	rest  []byte          // of a frame that the system took only in part
	err   error           // of the write that failed

	lookout *lookout // while frames are written; nil before anybody is let in
}

func newWire(conn net.Conn, limit time.Duration) wire {
	w := wire{conn: conn, limit: limit}
	if tcp, ok := conn.(*net.TCPConn); ok {
		// A connection that has none yet is written to as TLS is.
		w.raw, _ = tcp.SyscallConn()
	}
	return w
}

// write sends a frame, and first what is left of the one before. It waits for a slow
// reader until the limit, or until the lookout ends it, and then says why. Nothing can be
// written after an error.
func (w *wire) write(frame []byte) error {
	if w.lookout == nil {
		return w.writeWithin(frame, w.limit)
	}
	w.lookout.begin()
	err := w.writeWithin(frame, w.limit)
	if why := w.lookout.end(); err != nil && why != nil {
		return why
	}
	return err
}

func (w *wire) writeWithin(frame []byte, limit time.Duration) error {
	if w.err != nil {
		return w.err
	}
	if w.err = w.conn.SetWriteDeadline(time.Now().Add(limit)); w.err != nil {
		return w.err
	}
	for _, part := range [][]byte{w.rest, frame} {
		if len(part) == 0 {
			continue
		}
		if _, w.err = w.conn.Write(part); w.err != nil {
			return w.err
		}
	}
	w.rest = nil
	return nil
}

// end sends the last frame, for which it waits so long. Nothing can be written after it.
func (w *wire) end(frame []byte, limit time.Duration) error {
	err := w.writeWithin(frame, limit)
	w.err = cmp.Or(w.err, net.ErrClosed)
	return err
}

// free reports whether the next frame can be tried.
func (w *wire) free() bool { return w.err == nil && len(w.rest) == 0 }

// isAmid reports whether the rest of a frame is still to be written.
func (w *wire) isAmid() bool { return w.err == nil && len(w.rest) > 0 }

// abandon gives up what is left. Nothing can be written after it.
func (w *wire) abandon() { w.rest, w.err = nil, net.ErrClosed }

// flush is write for what is left alone.
func (w *wire) flush() error {
	if len(w.rest) == 0 {
		return nil
	}
	return w.write(nil)
}

// try sends a frame as far as the system takes it without waiting, and reports how many
// bytes that are. The rest of a frame that has begun is left to the next write. The wire
// must be free.
func (w *wire) try(frame []byte) (sent int) {
	// An error is of a connection that has ended, as the next write says.
	_ = w.raw.Control(func(fd uintptr) {
		n, err := unix.Write(int(fd), frame)
		for errors.Is(err, unix.EINTR) {
			n, err = unix.Write(int(fd), frame)
		}
		sent = max(n, 0)
	})
	if sent > 0 {
		w.rest = slices.Clone(frame[sent:])
	}
	return sent
}

// A message is a frame of the websocket protocol in the making: room for its head, and
// the payload behind it.
type message []byte

// newMessage begins a message in the room of another, which is used up.
func newMessage(room message) message {
	var head [ws.MaxHeaderSize]byte
	return append(room[:0], head[:]...)
}

// frame returns the message with its head. The message is the payload's alone after it.
func (m message) frame(code ws.OpCode) []byte {
	head := ws.Header{Fin: true, OpCode: code, Length: int64(len(m) - ws.MaxHeaderSize)}
	begin := ws.MaxHeaderSize - ws.HeaderSize(head)
	// A buffer takes every write, and this one has the room.
	_ = ws.WriteHeader(bytes.NewBuffer(m[begin:begin]), head)
	return m[begin:]
}
