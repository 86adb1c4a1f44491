package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"quanxi/grid"
)

// A Frame is one message to a screen. Its bytes are shared between all who get
// it; only the number and the cursor are a connection's own.
type Frame struct {
	op   string
	rest []byte // the fields after n and cursor, each with a comma before it, and the brace
	at   Cursor // after which to resume; zero for a frame that is not of the log
}

// NewFrame returns a frame that is not of the log: op is its name, and rest the
// fields that follow, each with a comma before it, and the closing brace.
func NewFrame(op string, rest []byte) Frame { return Frame{op: op, rest: rest} }

// Append writes the frame as JSON with the connection's number n, and the cursor
// if it is not empty. The fields' order is fixed: op, n, cursor, the rest.
func (f Frame) Append(dst []byte, n uint64, cursor []byte) []byte {
	dst = append(dst, `{"op":"`...)
	dst = append(dst, f.op...)
	dst = append(dst, `","n":`...)
	dst = strconv.AppendUint(dst, n, 10)
	if len(cursor) > 0 {
		dst = append(dst, `,"cursor":"`...)
		dst = append(dst, cursor...)
		dst = append(dst, '"')
	}
	return append(dst, f.rest...)
}

// Cursor returns the place after which to resume once the frame has arrived, and
// false if the frame does not move it.
func (f Frame) Cursor() (Cursor, bool) { return f.at, f.at.Epoch != "" }

// changeFrame tells the new state of an entity, or that one asks for somebody.
func changeFrame(op string, n News) Frame {
	return Frame{op, fmt.Appendf(nil, `,"kind":%q,"id":%d,"revision":%d,"data":%s}`, n.Kind, n.ID, n.Revision, n.Body), n.cursor()}
}

// goneFrame tells that an entity was removed or is no longer the viewer's to
// see; which of the two is not said.
func goneFrame(n News) Frame {
	return Frame{"gone", fmt.Appendf(nil, `,"kind":%q,"id":%d,"revision":%d}`, n.Kind, n.ID, n.Revision), n.cursor()}
}

// A Reason says why a screen must begin anew.
type Reason string

// The reasons of a resync.
const (
	Slow     Reason = "slow"     // the reader fell a whole queue behind
	Reloaded Reason = "reloaded" // the server loaded another history
	TooOld   Reason = "too_old"  // the cursor is older than what the server remembers
	BulkLoad Reason = "load"     // a bulk load went live or was undone
	Rights   Reason = "rights"   // the viewer may see more or less than before
	Redrawn  Reason = "redrawn"  // divisions changed, and the viewer answers for events that nobody wrote to, or very many changed hands
)

func resyncFrame(why Reason, at Cursor) Frame {
	return Frame{"resync", fmt.Appendf(nil, `,"reason":%q}`, why), at}
}

// A state is the present value of something, of which only the newest counts.
type state struct {
	key  stateKey
	item []byte // JSON object; nil for counters, which are read when they are sent
	turn int64  // of the queue, that it waits for
}

type stateKey struct {
	topic Topic
	id    int64     // of a worker
	code  grid.Code // of a division
}

// StateFrames folds items, each a JSON object, into frames of a topic.
func StateFrames(topic Topic, items [][]byte) []Frame {
	var frames []Frame
	for len(items) > 0 {
		n := min(len(items), maxStates)
		rest := fmt.Appendf(nil, `,"topic":%q,"items":[%s]}`, topic, bytes.Join(items[:n], []byte{','}))
		frames, items = append(frames, NewFrame("state", rest)), items[n:]
	}
	return frames
}

// maxStates is the most states in one frame.
const maxStates = 500

// moveState is a worker's place as screens hear of it.
func moveState(m Move) state {
	lon, lat := m.Place.Degrees()
	item, err := json.Marshal(struct {
		ID   int64   `json:"id"`
		Lon  float64 `json:"lon"`
		Lat  float64 `json:"lat"`
		Name string  `json:"name"`
		At   string  `json:"at"`
	}{m.ID, lon, lat, m.Name, m.At.UTC().Format("2006-01-02T15:04:05.000Z07:00")})
	if err != nil {
		panic(err) // plain fields always marshal
	}
	return state{key: stateKey{topic: WorkersTopic, id: m.ID}, item: item}
}

// moveGone tells that a worker went out of the viewer's sight, by a state whose
// place is null, so that it conflates with the places.
func moveGone(id int64) state {
	return state{key: stateKey{topic: WorkersTopic, id: id}, item: fmt.Appendf(nil, `{"id":%d,"gone":true}`, id)}
}
