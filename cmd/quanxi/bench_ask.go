package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"quanxi/geo"
)

const (
	askedFor   = 21 * time.Second
	askedCold  = time.Second          // of it, that does not count: everything is new to both processes
	askedEvery = 2 * time.Millisecond // of each reader
)

// A reader answers something about a place, to whoever connects to its socket.
type reader struct {
	name   string
	answer func(place geo.Point) error
	socket net.Listener
}

// waited is how long somebody waited for each answer of a reader, the longest last.
type waited struct {
	name  string
	spans []time.Duration
}

// askAll has another process ask all readers side by side: it does not collect our
// garbage, and waits for nothing but answers. Sockets lie in folder while it does.
func askAll(ctx context.Context, folder string, readers []reader, places []geo.Point) ([]waited, error) {
	for i := range readers {
		socket, err := net.Listen("unix", filepath.Join(folder, readers[i].name))
		if err != nil {
			return nil, err
		}
		defer socket.Close()
		readers[i].socket = socket
	}
	failed := make([]error, len(readers))
	var serving sync.WaitGroup
	for i, r := range readers {
		serving.Go(func() { failed[i] = r.serve(places) })
	}
	spans, err := askBeside(ctx, readers)
	for _, r := range readers {
		r.socket.Close() // nobody connects any more
	}
	serving.Wait()
	all := make([]waited, len(spans))
	for i := range spans {
		slices.Sort(spans[i])
		all[i] = waited{readers[i].name, spans[i]}
	}
	return all, errors.Join(err, errors.Join(failed...))
}

// serve answers one connection until the other side closes it: four bytes name a place,
// one byte is the answer.
func (r reader) serve(places []geo.Point) error {
	conn, err := r.socket.Accept()
	if err != nil {
		return err
	}
	defer conn.Close()
	for question := make([]byte, 4); ; {
		if _, err := io.ReadFull(conn, question); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := r.answer(places[binary.BigEndian.Uint32(question)%uint32(len(places))]); err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		if _, err := conn.Write(question[:1]); err != nil {
			return err
		}
	}
}

// askBeside runs the asking process and returns what it waited, in the order of readers.
func askBeside(ctx context.Context, readers []reader) (spans [][]time.Duration, err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	var sockets []string
	for _, r := range readers {
		sockets = append(sockets, r.socket.Addr().String())
	}
	asking := exec.CommandContext(ctx, program, "bench", "--ask", strings.Join(sockets, ","))
	asking.Stderr = os.Stderr
	out, err := asking.Output()
	if err != nil {
		return nil, fmt.Errorf("the asking process: %w", err)
	}
	err = json.NewDecoder(bytes.NewReader(out)).Decode(&spans)
	if err == nil && len(spans) != len(readers) {
		err = fmt.Errorf("the asking process asked %d of %d readers", len(spans), len(readers))
	}
	return spans, err
}

// askSockets is the asking process. It writes the spans of each socket, in nanoseconds.
func askSockets(ctx context.Context, sockets []string, out io.Writer) error {
	spans, failed := make([][]time.Duration, len(sockets)), make([]error, len(sockets))
	var asking sync.WaitGroup
	for i, socket := range sockets {
		asking.Go(func() { spans[i], failed[i] = askSocket(ctx, socket) })
	}
	asking.Wait()
	return errors.Join(errors.Join(failed...), json.NewEncoder(out).Encode(spans))
}

// askSocket asks one reader at fixed moments for a while. A question that is late because
// the answer before it was counts from when it was due; one that is late because this
// process was not woken counts from when it is asked.
func askSocket(ctx context.Context, socket string) (spans []time.Duration, err error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	rnd := rand.New(rand.NewPCG(3, 4))
	began, answered := time.Now(), time.Duration(0)
	for due := time.Duration(0); due < askedFor && ctx.Err() == nil; due += askedEvery {
		pause(ctx, due-time.Since(began))
		from := time.Since(began)
		if answered > due {
			from = due
		}
		question := binary.BigEndian.AppendUint32(nil, rnd.Uint32())
		if _, err := conn.Write(question); err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(conn, question[:1]); err != nil {
			return nil, err
		}
		if answered = time.Since(began); due >= askedCold {
			spans = append(spans, answered-from)
		}
	}
	return spans, nil
}
