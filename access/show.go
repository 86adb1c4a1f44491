package access

import (
	"context"
	"slices"
	"time"

	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

// A Showing is how close a field about somebody is shown.
type Showing uint8

// The showings, each closer than the one before.
const (
	Hidden Showing = iota // nothing of it
	Masked                // 张*
	Open
)

var showingNames = [...]string{Hidden: "hidden", Masked: "masked", Open: "open"}

// String returns the name of a showing as records say it.
func (s Showing) String() string { return showingNames[s] }

// A Subject is somebody a record is about, and what decides how it is shown.
type Subject struct {
	grid.Ref // without revision
	Area     grid.Code
	Minor    bool
	// SinceBirth is of who has lived there since the year of birth: since when would tell
	// the day of birth, or what it cannot be.
	SinceBirth bool
}

// adult is the age from which somebody is no minor any more (民法典 Art. 17).
const adult = 18

// isMinor reports whether somebody is shown as a minor: until the year is over in which he
// comes of age. If it ended on the birthday, whoever looks day by day would see the day of
// birth, of which the masked are shown the year alone.
func isMinor(born, today grid.Date) bool {
	return born != 0 && born.OnlyYear().Years(today.OnlyYear()) <= adult
}

// subjectOf returns whom a record is about; nil if about nobody.
func (v *View) subjectOf(ctx context.Context, e grid.Entity) (*Subject, error) {
	if IdentityFields(e.Kind()) == nil {
		return nil, nil
	}
	area, err := v.areaOf(ctx, e)
	if err != nil {
		return nil, err
	}
	s := &Subject{Ref: grid.Ref{Kind: e.Kind(), ID: e.Entity().ID}, Area: area}
	if p, ok := e.(*grid.Person); ok {
		s.Minor = isMinor(p.Born, grid.DateOf(v.clock()))
		s.SinceBirth = p.Born != 0 && p.Since.OnlyYear() == p.Born.OnlyYear()
	}
	return s, nil
}

// Identity returns how name, ID number and phone of somebody whom the viewer sees are
// shown, and with them the day of birth: beside a masked ID number, which holds it, it would
// leave some ninety numbers to try. What was opened for a reason closes with the right to
// open it.
func (v *Viewer) Identity(s *Subject) Showing {
	switch {
	case v.unmasked(s.Ref) && v.MayUnmask(s) == nil:
		return Open
	case s.Minor:
		return Hidden
	}
	return Masked
}

// SeesCare reports whether the viewer has the duty that tags of care in an area serve, by a
// post that shows people: a doctor comes for an event and reads no register.
func (v *Viewer) SeesCare(area grid.Code) bool {
	return v.signedIn && v.grant.MayAll(role.SetOf(role.SeePeople, role.SeeCare), area)
}

// MayUnmask returns nil if the viewer may see the identity of somebody in an area in the
// open, for a reason; grid.ErrNotFound if not even the record, else ErrForbidden.
func (v *Viewer) MayUnmask(s *Subject) error {
	if v.account == localAccount { // nobody in particular: nothing could be kept of it
		return ErrForbidden
	}
	return v.may(role.Unmask, s.Kind, s.Area)
}

// unmasked reports whether the viewer has given a reason to see a record in the open.
func (v *Viewer) unmasked(ref grid.Ref) bool {
	return slices.ContainsFunc(v.unmaskings, func(u Unmasked) bool { return u.Kind == ref.Kind && u.ID == ref.ID })
}

// An Unmasked is a record that an account sees in the open for a time.
type Unmasked struct {
	grid.Ref // without revision
	Ends     time.Time
}

func unmaskedBy(u *staff.Unmasking) Unmasked {
	return Unmasked{grid.Ref{Kind: u.Of, ID: u.Subject}, u.Ends}
}

// obscure takes from somebody's record what the viewer is not shown of it besides the
// identity: of the masked stays the year of birth, of minors nothing of it.
func (v *Viewer) obscure(p *grid.Person, s *Subject) {
	switch v.Identity(s) {
	case Hidden:
		p.Born, p.Since = 0, 0
	case Masked:
		p.Born = p.Born.OnlyYear()
		if s.SinceBirth {
			p.Since = p.Since.OnlyYear()
		}
	}
	if !v.SeesCare(s.Area) {
		p.Care = nil
	}
}

// maySet reports whether the viewer is shown a field, and so may set it (RULES B4).
func (v *Viewer) maySet(field string, s *Subject) bool {
	switch field {
	case "name", "id_number", "phone":
		return v.Identity(s) == Open || s.Kind == grid.Workers && field == "name"
	case "born":
		return v.Identity(s) == Open
	case "since":
		how := v.Identity(s)
		return how == Open || how == Masked && !s.SinceBirth
	case "care":
		return v.SeesCare(s.Area)
	}
	return true
}
