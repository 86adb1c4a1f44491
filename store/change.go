package store

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"

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

// An Outcome is what a carried-out write leaves behind: its audit, its changes
// and the refs of its receipt.
type Outcome struct {
	Audit   grid.AuditRow
	Changes []feed.Change
	Refs    []grid.Ref // of Put, in order
	Erased  []grid.Ref // of Erase, in order

	touched []Touched
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
// of all of them and of what they name. On success the heads carry their new revisions, through a.
func Decide(s *State, w grid.Write, a *Assignment, blank func(grid.Kind) (grid.Entity, error)) (*Plan, Outcome, error) {
	p := new(Plan)
	out := Outcome{Audit: auditOf(w)}
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
	for _, e := range w.Put {
		for _, r := range grid.References(e) {
			if err := p.name(s, r); err != nil && !slices.Contains(w.Named, r) {
				return nil, out, r.Missing(e.Kind())
			}
		}
	}
	for _, k := range w.Keys {
		out.touched = append(out.touched, Touched{k.Kind, k.ID, 0, "key"})
	}
	for _, ref := range w.Erase {
		out.Erased = append(out.Erased, grid.Ref{Kind: ref.Kind, ID: ref.ID})
		out.touched = append(out.touched, Touched{ref.Kind, ref.ID, 0, "erase"})
	}
	out.Audit.Touched = TouchedList(out.touched...)
	return p, out, nil
}

func (o *Outcome) put(p *Plan, s *State, e grid.Entity, a *Assignment) error {
	head := e.Entity()
	revision, err := p.Put(s, e)
	if err != nil {
		return err
	}
	a.Set(head, head.ID, revision)
	body, err := grid.EncodeChange(e)
	if err != nil {
		return fmt.Errorf("change: %w", err)
	}
	o.note(feed.Change{Kind: e.Kind(), ID: head.ID, Revision: revision, Op: feed.Put, Body: body})
	o.Refs = append(o.Refs, grid.Ref{Kind: e.Kind(), ID: head.ID, Revision: revision})
	return nil
}

func (o *Outcome) note(c feed.Change) {
	o.Changes = append(o.Changes, c)
	o.touched = append(o.touched, Touched{c.Kind, c.ID, c.Revision, string(c.Op)})
}
