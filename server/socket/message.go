package socket

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"quanxi/feed"
	"quanxi/geo"
)

// A refusal tells a client what is wrong with its message. The connection stays.
type refusal struct {
	code   string // stable, for programs
	detail string // for people
	id     uint32 // of the tile request concerned; 0 if none
}

func (r *refusal) Error() string { return r.code + ": " + r.detail }

// The codes of refusals.
const (
	notJSON    = "not_json"
	unknownOp  = "unknown_op"
	badField   = "bad_field"
	helloFirst = "hello_first"
	helloTwice = "hello_twice"
	tooMany    = "too_many"
	noTile     = "no_tile"
	notReady   = "not_ready"
	notHeld    = "not_held"
)

// The messages of a client.
type (
	hello struct {
		Token  string   `json:"token"`
		Resume string   `json:"resume"`
		Sets   []string `json:"sets"`
	}
	viewOp struct {
		Bbox   []*float64   `json:"bbox"` // nil where it says null
		Zoom   float64      `json:"zoom"`
		Layers []string     `json:"layers"`
		Topics []feed.Topic `json:"topics"`
	}
	tileOp struct {
		ID      uint32 `json:"id"`
		Layers  string `json:"layers"`
		Z       uint8  `json:"z"`
		X       uint32 `json:"x"`
		Y       uint32 `json:"y"`
		Version string `json:"version"` // that the client holds, 16 hexadecimal digits; empty if none
	}
	cancelOp struct {
		ID uint32 `json:"id"`
	}
	ping struct{}
)

// parse reads one message of a client: a *hello, *viewOp, *tileOp, *cancelOp or
// *ping. The error is a *refusal.
func parse(data []byte) (any, error) {
	var head struct {
		Op *string `json:"op"`
	}
	err := json.Unmarshal(data, &head)
	var syntax *json.SyntaxError
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) || errors.As(err, &syntax) {
		return nil, &refusal{code: notJSON, detail: "a message is one JSON object"}
	}
	if err != nil || head.Op == nil {
		return nil, &refusal{code: unknownOp, detail: "op must be a string"}
	}
	var op any
	switch *head.Op {
	case "hello":
		op = new(hello)
	case "view":
		op = new(viewOp)
	case "tile":
		op = new(tileOp)
	case "cancel":
		op = new(cancelOp)
	case "ping":
		op = new(ping)
	default:
		return nil, &refusal{code: unknownOp, detail: fmt.Sprintf("no op %.40q", *head.Op)}
	}
	if err := json.Unmarshal(data, op); err != nil {
		return nil, fieldRefusal(err)
	}
	return op, refuseNull(*head.Op, data)
}

// refuseNull names a field that is null, which encoding/json takes for one that is
// absent. Who says hello may well have no token and nothing to resume.
func refuseNull(op string, data []byte) error {
	var fields map[string]json.RawMessage
	if op == "hello" || !bytes.Contains(data, []byte("null")) || json.Unmarshal(data, &fields) != nil {
		return nil
	}
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		if string(fields[field]) == "null" {
			return &refusal{code: badField, detail: fmt.Sprintf("%.40s must not be null", field)}
		}
	}
	return nil
}

// fieldRefusal names the field that has the wrong type, without Go's own words.
func fieldRefusal(err error) *refusal {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		return &refusal{code: badField, detail: wrong.Field + " has the wrong type or is out of range"}
	}
	return &refusal{code: badField, detail: "a field has the wrong type"}
}

// view returns the view that is asked for. The error is a *refusal.
func (v *viewOp) view(sets *feed.Sets) (feed.View, error) {
	refuse := func(detail string) (feed.View, error) {
		return feed.View{}, &refusal{code: badField, detail: detail}
	}
	if len(v.Bbox) != 4 {
		return refuse("bbox must be [west, south, east, north] in degrees")
	}
	var at [4]float64
	for i, limit := range []float64{180, 90, 180, 90} {
		if v.Bbox[i] == nil || !(math.Abs(*v.Bbox[i]) <= limit) {
			return refuse("bbox must be within ±180 and ±90 degrees")
		}
		at[i] = *v.Bbox[i]
	}
	var layers []string
	for _, set := range v.Layers {
		if _, err := sets.Number(set); err != nil {
			return refuse(fmt.Sprintf("layers: no layer %.40q", set))
		}
		layers = append(layers, strings.Split(set, ",")...)
	}
	view := feed.View{
		Envelope: geo.Envelope{Min: geo.At(at[0], at[1]), Max: geo.At(at[2], at[3])},
		Zoom:     v.Zoom, Layers: layers, Topics: v.Topics,
	}
	if err := view.Check(); err != nil {
		return refuse(err.Error())
	}
	return view, nil
}

// tile returns the address that is asked for and the version that the client
// holds. The error is a *refusal.
func (t *tileOp) tile(sets *feed.Sets) (at feed.Tile, held uint64, err error) {
	refuse := func(detail string) (feed.Tile, uint64, error) {
		return feed.Tile{}, 0, &refusal{code: badField, detail: detail, id: t.ID}
	}
	if t.ID == 0 {
		return refuse("id must be a number from 1 to 4294967295")
	}
	set, err := sets.Number(t.Layers)
	if err != nil {
		return refuse(fmt.Sprintf("layers: no such layer in %.80q", t.Layers))
	}
	if t.Z > feed.MaxZoom || uint64(t.X) >= 1<<t.Z || uint64(t.Y) >= 1<<t.Z {
		return refuse(fmt.Sprintf("there is no tile %d/%d/%d", t.Z, t.X, t.Y))
	}
	if t.Version != "" {
		if held, err = strconv.ParseUint(t.Version, 16, 64); err != nil || len(t.Version) != 16 {
			return refuse("version must be 16 hexadecimal digits")
		}
	}
	return feed.Tile{Set: set, Z: t.Z, X: t.X, Y: t.Y}, held, nil
}
