package staff

import (
	"time"

	"quanxi/grid"
)

// A Setup lets somebody choose the password of an account, once, by a link.
type Setup struct {
	grid.Head
	placeless
	Account int64
	Digest  []byte // of the link's secret
	Ends    time.Time
	By      int64 // account that made the link; zero of whoever is at the machine
}

// Kind returns Setups.
func (*Setup) Kind() grid.Kind { return Setups }

// Columns implements grid.Entity.
func (s *Setup) Columns() []grid.Column {
	return []grid.Column{
		{Name: "account", Value: &s.Account}, {Name: "digest", Value: &s.Digest}, {Name: "ends", Value: &s.Ends}, {Name: "made_by", Value: &s.By},
	}
}

// Validate implements grid.Entity.
func (s *Setup) Validate() error {
	switch {
	case s.Account == 0:
		return refuse(Setups, "account", "must name an account")
	case len(s.Digest) == 0:
		return refuse(Setups, "digest", "must be set")
	case s.Ends.IsZero():
		return refuse(Setups, "ends", "must be set")
	}
	return nil
}
