// Package role says what posts allow: rights, the roles that bundle them, and the
// posts that give somebody a role, somewhere, for some time. All of it is pure
// functions of their arguments: no I/O and no clock.
package role

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// A Right is one thing that a post may allow in its area.
type Right uint8

// The rights. The public layers need none: every signed-in member of staff sees them.
const (
	SeeNumbers Right = iota // how many people and homes there are, by division
	SeeHomes                // single homes and households
	SeePeople               // who is registered where, masked
	SeeCare                 // who needs help: tags of care, care events, and what hangs in homes; it serves help only
	SeeDevices              // cameras
	SeeStaff                // who works where, and where they are
	SeeEvents
	ReportEvents
	HandleEvents
	KeepThings    // components, devices, cameras, service points, organisations
	KeepPeople    // buildings, homes, households, people
	KeepStaff     // who works where, as the map shows it
	DrawDivisions // boundaries and their plans
	Unmask        // one record at a time, with a reason
	Export
	AppointStandIn
	RunSystem      // retention, devices' tokens, integrations: the system administrator
	ManageAccounts // accounts and posts: the security administrator
	ManageRoles    // what roles may do, with a second person
	ReadAudit      // the audit administrator

	rights = iota // how many there are
)

var rightNames = [rights]string{
	"see-numbers", "see-homes", "see-people", "see-care", "see-devices", "see-staff", "see-events",
	"report-events", "handle-events", "keep-things", "keep-people", "keep-staff", "draw-divisions", "unmask", "export",
	"appoint-stand-in", "run-system", "manage-accounts", "manage-roles", "read-audit",
}

// Rights lists all rights.
func Rights() []Right {
	all := make([]Right, rights)
	for i := range all {
		all[i] = Right(i)
	}
	return all
}

// String returns the name of a right as role tables and the audit say it.
func (r Right) String() string {
	if r >= rights {
		return fmt.Sprintf("right-%d", uint8(r))
	}
	return rightNames[r]
}

// ParseRight reads what String writes.
func ParseRight(name string) (Right, error) {
	i := slices.Index(rightNames[:], name)
	if i < 0 {
		return 0, fmt.Errorf("there is no right %.40q", name)
	}
	return Right(i), nil
}

// A Set is a set of rights.
type Set uint32

// AllRights is the set of all rights that there are.
const AllRights Set = 1<<rights - 1

// SetOf returns the set of the given rights.
func SetOf(list ...Right) Set {
	var s Set
	for _, r := range list {
		s |= 1 << r
	}
	return s
}

// Has reports whether r is in the set.
func (s Set) Has(r Right) bool { return s>>r&1 != 0 }

// only returns the right of a set that is the only one in it, and false of any other set.
func (s Set) only() (Right, bool) {
	return Right(bits.TrailingZeros32(uint32(s))), bits.OnesCount32(uint32(s)) == 1
}

// Names returns the names of the rights in the set, in their order.
func (s Set) Names() []string {
	names := []string{}
	for _, r := range Rights() {
		if s.Has(r) {
			names = append(names, r.String())
		}
	}
	return names
}

// String lists the rights of the set.
func (s Set) String() string { return strings.Join(s.Names(), " ") }

// personal are the rights that show single homes and people.
const personal = Set(1<<SeeHomes | 1<<SeePeople | 1<<SeeCare | 1<<KeepPeople | 1<<Unmask)

// OfConfirmed are the rights that a post gives only once it awaits no second person: whatever
// shows people and homes, also masked, takes files of them or changes them, changes who works
// where, stands in or answers for what, and whatever an administrator does.
var OfConfirmed = personal | administrative | Set(1<<Export|1<<KeepStaff|1<<AppointStandIn|1<<DrawDivisions)

// OfVouchers are the rights that whoever vouches for the holder of a post must have where the
// post gives them: nobody lets another see, or take away, what he does not see himself.
var OfVouchers = OfConfirmed &^ SetOf(KeepPeople, KeepStaff)

// OfMachines are the rights that an account of nobody may have: it has no second factor, gives
// no reason and cannot be asked.
var OfMachines = AllRights &^ (administrative | SetOf(Unmask, Export, AppointStandIn))

// ofBoards are the rights that a post for one board gives over its events alone.
const ofBoards = Set(1<<SeeEvents | 1<<ReportEvents | 1<<HandleEvents)

// administrations are the rights of the three administrators. Nobody has rights of
// two of them, nor any of theirs beside personal ones (三员分立, GB/T 22239).
var administrations = [...]Set{SetOf(RunSystem), SetOf(ManageAccounts, ManageRoles), SetOf(ReadAudit)}

// administrative are the rights of any of them.
var administrative = administrations[0] | administrations[1] | administrations[2]
