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
	}
	return nil
}
