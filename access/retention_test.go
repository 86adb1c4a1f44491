package access_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/grid"
)

// retained is a sealed audit of some days, the last of which is today.
type retained struct {
	*sealedAudit
	today time.Time
}

// newRetained has rows of each month from so many months ago, and this month's.
func newRetained(t *testing.T, months, rows int) *retained {
	t.Helper()
	r := &retained{newSealedAudit(t), time.Date(2026, 3, 15, 9, 0, 0, 0, time.UTC)}
	for ago := months; ago >= 0; ago-- {
		r.happen(t, rows, r.today.AddDate(0, -ago, 0))
	}
	return r
}

func (r *retained) happen(t *testing.T, n int, at time.Time) {
	t.Helper()
	rows := make([]grid.AuditRow, n)
	for i := range rows {
		rows[i] = grid.AuditRow{At: at.Add(time.Duration(i) * time.Second), Action: "people.read"}
	}
	if err := r.store.Audit(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	r.work(t, 0)
}

func (r *retained) keep(t *testing.T, months int64) {
	t.Helper()
	s, err := access.SettingsIn(t.Context(), r.store)
	if err != nil {
		t.Fatal(err)
	}
	s.AuditMonths, s.By = months, 5
	if _, err := r.store.Write(t.Context(), grid.Write{Action: "settings.change", Put: []grid.Entity{s}}); err != nil {
		t.Fatal(err)
	}
	r.work(t, 0)
}

// sweep has a sealer live while retention sweeps a store, and seals what that leaves.
func (r *retained) sweep(t *testing.T, store grid.Store) error {
	t.Helper()
	log := slog.New(slog.NewTextHandler(&r.log, nil))
	sealer := access.NewSealer(r.store, r.master, r.file, log)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sealer.Run(ctx) }()
	err := access.NewRetention(store, sealer, func() time.Time { return r.today }, slog.New(slog.DiscardHandler)).Sweep(t.Context())
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	return err
}

func (r *retained) mustSweep(t *testing.T) {
	t.Helper()
	if err := r.sweep(t, r.store); err != nil {
		t.Fatal(err)
	}
}

func (r *retained) verify(t *testing.T, seals iter.Seq2[access.Seal, error]) access.AuditReport {
	t.Helper()
	chain, err := access.NewChain(r.master).WithPast(t.Context(), r.store)
	if err != nil {
		t.Fatal(err)
	}
	report, err := chain.Verify(t.Context(), r.store.SealedAudit(t.Context(), 0), seals)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// places returns the sealed rows by their places in the chain.
func (r *retained) places(t *testing.T) (places []int64) {
	t.Helper()
	for row, err := range r.store.SealedAudit(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		places = append(places, row.Seq)
	}
	return places
}

func TestTheAuditIsKeptAsLongAsTheSettingsSay(t *testing.T) {
	for _, tt := range []struct {
		name   string
		months int64 // zero for those as shipped
		first  int64 // row that is kept
	}{
		{"as shipped, three years", 0, 1 + 4*15}, // of 40 months and this one
		{"for the shortest time", 6, 1 + 34*15},
		{"for longer than there is any", 48, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRetained(t, 40, 15)
			if tt.months > 0 {
				r.keep(t, tt.months)
			}
			r.mustSweep(t)
			report := r.verify(t, access.ReadSeals(r.file))
			if places := r.places(t); places[0] != tt.first || report.KeptFrom() != tt.first || !report.Whole() || report.Expired != 0 || report.Rows != int64(len(places)) {
				t.Errorf("the first row is %d of %d, %+v", places[0], len(places), report)
			}
			if tt.first > 1 && !strings.Contains(report.Cut.By, "months") {
				t.Errorf("it does not say why: %+v", report.Cut)
			}
			before := len(r.seals(t))
			r.mustSweep(t)
			if again := r.verify(t, access.ReadSeals(r.file)); !again.Whole() || again.KeptFrom() != tt.first || len(r.seals(t)) != before {
				t.Errorf("swept once more: %+v", again)
			}
		})
	}
}

// A node that has seals of its own, or a copy of them from before, learns of the removal
// from the audit itself.
func TestSealsThatSayNothingOfARemoval(t *testing.T) {
	r := newRetained(t, 8, 20)
	copied := r.seals(t)
	r.keep(t, 6)
	r.mustSweep(t)
	if report := r.verify(t, all(copied)); !report.Whole() || report.KeptFrom() != 41 {
		t.Errorf("%+v", report)
	}
}

// rotate puts another master key in place of the one in force.
func (r *retained) rotate(t *testing.T, to access.MasterKey) {
	t.Helper()
	if _, err := (access.Rotation{Store: r.store, Old: r.master, New: to}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.master = to
	r.work(t, 0)
}

// What an earlier master key sealed is kept no longer than the rest.
func TestRetentionGoesOnUnderTheNextKey(t *testing.T) {
	r := newRetained(t, 8, 20)
	r.keep(t, 6)
	r.rotate(t, access.MasterKey{2})
	r.mustSweep(t)
	if report := r.verify(t, access.ReadSeals(r.file)); !report.Whole() || report.KeptFrom() != 41 || r.places(t)[0] != 41 {
		t.Errorf("%+v", report)
	}
}

// A removal that was signed under an earlier master key is understood under the next.
func TestARemovalFromBeforeARotation(t *testing.T) {
	r := newRetained(t, 8, 20)
	copied := r.seals(t)
	r.keep(t, 6)
	r.mustSweep(t)
	r.rotate(t, access.MasterKey{2})
	if report := r.verify(t, all(copied)); !report.Whole() || report.KeptFrom() != 41 {
		t.Errorf("%+v", report)
	}
}

// The last sealed row stays, however old: by it the store and the seals know each other.
func TestTheLastSealedRowStays(t *testing.T) {
	r := newRetained(t, 0, 5)
	r.today = r.today.AddDate(10, 0, 0)
	r.happen(t, 1, r.today) // else nothing says that it is today
	r.mustSweep(t)
	if places := r.places(t); places[0] != 6 {
		t.Errorf("rows %v", places)
	}
	if status := r.work(t, 1); status.Alarm != nil {
		t.Error(status.Alarm)
	}
}

func TestAClockThatRunsAheadRemovesNothing(t *testing.T) {
	r := newRetained(t, 0, 5)
	r.today = r.today.AddDate(10, 0, 0)
	r.mustSweep(t)
	if places := r.places(t); len(places) != 5 {
		t.Errorf("rows %v", places)
	}
}

// dying is a store whose process dies while rows are removed.
type dying struct {
	grid.Store
	after int // transactions
	audit bool
}

var errDied = errors.New("killed")

func (d *dying) CutAudit(ctx context.Context, through int64, limit int) (int, error) {
	if d.after == 0 {
		return 0, errDied
	}
	d.after--
	return d.Store.CutAudit(ctx, through, limit)
}

func (d *dying) Audit(ctx context.Context, rows []grid.AuditRow) error {
	if d.audit {
		return errDied
	}
	return d.Store.Audit(ctx, rows)
}

// Killed at any moment, the audit verifies, and the next sweep goes on.
func TestARemovalThatWasKilled(t *testing.T) {
	for _, tt := range []struct {
		name    string
		store   dying
		expired int64
	}{
		{"between the note in the seals and the row of it", dying{audit: true}, 600},
		{"between the note and the removal", dying{}, 600},
		{"in the middle of the removal", dying{after: 1}, 100},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRetained(t, 8, 300)
			copied := r.seals(t)
			r.keep(t, 6)
			tt.store.Store = r.store
			if err := r.sweep(t, &tt.store); !errors.Is(err, errDied) {
				t.Fatal(err)
			}
			for name, seals := range map[string]iter.Seq2[access.Seal, error]{"the seals": access.ReadSeals(r.file), "an older copy": all(copied)} {
				if report := r.verify(t, seals); !report.Whole() || name == "the seals" && (report.Expired != tt.expired || report.KeptFrom() != 601) {
					t.Errorf("by %s: %+v", name, report)
				}
			}
			if status := r.work(t, 1); status.Alarm != nil {
				t.Error(status.Alarm)
			}
			r.mustSweep(t)
			if report := r.verify(t, access.ReadSeals(r.file)); !report.Whole() || report.Expired != 0 || report.KeptFrom() != 601 {
				t.Errorf("afterwards: %+v", report)
			}
		})
	}
}

// What is due is evidence until it is gone: what was tampered with is not removed.
func TestRetentionDoesNotDoAwayWithEvidence(t *testing.T) {
	r := newRetained(t, 8, 20)
	r.keep(t, 6)
	rows := slices.Collect(func(yield func(grid.AuditRow) bool) {
		for row := range r.store.SealedAudit(t.Context(), 0) {
			if !yield(row) {
				return
			}
		}
	})
	rows[7].Actor = "nobody"
	err := r.sweep(t, tampered{r.store, rows})
	if !errors.Is(err, access.ErrTampered) || !strings.Contains(err.Error(), "row 8 ") || len(r.places(t)) != len(rows) {
		t.Errorf("%v, %d rows are left", err, len(r.places(t)))
	}
}

// tampered is a store whose sealed rows are others.
type tampered struct {
	grid.Store
	rows []grid.AuditRow
}

func (s tampered) SealedAudit(context.Context, int64) iter.Seq2[grid.AuditRow, error] {
	return all(s.rows)
}

// Whatever anybody else removes is found, also if it is made to look like retention.
func TestARemovalByAnybodyElseIsFound(t *testing.T) {
	notes := func(r *retained, t *testing.T) (row grid.AuditRow) {
		for found := range r.store.AuditRows(t.Context(), grid.AuditQuery{Action: "audit.cut", Limit: 1}) {
			row = found
		}
		return row
	}
	forged := func(r *retained, t *testing.T, detail string) {
		if err := r.store.Audit(t.Context(), []grid.AuditRow{{At: r.today, Actor: "system", Action: "audit.cut", Detail: detail}}); err != nil {
			t.Fatal(err)
		}
		r.work(t, 0)
	}
	for _, tt := range []struct {
		name  string
		does  func(t *testing.T, r *retained)
		first int64
	}{
		{"more rows than the seals say", func(t *testing.T, r *retained) { r.cut(t, 50) }, 41},
		{"more rows, with a note that nobody signed", func(t *testing.T, r *retained) {
			forged(r, t, fmt.Sprintf("rows before 2026-01-01 were kept for 6 months; cut 50 %x %x", bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)))
			r.cut(t, 50)
		}, 41},
		{"more rows, with the signed note of another removal", func(t *testing.T, r *retained) { forged(r, t, notes(r, t).Detail); r.cut(t, 50) }, 41},
		{"more rows, with the number changed in the signed note", func(t *testing.T, r *retained) {
			forged(r, t, strings.Replace(notes(r, t).Detail, "; cut 40 ", "; cut 50 ", 1))
			r.cut(t, 50)
		}, 41},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRetained(t, 8, 20)
			copied := r.seals(t)
			r.keep(t, 6)
			r.mustSweep(t)
			tt.does(t, r)
			report := r.verify(t, access.ReadSeals(r.file))
			if report.Whole() || report.Findings[0].Seq != tt.first || report.Findings[0].Until != 50 || report.Findings[0].Fault != access.RowMissing {
				t.Errorf("%+v", report.Findings)
			}
			if old := r.verify(t, all(copied)); old.Whole() || old.Findings[0].Seq != 1 || old.Findings[0].Until != 50 {
				t.Errorf("by older seals: %+v", old.Findings)
			}
		})
	}
}

func (r *retained) cut(t *testing.T, through int64) {
	t.Helper()
	if _, err := r.store.CutAudit(t.Context(), through, 1000); err != nil {
		t.Fatal(err)
	}
}

// A second process, which has not the file of the seals, removes nothing.
func TestOnlyWhoSealsRemoves(t *testing.T) {
	r := newRetained(t, 8, 20)
	r.keep(t, 6)
	log := slog.New(slog.DiscardHandler)
	first := access.NewSealer(r.store, r.master, r.file, log)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- first.Run(ctx) }()
	_ = first.NoteCut(ctx, access.Cut{Seq: 1 << 40}) // refused, by when it has the file
	if err := r.sweep(t, r.store); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if places := r.places(t); places[0] != 1 {
		t.Errorf("the first row is %d", places[0])
	}
}
