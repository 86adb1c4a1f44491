package role

import (
	"errors"
	"fmt"
	"regexp"

	"quanxi/grid"
)

// ErrRole reports a role that may not be.
var ErrRole = errors.New("not a role")

// A Role is a kind of post: what whoever holds it may do where they hold it.
type Role struct {
	Code   string // such as grid-worker
	Rights Set
	// Personal is the highest level at which a post of the role shows single homes
	// and people. Posts above it get the numbers only: a county counts, it does not
	// read names.
	Personal grid.Level
}

var codePattern = regexp.MustCompile(`^[a-z][a-z-]{1,39}$`)

// Check returns an error that wraps ErrRole and says why a role may not be.
func (r Role) Check() error {
	switch {
	case !codePattern.MatchString(r.Code):
		return fmt.Errorf("%w: code %.40q: small letters and hyphens only", ErrRole, r.Code)
	case r.Rights>>rights != 0:
		return fmt.Errorf("%w: %s: rights that there are not", ErrRole, r.Code)
	case r.Rights&personal != 0 && (r.Personal < grid.CityLevel || r.Personal > grid.MicroGridLevel):
		return fmt.Errorf("%w: %s: shows people but does not say up to which level", ErrRole, r.Code)
	}
	if err := r.Rights.check(); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrRole, r.Code, err)
	}
	return nil
}

// ErrOffices reports rights that one person may not have together.
var ErrOffices = errors.New("the posts do not go together")

// check refuses rights that one person may not have (RULES B3). The error wraps ErrOffices.
func (s Set) check() error {
	var office Set
	for _, theirs := range administrations {
		if s&theirs == 0 {
			continue
		}
		if office != 0 {
			return fmt.Errorf("%w: the rights of two administrators", ErrOffices)
		}
		office = theirs
	}
	if office != 0 && s&^office != 0 {
		return fmt.Errorf("%w: an administrator has no other rights, but this one %s", ErrOffices, s&^office)
	}
	return nil
}

// CheckTogether refuses roles whose rights one person may not have at once, wherever. A code
// that is not in the table gives none. The error wraps ErrOffices.
func CheckTogether(codes []string, table map[string]Role) error {
	var all Set
	for _, code := range codes {
		all |= table[code].Rights
	}
	return all.check()
}

// At returns the rights of a post at a level.
func (r Role) At(level grid.Level) Set {
	if level < r.Personal {
		return r.Rights &^ personal
	}
	return r.Rights
}

// NeedsSecondFactor reports whether whoever has the rights must sign in with more
// than a password: administrators and whoever may unmask.
func (s Set) NeedsSecondFactor() bool { return s.Administers() || s.Has(Unmask) }

// Administers reports whether any of the rights is an administrator's.
func (s Set) Administers() bool { return s&administrative != 0 }

// Shipped returns the roles that a new store begins with, by code. The caller owns
// the result.
func Shipped() map[string]Role {
	look := SetOf(SeeNumbers, SeeDevices, SeeStaff, SeeEvents)
	tend := look | SetOf(SeeHomes, SeePeople, SeeCare, ReportEvents, HandleEvents, KeepThings, KeepPeople, Unmask)
	table := []Role{
		{"grid-worker", tend, grid.GridLevel},
		{"grid-worker-part-time", tend &^ SetOf(Unmask, KeepPeople), grid.GridLevel},
		{"micro-grid-lead", tend &^ SetOf(Unmask, KeepPeople), grid.GridLevel},
		{"grid-lead", tend, grid.GridLevel},
		{"grid-guide", tend &^ SetOf(KeepPeople), grid.CommunityLevel},
		{"grid-mentor", look | SetOf(SeeHomes, ReportEvents), grid.GridLevel},
		{"steward", look&^SetOf(SeeStaff) | SetOf(SeeHomes, SeePeople, ReportEvents), grid.GridLevel},
		{"community-staff", tend | SetOf(KeepStaff), grid.CommunityLevel},
		{"secretary", tend | SetOf(KeepStaff, AppointStandIn, Export), grid.CommunityLevel},
		{"operator", tend&^SetOf(KeepPeople) | SetOf(KeepStaff), grid.TownLevel},
		{"shift-lead", tend&^SetOf(KeepPeople) | SetOf(KeepStaff, AppointStandIn), grid.TownLevel},
		{"leader", tend&^SetOf(KeepPeople) | SetOf(KeepStaff, AppointStandIn, Export), grid.TownLevel},
		{"department", SetOf(SeeNumbers, SeeStaff, SeeEvents, HandleEvents, KeepThings), 0},
		{"provider", SetOf(SeeEvents, HandleEvents), 0},
		{"doctor", SetOf(SeeEvents, HandleEvents, SeeCare), grid.TownLevel},
		{"planner", SetOf(SeeNumbers, SeeStaff, DrawDivisions), 0},
		{"system-admin", SetOf(RunSystem), 0},
		{"security-admin", SetOf(ManageAccounts, ManageRoles), 0},
		{"audit-admin", SetOf(ReadAudit), 0},
		{"resident", SetOf(), 0},
		{"device", SetOf(), 0},
		{"integration", SetOf(SeeEvents, ReportEvents), 0},
	}
	roles := make(map[string]Role, len(table))
	for _, r := range table {
		roles[r.Code] = r
	}
	return roles
}
