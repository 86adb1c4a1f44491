package access

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// A File is all that is held on one data subject, as one viewer sees it.
type File struct {
	Person json.RawMessage `json:"person"`
	// Residences are the other records of the same human being: of an ID number there is
	// one for each home.
	Residences []json.RawMessage `json:"residences"`
	Household  json.RawMessage   `json:"household"`
	Home       *FileHome         `json:"home"`
	Devices    []json.RawMessage `json:"devices"` // bound to the home
	Sources    []FileSource      `json:"sources"`
	Unmaskings []Shown           `json:"unmaskings"`
	Accesses   []Access          `json:"accesses"`
	History    []FileRevision    `json:"history"`
	Kept       []Retained        `json:"kept"`
}

// rowsAbout counts the rows about records of a kind themselves.
func (f *File) rowsAbout(kind grid.Kind) (n int) {
	for _, a := range f.Accesses {
		if a.Of == kind {
			n++
		}
	}
	return n
}

// A FileHome is where somebody lives.
type FileHome struct {
	Dwelling json.RawMessage `json:"dwelling"`
	Building int64           `json:"building"`
	Name     string          `json:"name"`
	Code     string          `json:"code"`
	Address  string          `json:"address"`
}

// A FileSource says where records came from: an import, with the id that it had there.
type FileSource struct {
	Load     int64     `json:"load"`
	About    string    `json:"about"`
	External string    `json:"external"`
	At       time.Time `json:"at"`
}

// A FileRevision is one state that a record had. What was in it stays sealed.
type FileRevision struct {
	ID       int64     `json:"id"`
	Revision int64     `json:"revision"`
	At       time.Time `json:"at"`
	Op       string    `json:"op" enum:"put,remove,live"`
}

// Shown is one time at which somebody was shown the record in the open.
type Shown struct {
	Who    Who          `json:"who"`
	Reason staff.Reason `json:"reason"`
	Event  int64        `json:"event,omitempty"` // absent also if it is not there for the viewer
	Began  time.Time    `json:"began"`
	Ends   time.Time    `json:"ends"`
}

// An Access is a row of the audit about a record, or about everybody in the home or household that
// it names now, which may be one in which somebody else was shown.
type Access struct {
	At     time.Time        `json:"at"`
	Who    Who              `json:"who"`
	Of     grid.Kind        `json:"of" enum:"people,workers,dwellings,households" doc:"whose row it is: the record's own; or of whoever lives in the home, or belongs to the household, that the record names now"`
	Action string           `json:"action"`
	Words  string           `json:"words"` // the action as people say it, and whether it was tried only
	Result grid.AuditResult `json:"result"`
	Count  int64            `json:"count"`
	Detail string           `json:"detail,omitempty"`
}

// Who is somebody by the posts of the moment; none are known of whoever has left.
type Who struct {
	Name  string     `json:"name"`
	Posts []HeldPost `json:"posts"`
}

// A HeldPost is a role in an area.
type HeldPost struct {
	Role string    `json:"role"`
	Area grid.Code `json:"area"`
}

// Retained is what stays of somebody who is erased, and by which law. It holds no name, no
// ID number and no phone.
type Retained struct {
	What   string `json:"what" enum:"audit"`
	Law    string `json:"law"`
	Months int64  `json:"months" doc:"how long it is kept here, as the settings say"`
	Least  int64  `json:"least" doc:"how many months the law asks for"`
	Rows   int    `json:"rows"`
}

// keptAudit returns what stays of rows of the audit while settings are in force.
func keptAudit(s *staff.Settings, rows int) []Retained {
	return []Retained{{What: "audit", Law: "网络安全法 第二十一条第（三）项", Months: auditMonths(s), Least: staff.LeastAuditMonths, Rows: rows}}
}

// File returns all that is held on somebody, masked as the viewer sees it, and leaves a
// row in the audit. It is for whoever keeps the record; the error is as of MayChange.
func (v *View) File(ctx context.Context, kind grid.Kind, id int64) (File, error) {
	e, whose, err := v.kept(ctx, kind, id)
	if err != nil {
		return File{}, err
	}
	r, _ := ruleOf(kind)
	if err := v.trace(ctx, "view-file", refOf(e), v.viewer.post(r.change, whose.Area), ""); err != nil {
		return File{}, err
	}
	return v.gather(ctx, e)
}

// Purposes are those for which a file leaves in the open.
func Purposes() []string { return []string{"request", "transfer", "authority"} }

// FileCopy is File in the open, as the person asked for it: for whoever keeps the record,
// may unmask it and sees tags of care, so that nothing is missing. It counts as an Unmask,
// also towards the WaitError.
func (v *View) FileCopy(ctx context.Context, kind grid.Kind, id int64, purpose string) (File, error) {
	e, whose, err := v.kept(ctx, kind, id)
	if err == nil {
		err = v.viewer.MayUnmask(whose)
	}
	switch {
	case err != nil:
		return File{}, err
	case kind == grid.People && !v.viewer.SeesCare(whose.Area):
		return File{}, ErrForbidden
	case !slices.Contains(Purposes(), purpose):
		return File{}, refuse(kind, "purpose", fmt.Sprintf("must be one of %v", Purposes()))
	}
	if err := v.take(v.opens, 1); err != nil {
		return File{}, err
	}
	others, err := v.othersOf(ctx, e)
	if err != nil {
		return File{}, err
	}
	if err := v.trace(ctx, "file", refOf(e), v.viewer.post(role.Unmask, whose.Area), purpose); err != nil {
		return File{}, err
	}
	open := *v
	for _, one := range append(others, e) {
		if subject, err := v.subjectOf(ctx, one); err == nil && v.viewer.MayUnmask(subject) == nil {
			open.viewer = open.viewer.with(Unmasked{Ref: subject.Ref})
		}
	}
	return open.gather(ctx, e)
}

// kept reads somebody whose record the viewer keeps.
func (v *View) kept(ctx context.Context, kind grid.Kind, id int64) (grid.Entity, *Subject, error) {
	e, err := v.entity(ctx, kind, id)
	if err != nil {
		return nil, nil, err
	}
	whose, err := v.subjectOf(ctx, e)
	switch {
	case err != nil:
		return nil, nil, err
	case whose == nil:
		return nil, nil, fmt.Errorf("file of %s: %w", kind, grid.ErrNotFound)
	}
	return e, whose, v.viewer.MayChange(kind, whose.Area)
}

// trace leaves a row of something that is read by a post.
func (v *View) trace(ctx context.Context, verb string, of grid.Ref, post, detail string) error {
	return v.store.Audit(ctx, []grid.AuditRow{{
		Actor: v.viewer.account, Post: post, From: v.from, Action: action(of.Kind, verb), Object: objectOf(of), Detail: detail,
	}})
}

// othersOf returns the other records of the same human being that the viewer keeps, of
// those that this node holds.
func (v *View) othersOf(ctx context.Context, e grid.Entity) (others []grid.Entity, err error) {
	p, ok := e.(*grid.Person)
	if !ok || len(p.IDDigest) == 0 {
		return nil, nil
	}
	for other, err := range v.store.Entities(ctx, grid.People, grid.Query{Column: "id_digest", Values: []string{string(p.IDDigest)}}) {
		if err != nil {
			return nil, err
		}
		held, err := v.isHeld(ctx, other)
		if err != nil {
			return nil, err
		}
		whose, err := v.subjectOf(ctx, other)
		if err != nil {
			return nil, err
		}
		if held && v.viewer.MayChange(grid.People, whose.Area) == nil && other.Entity().ID != p.ID {
			others = append(others, other)
		}
	}
	return others, nil
}

// MayFind reports whether the viewer may look for people by a number at all.
func (v *Viewer) MayFind() bool { return v.has(role.SeePeople) }
