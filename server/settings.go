package server

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/staff"
)

// settingsRoutes show and change what whoever runs the system has decided.
func (s *Server) settingsRoutes() {
	register(s, operation{"read-settings", http.MethodGet, "/api/settings", "Read the settings, and how long what is kept", "system"}, s.readSettings)
	register(s, operation{"change-settings", http.MethodPatch, "/api/settings", "Change settings; what protects less is proposed to a second person", "system"}, s.changeSettings)
	register(s, operation{"accept-settings", http.MethodPost, "/api/settings/proposal/accept", "Put what somebody else proposed in force", "system"}, s.acceptSettings)
	register(s, operation{"withdraw-settings", http.MethodDelete, "/api/settings/proposal", "Drop what was proposed", "system"}, s.withdrawSettings)
}

type keptBody struct {
	What    string `json:"what"`
	Seconds *int64 `json:"seconds" doc:"null for as long as the log, which is not cut"`
}

type settingsOutput struct {
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag" doc:"the revision, for If-Match"`
	Token        string `header:"Quanxi-Token"`
	Body         struct {
		Revision    int64       `json:"revision" doc:"0 while nobody has changed them"`
		AuditMonths int64       `json:"audit_months" doc:"how long rows of the audit are kept"`
		ExportRows  int64       `json:"export_rows" doc:"rows about people that an export may hold without a second person; 0 has every export decided"`
		By          int64       `json:"by" doc:"account that changed them last; 0 for none"`
		At          *time.Time  `json:"at"`
		Proposed    *looserBody `json:"proposed" doc:"what would protect less, which a second person has yet to accept"`
		Kept        []keptBody  `json:"kept" doc:"what else is kept for a time, which no setting changes"`
	}
}

type looserBody struct {
	AuditMonths *int64    `json:"audit_months" doc:"null for no change"`
	ExportRows  *int64    `json:"export_rows" doc:"null for no change"`
	By          int64     `json:"by" doc:"account"`
	Who         string    `json:"who" doc:"login of that"`
	At          time.Time `json:"at"`
}

func looserOf(l staff.Loosening, who string) *looserBody {
	if l.IsNone() {
		return nil
	}
	b := &looserBody{By: l.By, Who: who, At: l.At}
	if l.AuditMonths != 0 {
		b.AuditMonths = &l.AuditMonths
	}
	if l.ExportRows != 0 {
		b.ExportRows = &l.ExportRows
	}
	return b
}

func settingsOf(set *staff.Settings, proposer string) *settingsOutput {
	out := &settingsOutput{CacheControl: private, ETag: revisionTag(set.Revision)}
	b := &out.Body
	b.Revision, b.AuditMonths, b.ExportRows, b.By, b.At = set.Revision, set.AuditMonths, set.ExportRows, set.By, momentOf(set.At)
	b.Proposed = looserOf(set.Proposed, proposer)
	for _, k := range access.KeptSpans() {
		one := keptBody{What: k.What}
		if k.For > 0 {
			seconds := int64(k.For / time.Second)
			one.Seconds = &seconds
		}
		b.Kept = append(b.Kept, one)
	}
	return out
}

func (s *Server) readSettings(ctx context.Context, _ *struct{}) (*settingsOutput, error) {
	office := s.office(ctx)
	set, err := office.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return settingsOf(set, office.Proposer(set)), nil
}

// MeantSettings says which settings somebody has read.
type MeantSettings struct {
	Match string `header:"If-Match" doc:"the revision that is meant; 0 for those that nobody has changed"`
}

type changeSettingsInput struct {
	MeantSettings
	Body struct {
		AuditMonths *int64 `json:"audit_months,omitempty"`
		ExportRows  *int64 `json:"export_rows,omitempty"`
	}
}

func (s *Server) changeSettings(ctx context.Context, in *changeSettingsInput) (*settingsOutput, error) {
	return s.set(ctx, in.Match, func(o *access.Office, revision int64) (*staff.Settings, grid.Receipt, error) {
		return o.Set(ctx, revision, func(set *staff.Settings) {
			if in.Body.AuditMonths != nil {
				set.AuditMonths = *in.Body.AuditMonths
			}
			if in.Body.ExportRows != nil {
				set.ExportRows = *in.Body.ExportRows
			}
		})
	})
}

func (s *Server) acceptSettings(ctx context.Context, in *MeantSettings) (*settingsOutput, error) {
	return s.set(ctx, in.Match, func(o *access.Office, revision int64) (*staff.Settings, grid.Receipt, error) {
		return o.AcceptSettings(ctx, revision)
	})
}

func (s *Server) withdrawSettings(ctx context.Context, in *MeantSettings) (*settingsOutput, error) {
	return s.set(ctx, in.Match, func(o *access.Office, revision int64) (*staff.Settings, grid.Receipt, error) {
		return o.WithdrawSettings(ctx, revision)
	})
}

// set does something to the settings that stand at a revision, and answers with them.
func (s *Server) set(ctx context.Context, match string, do func(*access.Office, int64) (*staff.Settings, grid.Receipt, error)) (*settingsOutput, error) {
	office := s.office(ctx)
	if _, err := office.Settings(ctx); err != nil { // who has no say learns nothing of headers
		return nil, err
	}
	revision, err := revisionOf(match)
	if err != nil {
		return nil, err
	}
	set, receipt, err := do(office, revision)
	if err != nil {
		return nil, err
	}
	out := settingsOf(set, office.Proposer(set))
	out.Token, _ = s.applied(ctx, receipt)
	return out, nil
}

// revisionOf reads the revision of something that may never have been stored.
func revisionOf(match string) (int64, error) {
	if match == "" {
		return 0, ErrPrecondition
	}
	revision, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(match, "W/"), `"`), 10, 64)
	if err != nil || revision < 0 {
		return 0, fmt.Errorf("%w: If-Match must be a revision", errRequest)
	}
	return revision, nil
}
