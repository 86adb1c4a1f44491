package staff

import (
	"fmt"
	"slices"
	"time"

	"quanxi/grid"
)

// An Unmasking lets an account see one record of somebody in the open for a short time,
// for a reason. It stays in the file of whom it is about when its time is over.
type Unmasking struct {
	grid.Head
	placeless
	Account int64
	Of      grid.Kind // of the record
	Subject int64     // its id
	Reason  Reason
	Event   int64 // that is the reason; zero for another one
	Began   time.Time
	Ends    time.Time
}

// A Reason says why somebody looks at what is masked.
type Reason string

// The reasons.
const (
	ForEvent        Reason = "event"        // 处置事件
	ForVisit        Reason = "visit"        // 走访核实
	ForCare         Reason = "care"         // 关爱服务
	ForEmergency    Reason = "emergency"    // 紧急求助
	ForCorrection   Reason = "correction"   // 本人申请查询、更正
	ForRegistration Reason = "registration" // 入户登记
)

// Reasons lists the reasons, as they are offered.
func Reasons() []Reason {
	return []Reason{ForEvent, ForVisit, ForCare, ForEmergency, ForCorrection, ForRegistration}
}

// Kind returns Unmaskings.
func (*Unmasking) Kind() grid.Kind { return Unmaskings }

// Columns implements grid.Entity.
func (u *Unmasking) Columns() []grid.Column {
	return []grid.Column{
		{Name: "account", Value: &u.Account}, {Name: "of", Value: (*string)(&u.Of)}, {Name: "subject", Value: &u.Subject},
		{Name: "reason", Value: (*string)(&u.Reason)}, {Name: "event", Value: &u.Event},
		{Name: "began", Value: &u.Began}, {Name: "ends", Value: &u.Ends},
	}
}

// Validate implements grid.Entity.
func (u *Unmasking) Validate() error {
	switch {
	case u.Account == 0:
		return refuse(Unmaskings, "account", "must name an account")
	case u.Subject == 0 || u.Of == "":
		return refuse(Unmaskings, "subject", "must name a record")
	case !slices.Contains(Reasons(), u.Reason):
		return refuse(Unmaskings, "reason", fmt.Sprintf("must be one of %v", Reasons()))
	case (u.Reason == ForEvent) != (u.Event != 0):
		return refuse(Unmaskings, "event", "goes with the reason event, and it with an event")
	}
	return term(Unmaskings, u.Began, u.Ends)
}
