package staff

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"quanxi/grid"
)

// An Export is one file of entities that somebody asked for: why, of how much, and what
// became of it. It stays when its time is over.
type Export struct {
	grid.Head
	placeless
	Account int64     // who asks, and who alone may take the file
	Role    string    // of the post by which it is asked
	Over    grid.Code // area of that post: whoever decides holds one there or above
	Of      grid.Kind
	Area    grid.Code
	Format  string
	Purpose Purpose
	Note    string // what else is to be said of the purpose; nothing personal
	Rows    int64  // when it was asked; of a file that left without a decision, when it was taken
	// Personal is how many of Rows are about somebody; of a file that left several times
	// without a decision, the most that did.
	Personal  int64
	State     ExportState
	AskedAt   time.Time
	Decider   int64 // account; zero while nobody decided, or nobody had to
	DecidedAt time.Time
	TakenAt   time.Time // last; zero while nobody took it
	Ends      time.Time // it can be decided and taken before
}

// An ExportState says where an export stands. One whose time is over says so nowhere:
// that follows from Ends.
type ExportState string

// The states of exports.
const (
	ExportWaiting ExportState = "waiting" // for a second person
	ExportReady   ExportState = "ready"
	ExportRefused ExportState = "refused"
	ExportTaken   ExportState = "taken"
)

// A Purpose says what a file is for.
type Purpose string

// The purposes.
const (
	ForPlanning Purpose = "planning" // 网格划分
	ForReport   Purpose = "report"   // 统计上报
	ForVisits   Purpose = "visits"   // 走访安排
	ForChecking Purpose = "checking" // 数据核对
	ForHandover Purpose = "handover" // 工作移交
	ForDrill    Purpose = "drill"    // 应急预案、演练
)

// Purposes lists the purposes, as they are offered.
func Purposes() []Purpose {
	return []Purpose{ForPlanning, ForReport, ForVisits, ForChecking, ForHandover, ForDrill}
}

// Kind returns Exports.
func (*Export) Kind() grid.Kind { return Exports }

// Columns implements grid.Entity.
func (x *Export) Columns() []grid.Column {
	return []grid.Column{
		{Name: "account", Value: &x.Account}, {Name: "role", Value: &x.Role}, {Name: "over", Value: (*string)(&x.Over)},
		{Name: "of", Value: (*string)(&x.Of)}, {Name: "area", Value: (*string)(&x.Area)}, {Name: "format", Value: &x.Format},
		{Name: "purpose", Value: (*string)(&x.Purpose)}, {Name: "note", Value: &x.Note},
		{Name: "held_rows", Value: &x.Rows}, {Name: "personal_rows", Value: &x.Personal}, {Name: "state", Value: (*string)(&x.State)},
		{Name: "asked_at", Value: &x.AskedAt}, {Name: "decider", Value: &x.Decider}, {Name: "decided_at", Value: &x.DecidedAt}, {Name: "taken_at", Value: &x.TakenAt}, {Name: "ends", Value: &x.Ends},
	}
}

// Validate implements grid.Entity. Whether there is such a format is for whoever writes it.
func (x *Export) Validate() error {
	switch {
	case x.Account == 0:
		return refuse(Exports, "account", "must name an account")
	case x.Of == "":
		return refuse(Exports, "kind", "must not be empty")
	case !x.Area.Valid():
		return refuse(Exports, "area", "must be the code of a division")
	case x.Format == "":
		return refuse(Exports, "format", "must not be empty")
	case x.Ends.IsZero():
		return refuse(Exports, "ends", "must be set")
	}
	if err := CheckPurpose(x.Purpose, x.Note); err != nil {
		return err
	}
	return term(Exports, x.AskedAt, x.Ends)
}

// longNumber is what a telephone or an identity card has.
var longNumber = regexp.MustCompile(`\d{7}`)

// CheckPurpose returns nil for a purpose of the list and words about it that name
// nobody's number. The error wraps grid.ErrInvalid.
func CheckPurpose(p Purpose, note string) error {
	switch {
	case !slices.Contains(Purposes(), p):
		return refuse(Exports, "purpose", fmt.Sprintf("must be one of %v", Purposes()))
	case longNumber.MatchString(note):
		return refuse(Exports, "note", "must not hold a number of a person or a telephone: it stays in the file and in the store")
	}
	return nil
}
