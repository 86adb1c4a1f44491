package main

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"quanxi/access"
	"quanxi/grid"
)

// auditCommand groups what is done with the audit.
type auditCommand struct {
	Verify auditVerifyCommand `cmd:"" help:"Compare the audit with its chain and its seals; exit status 1 if it is not what was sealed."`
	Export auditExportCommand `cmd:"" help:"Write rows of the audit as JSON, a line each, newest last."`
	Accept auditAcceptCommand `cmd:"" help:"After a restore: stand by what was lost, so that the audit is sealed again."`
}

// sealFlags say where the seals are.
type sealFlags struct {
	storeFlags
	Seals string `help:"File of the seals, or a copy of it; default: DIR/keys/seals." type:"path" placeholder:"FILE"`
}

func (f sealFlags) path() string {
	if f.Seals != "" {
		return f.Seals
	}
	return f.auditSealsFile()
}

// verify compares an existing store with seals. It makes no key: one made now has
// sealed nothing.
func (f sealFlags) verify(in *invocation, s grid.Store, seals iter.Seq2[access.Seal, error]) (access.AuditReport, error) {
	if f.Key == "" && !exists(f.keyFile()) {
		return access.AuditReport{}, fmt.Errorf("there is no master key in %s", f.keyFile())
	}
	master, err := f.masterKey()
	if err != nil {
		return access.AuditReport{}, err
	}
	chain, err := access.NewChain(master).WithPast(in.ctx, s)
	if err != nil {
		return access.AuditReport{}, err
	}
	return chain.Verify(in.ctx, s.SealedAudit(in.ctx, 0), seals)
}

type auditVerifyCommand struct{ sealFlags }

// Run tells on one line that the audit is whole, or a line for each finding.
func (c *auditVerifyCommand) Run(in *invocation) error {
	s, err := c.openExisting(in.ctx)
	if err != nil {
		return err
	}
	report, err := c.verify(in, s, access.ReadSeals(c.path()))
	if err := errors.Join(err, s.Close()); err != nil {
		return err
	}
	return tellAudit(in.stdout, report)
}

var errNoSeal = errors.New("there is no seal: nothing vouches for the end of the audit")

// tellAudit writes a report; the error wraps access.ErrTampered if the audit is not
// whole.
func tellAudit(to io.Writer, r access.AuditReport) error {
	for _, f := range r.Findings {
		fmt.Fprintln(to, f)
	}
	if more := r.Found - len(r.Findings); more > 0 {
		fmt.Fprintf(to, "and %d more\n", more)
	}
	for _, f := range r.Doubts {
		fmt.Fprintln(to, "doubtful:", f)
	}
	for _, l := range r.Restored {
		fmt.Fprintf(to, "an older state was restored at %s: rows behind row %d were lost, %d of them\n", l.At.Format(time.RFC3339), l.Seq, l.Lost)
	}
	if r.Cut != nil {
		fmt.Fprintf(to, "kept from row %d: %s\n", r.KeptFrom(), r.Cut.By)
	}
	if r.Expired > 0 {
		fmt.Fprintf(to, "%d rows before it are still to be removed\n", r.Expired)
	}
	if !r.Whole() {
		return access.ErrTampered
	}
	if r.Rows > 0 && r.Sealed.Seq == 0 {
		return errNoSeal
	}
	if r.Sealed.Seq == 0 {
		_, err := fmt.Fprintln(to, "no row is sealed yet")
		return err
	}
	_, err := fmt.Fprintf(to, "%d rows, sealed up to row %d at %s, whole\n", r.Rows, r.Sealed.Seq, r.Sealed.At.Format(time.RFC3339))
	return err
}

type auditAcceptCommand struct{ sealFlags }

var errNothingToAccept = errors.New("nothing to accept: the audit is what was sealed")

// Run notes in the seals that the audit goes on from the last seal that the store
// still has. It refuses if anything is wrong with the rows themselves.
func (c *auditAcceptCommand) Run(in *invocation) (err error) {
	s, err := c.openExisting(in.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	before, err := c.verify(in, s, access.ReadSeals(c.path()))
	if err != nil {
		return err
	}
	if before.Whole() {
		return errNothingToAccept
	}
	accepted := access.Seal{Seq: before.Agreed.Seq, MAC: before.Agreed.MAC, At: time.Now().UTC(), Restored: true}
	after, err := c.verify(in, s, followedBy(access.ReadSeals(c.path()), accepted))
	if err != nil {
		return err
	}
	if err := tellAudit(in.stdout, after); err != nil {
		return err
	}
	lost := after.Restored[len(after.Restored)-1].Lost
	about := grid.AuditRow{Actor: operator, Action: "audit.accept", Detail: fmt.Sprintf("rows behind row %d were lost, %d of them", accepted.Seq, lost)}
	if err := s.Audit(in.ctx, []grid.AuditRow{about}); err != nil {
		return err
	}
	return access.AppendSeal(c.path(), accepted)
}

func followedBy(seals iter.Seq2[access.Seal, error], last access.Seal) iter.Seq2[access.Seal, error] {
	return func(yield func(access.Seal, error) bool) {
		for seal, err := range seals {
			if !yield(seal, err) {
				return
			}
		}
		yield(last, nil)
	}
}

type auditExportCommand struct {
	storeFlags
	Actor  string           `help:"Only of this account." placeholder:"ID"`
	Action string           `help:"Only actions that begin with this, such as people." placeholder:"TEXT"`
	Object string           `help:"Only what names or touched this object, such as people/17." placeholder:"KIND/ID"`
	Result grid.AuditResult `help:"Only with this result: ok, refused, not-found or failed." enum:",ok,refused,not-found,failed" default:"" placeholder:"RESULT"`
	From   time.Time        `help:"Only at or after this time." placeholder:"RFC3339"`
	Until  time.Time        `help:"Only before this time." placeholder:"RFC3339"`
	Limit  int              `help:"At most so many." placeholder:"N"`
}

// Run writes the rows, and first of all that it does so.
func (c *auditExportCommand) Run(in *invocation) (err error) {
	if c.Object != "" && !strings.Contains(c.Object, "/") {
		return fmt.Errorf("--object %s: want KIND/ID, such as people/17", c.Object)
	}
	if c.Limit < 0 {
		return errors.New("--limit must not be negative")
	}
	s, err := c.openExisting(in.ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Audit(in.ctx, []grid.AuditRow{{Actor: operator, Action: "audit.export"}}); err != nil {
		return err
	}
	n, err := access.WriteAudit(in.stdout, s.AuditRows(in.ctx, grid.AuditQuery{Oldest: true, Limit: c.Limit, Actor: c.Actor, Action: c.Action,
		About: c.Object, Result: c.Result, From: c.From, Until: c.Until}))
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(in.stderr, "%d rows written\n", n)
	return err
}
