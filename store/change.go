package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"

	"quanxi/feed"
	"quanxi/grid"
)

// Digest returns the digest of a row of the log, by which two sides find out
// whether they speak of the same history.
func Digest(c feed.Change) []byte {
	h := sha256.New()
	for _, n := range []int64{c.Pos, c.ID, c.Revision, c.At.UnixMicro()} {
		_ = binary.Write(h, binary.BigEndian, n)
	}
	for _, text := range [][]byte{[]byte(c.Kind), []byte(c.Op), c.Body} {
		_ = binary.Write(h, binary.BigEndian, int64(len(text)))
		h.Write(text)
	}
	return h.Sum(nil)
}

// A Touched is one entity in an audit row.
type Touched struct {
	Kind     grid.Kind `json:"kind"`
	ID       int64     `json:"id"`
	Revision int64     `json:"revision,omitempty"`
	Op       string    `json:"op"`
}

// An Audit is what the audit row of a write says.
type Audit struct {
	Actor, Action, From string
	Touched             []Touched
}

// Detail returns what was touched as JSON.
func (a Audit) Detail() string {
	text, err := json.Marshal(a.Touched)
	if err != nil || len(a.Touched) == 0 {
		return "[]"
	}
	return string(text)
}

// An Outcome is what a carried-out write leaves behind: its audit, its changes
// and the refs of its receipt.
type Outcome struct {
	Audit   Audit
	Changes []feed.Change
	Refs    []grid.Ref // of Put, in order
}

// Assignment sets ids and revisions in place and takes them back if the
// transaction fails.
type Assignment struct {
	heads  []*grid.Head
	before []grid.Head
}

// Set gives a head its id and revision.
func (a *Assignment) Set(h *grid.Head, id, revision int64) {
	a.heads, a.before = append(a.heads, h), append(a.before, *h)
	h.ID, h.Revision = id, revision
}

// Undo restores all heads.
func (a *Assignment) Undo() {
	for i := len(a.heads) - 1; i >= 0; i-- {
		*a.heads[i] = a.before[i]
	}
}

// Decide plans a whole write. Every entity has its id, and state holds the rows
// of all of them. On success the heads carry their new revisions, through a.
func Decide(s *State, w grid.Write, a *Assignment, blank func(grid.Kind) (grid.Entity, error)) (*Plan, Outcome, error) {
	p := new(Plan)
	out := Outcome{Audit: Audit{Actor: w.Actor, Action: w.Action, From: w.From}}
	for _, e := range w.Put {
		if err := out.put(p, s, e, a); err != nil {
			return nil, out, err
		}
	}
	for _, ref := range w.Remove {
		empty, err := blank(ref.Kind)
		if err != nil {
			return nil, out, err
		}
		revision, err := p.Remove(s, ref, empty)
		if err != nil {
			return nil, out, err
		}
		out.note(feed.Change{Kind: ref.Kind, ID: ref.ID, Revision: revision, Op: feed.Remove})
	}
	for _, k := range w.Keys {
		out.Audit.Touched = append(out.Audit.Touched, Touched{k.Kind, k.ID, 0, "key"})
	}
	return p, out, nil
}

func (o *Outcome) put(p *Plan, s *State, e grid.Entity, a *Assignment) error {
	head := e.Entity()
	revision, err := p.Put(s, e)
	if err != nil {
		return err
	}
	a.Set(head, head.ID, revision)
	body, err := grid.EncodeJSON(e)
	if err != nil {
		return fmt.Errorf("change: %w", err)
	}
	o.note(feed.Change{Kind: e.Kind(), ID: head.ID, Revision: revision, Op: feed.Put, Body: body})
	o.Refs = append(o.Refs, grid.Ref{Kind: e.Kind(), ID: head.ID, Revision: revision})
	return nil
}

func (o *Outcome) note(c feed.Change) {
	o.Changes = append(o.Changes, c)
	o.Audit.Touched = append(o.Audit.Touched, Touched{c.Kind, c.ID, c.Revision, string(c.Op)})
}
