package socket

import (
	"bytes"
	"io"
	"net"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// pair returns a wire over TCP, and its other end.
func pair(t *testing.T) (wire, net.Conn) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	far, err := net.Dial("tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	near, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	return newWire(near, 10*time.Second), far
}

// fill writes until the socket takes no byte more, and returns how many it took.
func fill(w *wire) (bytes int64) {
	chunk := make([]byte, 1<<20)
	for n := w.try(chunk); n > 0; n = w.try(chunk) {
		bytes += int64(n)
	}
	w.rest = nil
	return bytes
}

// readFrame reads one frame of a few kilobytes.
func readFrame(from io.Reader) (ws.Frame, error) {
	head, err := ws.ReadHeader(from)
	if err != nil {
		return ws.Frame{}, err
	}
	payload := make([]byte, head.Length)
	_, err = io.ReadFull(from, payload)
	return ws.Frame{Header: head, Payload: payload}, err
}

func TestAMessageHasTheHeadOfItsLength(t *testing.T) {
	var room message
	for _, length := range []int{0, 1, 125, 126, 65_535, 65_536, 3} {
		payload := bytes.Repeat([]byte{'x'}, length)
		room = append(newMessage(room), payload...)
		got, err := readFrame(bytes.NewReader(room.frame(ws.OpBinary)))
		if err != nil || !got.Header.Fin || got.Header.OpCode != ws.OpBinary || got.Header.Masked || !bytes.Equal(got.Payload, payload) {
			t.Errorf("%d bytes: %+v, %v", length, got.Header, err)
		}
	}
}

// Tries and writes of frames of all lengths come out whole and in order at a reader who
// begins only when nothing fits any more.
func TestWhatASocketTakesInPartIsSentWhole(t *testing.T) {
	w, far := pair(t)
	frame := func(i int) []byte {
		return append(newMessage(nil), bytes.Repeat([]byte{byte(i)}, i*977%70_000)...).frame(ws.OpText)
	}
	n := 0 // frames that have begun
	for w.free() && w.try(frame(n)) > 0 {
		n++
	}
	read := make(chan error, 1)
	const more = 20
	go func() {
		for i := range n + more {
			got, err := readFrame(far)
			if err != nil || !bytes.Equal(ws.MustCompileFrame(got), frame(i)) {
				read <- err
				t.Errorf("frame %d of %d: %d bytes, %v", i, n, got.Header.Length, err)
				return
			}
		}
		read <- nil
	}()
	for i := range more {
		if err := w.write(frame(n + i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-read; err != nil {
		t.Fatal(err)
	}
	if len(w.rest) != 0 || w.try(frame(1)) != len(frame(1)) {
		t.Error("it does not go on at once afterwards")
	}
}

func TestAReaderWhoHasGoneIsFoundOutByTheNextWrite(t *testing.T) {
	w, far := pair(t)
	far.Close()
	w.conn.Close()
	if w.try([]byte("late")) > 0 {
		t.Fatal("sent to nobody")
	}
	err := w.write([]byte("later"))
	if err == nil || w.write(nil) != err {
		t.Errorf("%v, then %v", err, w.write(nil))
	}
}

func TestAWriteGivesUpAReaderWhoNeverReads(t *testing.T) {
	w, far := pair(t)
	w.limit = 20 * time.Millisecond
	fill(&w)
	if err := w.write([]byte("late")); err == nil {
		t.Error("no error")
	}
	if _, err := io.CopyN(io.Discard, far, 1); err != nil {
		t.Error(err)
	}
}
