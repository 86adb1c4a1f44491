package staff

import (
	"fmt"
	"time"

	"quanxi/grid"
)

// Settings are what whoever runs the system has decided for all of it. There is one of
// them, or none yet.
type Settings struct {
	grid.Head
	placeless
	AuditMonths int64 // how long rows of the audit are kept
	ExportRows  int64 // rows about somebody that an export may hold without a second person; zero has every export decided
	By          int64 // account that changed them last
	At          time.Time
	Proposed    Loosening
}

// A Loosening is by what settings would protect less, which a second person has yet to agree
// to. The zero Loosening is none.
type Loosening struct {
	AuditMonths, ExportRows int64 // zero for no change: both grow less strict away from it
	By                      int64 // account
	At                      time.Time
}

// IsNone reports whether nothing is to be loosened.
func (l Loosening) IsNone() bool { return l.AuditMonths == 0 && l.ExportRows == 0 }

// Tightened returns the settings as they are wanted, but for what would protect less than
// these: that comes as a Loosening, by nobody yet.
func (s *Settings) Tightened(wanted Settings) (Settings, Loosening) {
	var asked Loosening
	if wanted.AuditMonths < s.AuditMonths {
		asked.AuditMonths, wanted.AuditMonths = wanted.AuditMonths, s.AuditMonths
	}
	if wanted.ExportRows > s.ExportRows {
		asked.ExportRows, wanted.ExportRows = wanted.ExportRows, s.ExportRows
	}
	return wanted, asked
}

// Loosened returns the settings as they are proposed, with nothing proposed any more.
func (s *Settings) Loosened() Settings {
	now := *s
	if months := s.Proposed.AuditMonths; months != 0 {
		now.AuditMonths = months
	}
	if rows := s.Proposed.ExportRows; rows != 0 {
		now.ExportRows = rows
	}
	now.Proposed = Loosening{}
	return now
}

// LeastAuditMonths is how long the audit is kept at least (网络安全法 Art. 21).
const LeastAuditMonths = 6

// mostAuditMonths keeps a slip of the finger from meaning "for ever".
const mostAuditMonths = 1200

// SettingsID is the external id of the Settings: the store takes it once.
const SettingsID = "settings"

// DefaultSettings are those in force until somebody changes them.
func DefaultSettings() *Settings {
	return &Settings{Head: grid.Head{External: SettingsID}, AuditMonths: 36, ExportRows: 100}
}

// Kind returns SettingsOf.
func (*Settings) Kind() grid.Kind { return SettingsOf }

// Columns implements grid.Entity.
func (s *Settings) Columns() []grid.Column {
	return []grid.Column{
		{Name: "audit_months", Value: &s.AuditMonths}, {Name: "export_rows", Value: &s.ExportRows},
		{Name: "changed_by", Value: &s.By}, {Name: "changed_at", Value: &s.At},
		{Name: "proposed_months", Value: &s.Proposed.AuditMonths}, {Name: "proposed_rows", Value: &s.Proposed.ExportRows},
		{Name: "proposer", Value: &s.Proposed.By}, {Name: "proposed_at", Value: &s.Proposed.At},
	}
}

// Validate implements grid.Entity.
func (s *Settings) Validate() error {
	switch {
	case s.External != SettingsID:
		return refuse(SettingsOf, "external", "must be "+SettingsID)
	case s.AuditMonths < LeastAuditMonths || s.AuditMonths > mostAuditMonths:
		return refuse(SettingsOf, "audit_months", fmt.Sprintf("must be %d to %d", LeastAuditMonths, mostAuditMonths))
	case s.ExportRows < 0:
		return refuse(SettingsOf, "export_rows", "must not be negative")
	case !s.Proposed.IsNone() && s.Proposed.By == 0:
		return refuse(SettingsOf, "proposer", "must name an account")
	}
	return nil
}
