package access

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"quanxi/grid"
)

// A Fault is what is wrong with a row of the audit.
type Fault string

// The faults.
const (
	RowChanged  Fault = "is not as it was sealed: a field, its place or its predecessor was changed"
	RowMissing  Fault = "is missing"
	RowsCut     Fault = "and all after it are cut off"
	RowReplaced Fault = "is not the row that the seal names: the chain was rebuilt"
	RowMisplace Fault = "stands a second time or out of order"
	SealsBack   Fault = "is sealed after a later row: somebody changed the seals"
	RowOld      Fault = "is dated long before the row that it follows: the clock was set back, or it was put in by hand"
)

// A Finding names a row of the audit and what is wrong with it. What is known only
// from a row that is still there is empty for one that is not.
type Finding struct {
	Seq    int64
	Until  int64 // last of several such rows; Seq for one
	Action string
	Actor  string
	At     time.Time // of the row; of the seal or the row before if that is missing; zero if nothing is before
	Fault  Fault
}

// String returns the finding as a line.
func (f Finding) String() string {
	switch {
	case f.Fault == RowMissing:
		return f.missing()
	case f.Fault == RowsCut:
		return fmt.Sprintf("row %d %s, up to row %d, sealed at %s", f.Seq, f.Fault, f.Until, stamp(f.At))
	}
	return fmt.Sprintf("row %d (%s by %q at %s) %s", f.Seq, f.Action, f.Actor, stamp(f.At), f.Fault)
}

// missing is String of rows that are missing: after the moment of the row before them, if there
// is one.
func (f Finding) missing() string {
	rows, are := fmt.Sprintf("row %d", f.Seq), string(f.Fault)
	if f.Until > f.Seq {
		rows, are = fmt.Sprintf("rows %d to %d", f.Seq, f.Until), "are missing"
	}
	if f.At.IsZero() {
		return rows + " " + are
	}
	return fmt.Sprintf("%s, after %s: %s", rows, stamp(f.At), are)
}

// A Restoration is what a restored older state has lost.
type Restoration struct {
	At   time.Time
	Seq  int64 // of the last row that was kept
	Lost int64 // rows that were sealed behind it
}

// An AuditReport says what Verify has found.
type AuditReport struct {
	Rows     int64
	Sealed   Seal      // the last seal
	Agreed   Seal      // the last seal whose row is in the store
	Findings []Finding // the first ones, in the order of the chain
	Found    int       // how many there are
	Doubts   []Finding // odd, yet not against any seal: the first ones
	Restored []Restoration
	Cut      *Cut  // the last one; nil if all rows are kept
	Expired  int64 // rows below the cut that are still there, and not looked at
}

// KeptFrom returns the first row that retention has left: 1 if it has removed none.
func (r AuditReport) KeptFrom() int64 {
	if r.Cut == nil {
		return 1
	}
	return r.Cut.Seq + 1
}

// Whole reports that every row is as it was sealed.
func (r AuditReport) Whole() bool { return r.Found == 0 }

const (
	// findingsKept is how many findings a report names.
	findingsKept = 20
	// clockTolerance is how far a row may be dated before one that it follows:
	// transactions end in another order than they begin.
	clockTolerance = 10 * time.Minute
)

// Verify compares the sealed rows, in ascending order from the first, with the
// chain and with the seals, which it reads twice. It finds whatever was changed,
// taken away, put in or put elsewhere up to the last seal. The error is one of
// reading only: findings are in the report.
func (c Chain) Verify(ctx context.Context, rows iter.Seq2[grid.AuditRow, error], seals iter.Seq2[Seal, error]) (AuditReport, error) {
	v := verification{chain: c, next: 1}
	valid, err := v.withoutVoid(seals)
	if err != nil {
		return v.report, err
	}
	if cut := v.report.Cut; cut != nil {
		v.next, v.previous = v.report.KeptFrom(), grid.AuditRow{Seq: cut.Seq, MAC: cut.MAC}
	}
	pull, stop := iter.Pull2(valid)
	defer stop()
	if err := v.advance(pull); err != nil {
		return v.report, err
	}
	for row, err := range rows {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = v.row(row, pull)
		}
		if err != nil {
			return v.report, err
		}
	}
	return v.report, v.end(pull)
}

// verification is one run of Verify.
type verification struct {
	chain    Chain
	report   AuditReport
	next     int64         // Seq that comes next
	previous grid.AuditRow // zero before the first
	seal     Seal          // the next to compare; zero when there are no more
	// headless is the first row if those before it are missing and no seal says why: a row
	// that comes later may. Nil else.
	headless *grid.AuditRow
}

// withoutVoid returns the seals that still count: not those above what was
// restored after them. It notes the restorations and the last cut.
func (v *verification) withoutVoid(seals iter.Seq2[Seal, error]) (iter.Seq2[Seal, error], error) {
	restored := map[int]int64{} // place in the file: Seq
	var highest int64
	n := 0
	for seal, err := range seals {
		if err != nil {
			return nil, err
		}
		if seal.Restored {
			restored[n] = seal.Seq
			v.report.Restored = append(v.report.Restored, Restoration{seal.At, seal.Seq, max(0, highest-seal.Seq)})
			highest = seal.Seq
		}
		v.takeCut(seal.Cut)
		highest = max(highest, seal.Seq)
		n++
	}
	return func(yield func(Seal, error) bool) {
		place := 0
		for seal, err := range seals {
			if place == n { // it came meanwhile, and its row perhaps after the rows
				return
			}
			if (err != nil || !void(seal, place, restored)) && !yield(seal, err) {
				return
			}
			place++
		}
	}, nil
}

func (v *verification) takeCut(cut *Cut) {
	if cut != nil && (v.report.Cut == nil || cut.Seq > v.report.Cut.Seq) {
		v.report.Cut = cut
	}
}

// void reports whether a later restoration has put the audit before a seal.
func void(seal Seal, place int, restored map[int]int64) bool {
	for later, seq := range restored {
		if later > place && seq < seal.Seq {
			return true
		}
	}
	return false
}

// advance takes the next seal.
func (v *verification) advance(pull func() (Seal, error, bool)) error {
	for {
		seal, err, ok := pull()
		if err != nil {
			return err
		}
		if !ok {
			v.seal = Seal{}
			return nil
		}
		last := v.report.Sealed
		v.report.Sealed = seal
		switch {
		case seal.Seq > last.Seq:
			v.seal = seal
			return nil
		case seal.Seq < last.Seq || !bytes.Equal(seal.MAC, last.MAC):
			v.find(Finding{Seq: seal.Seq, At: seal.At, Fault: SealsBack})
			v.report.Sealed = last
		}
	}
}

// row looks at the next row of the store.
func (v *verification) row(row grid.AuditRow, pull func() (Seal, error, bool)) error {
	if v.previous.ID == 0 && row.Seq < v.next { // below the cut
		v.report.Expired++
		return nil
	}
	v.report.Rows++
	switch {
	case row.Seq < v.next:
		v.find(at(row, RowMisplace))
		return nil
	case row.Seq > v.next && v.previous.ID == 0:
		v.headless = &row
	case row.Seq > v.next: // whether this row follows them only they could say
		v.find(Finding{Seq: v.next, Until: row.Seq - 1, At: v.previous.At, Fault: RowMissing})
	case !v.chain.follows(v.previous.MAC, row):
		v.find(at(row, RowChanged))
	}
	if row.At.Before(v.previous.At.Add(-clockTolerance)) && len(v.report.Doubts) < findingsKept {
		v.report.Doubts = append(v.report.Doubts, at(row, RowOld))
	}
	v.previous, v.next = row, row.Seq+1
	v.explain(row)
	return v.compare(row, pull)
}

// explain looks whether a row says why the first ones are missing. One that retention has
// only begun to remove follows nothing that is still there.
func (v *verification) explain(row grid.AuditRow) {
	if v.headless == nil || row.Action != cutAction {
		return
	}
	cut, signed := v.chain.readNote(row)
	before := v.headless.Seq - 1
	if signed && (cut.Seq > before || cut.Seq == before && v.chain.follows(cut.MAC, *v.headless)) {
		v.takeCut(&cut)
		v.headless = nil
	}
}

// compare looks at the seals up to a row.
func (v *verification) compare(row grid.AuditRow, pull func() (Seal, error, bool)) error {
	for v.seal.Seq > 0 && v.seal.Seq <= row.Seq {
		switch {
		case v.seal.Seq < row.Seq: // told of as missing
		case bytes.Equal(v.seal.MAC, row.MAC):
			v.report.Agreed = v.seal
		default:
			v.find(at(row, RowReplaced))
		}
		if err := v.advance(pull); err != nil {
			return err
		}
	}
	return nil
}

// end looks at the seals behind the last row.
func (v *verification) end(pull func() (Seal, error, bool)) error {
	first := v.seal
	for v.seal.Seq > 0 {
		if err := v.advance(pull); err != nil {
			return err
		}
	}
	if v.headless != nil {
		v.findFirst(Finding{Seq: v.report.KeptFrom(), Until: v.headless.Seq - 1, Fault: RowMissing})
	}
	if first.Seq > 0 && v.report.Sealed.Seq >= v.next {
		v.find(Finding{Seq: v.next, Until: v.report.Sealed.Seq, At: v.report.Sealed.At, Fault: RowsCut})
	}
	return nil
}

func at(row grid.AuditRow, fault Fault) Finding {
	return Finding{row.Seq, row.Seq, row.Action, row.Actor, row.At, fault}
}

func (v *verification) find(f Finding) {
	v.report.Found++
	if len(v.report.Findings) < findingsKept {
		v.report.Findings = append(v.report.Findings, f)
	}
}

// findFirst is find for what lies before all that was found.
func (v *verification) findFirst(f Finding) {
	v.report.Found++
	v.report.Findings = slices.Insert(v.report.Findings, 0, f)
	v.report.Findings = v.report.Findings[:min(len(v.report.Findings), findingsKept)]
}
