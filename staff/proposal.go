package staff

import (
	"time"

	"quanxi/grid"
)

// A Proposal is a change of the table of roles that a second person has yet to agree to.
type Proposal struct {
	grid.Head
	placeless
	Code     string     // of the role
	Rights   []string   // as of Role
	Personal grid.Level // as of Role
	By       int64      // account
	At       time.Time
}

// Kind returns Proposals.
func (*Proposal) Kind() grid.Kind { return Proposals }

// Columns implements grid.Entity.
func (p *Proposal) Columns() []grid.Column {
	return []grid.Column{
		{Name: "code", Value: &p.Code}, {Name: "rights", Value: &p.Rights}, {Name: "personal", Value: (*int32)(&p.Personal)},
		{Name: "proposer", Value: &p.By}, {Name: "proposed_at", Value: &p.At},
	}
}

// Validate implements grid.Entity.
func (p *Proposal) Validate() error {
	switch {
	case p.Code == "":
		return refuse(Proposals, "code", "must not be empty")
	case p.By == 0:
		return refuse(Proposals, "proposer", "must name an account")
	}
	return nil
}
