// Package feedload is the other end of the feed, many times over: a process of its
// own that opens screens on a running server and writes down what reaches them
// when, so that the load generator's work is not the server's.
//
// It knows nothing of the server but docs/FEED.md.
package feedload

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// A Config says what the screens do. It goes to the process as one line of JSON.
type Config struct {
	URL     string   `json:"url"` // of the feed, ws:// or wss://
	Token   string   `json:"token,omitempty"`
	Screens int      `json:"screens"`
	Looks   []Look   `json:"looks"`            // screen i takes number i modulo their number
	Opening int      `json:"opening"`          // screens that connect at once; 64 if zero
	Header  []string `json:"header,omitempty"` // "Name: value"
}

// A Look is a view, and the tiles that it shows. The tiles are asked for at the
// start and whenever they are stale.
type Look struct {
	View  json.RawMessage `json:"view"`
	Tiles []Tile          `json:"tiles,omitempty"`
}

// A Tile is the address of a tile as the feed writes it.
type Tile struct {
	Layers string `json:"layers"`
	Z      uint8  `json:"z"`
	X      uint32 `json:"x"`
	Y      uint32 `json:"y"`
}

// A Receipt is one change that one screen got.
type Receipt struct {
	ID, Revision int64
	At           int64 // Unix time in nanoseconds
	Tiles        int64 // tiles that the screen had got by then
}

// Totals is what all screens got together.
type Totals struct {
	Receipts []Receipt
	Tiles    int64 // binary frames
	Resyncs  int64
}

// Serve is the body of the process: it reads a Config from in, opens the screens,
// writes "ready", and when in ends writes what it saw. It returns an error if a
// screen cannot be opened or a connection breaks.
func Serve(ctx context.Context, in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("config: %w", err)
	}
	var c Config
	if err := json.Unmarshal(line, &c); err != nil {
		return fmt.Errorf("config: %w", err)
	}
	screens, err := open(ctx, c)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, lines); err != nil {
		return err
	}
	totals, err := screens.close()
	if err != nil {
		return err
	}
	return totals.write(out)
}

func (t Totals) write(out io.Writer) error {
	w := bufio.NewWriter(out)
	head := []int64{int64(len(t.Receipts)), t.Tiles, t.Resyncs}
	if err := errors.Join(binary.Write(w, binary.BigEndian, head), binary.Write(w, binary.BigEndian, t.Receipts)); err != nil {
		return err
	}
	return w.Flush()
}

func readTotals(in io.Reader) (Totals, error) {
	head := make([]int64, 3)
	if err := binary.Read(in, binary.BigEndian, head); err != nil {
		return Totals{}, fmt.Errorf("totals: %w", err)
	}
	t := Totals{Receipts: make([]Receipt, head[0]), Tiles: head[1], Resyncs: head[2]}
	if err := binary.Read(in, binary.BigEndian, t.Receipts); err != nil {
		return Totals{}, fmt.Errorf("receipts: %w", err)
	}
	return t, nil
}

// A Process is a running load.
type Process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

// Start runs cmd, whose main calls Serve on its standard input and output, and
// returns when all its screens are open.
func Start(cmd *exec.Cmd, c Config) (*Process, error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	p := &Process{cmd, in, bufio.NewReader(out)}
	if err := p.greet(c); err != nil {
		in.Close() // ends the process, if it has not ended of itself
		return nil, errors.Join(err, cmd.Wait())
	}
	return p, nil
}

func (p *Process) greet(c Config) error {
	line, err := json.Marshal(c)
	if err != nil {
		return err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	switch answer, err := p.out.ReadString('\n'); {
	case err != nil:
		return fmt.Errorf("load: %w", err)
	case strings.TrimSpace(answer) != "ready":
		return fmt.Errorf("load: said %.80q", answer)
	}
	return nil
}

// Stop ends the process and returns what it saw.
func (p *Process) Stop() (Totals, error) {
	if err := p.in.Close(); err != nil {
		return Totals{}, err
	}
	totals, err := readTotals(p.out)
	return totals, errors.Join(err, p.cmd.Wait())
}
