package grid

import "time"

// An AuditRow says who did or tried what. It is never changed once stored; the
// sealer only adds its place in the chain, and retention removes the oldest. It holds no
// personal data.
type AuditRow struct {
	ID      int64       // given by the store, rising with time: the cursor of AuditQuery
	Seq     int64       // place in the sealed chain, 1 for the first; 0 while not sealed
	At      time.Time   // whole microseconds; the store's present if zero
	Actor   string      // account id; empty if unknown
	Post    string      // by which it was done, as role@area; empty if none
	From    string      // network address
	Action  string      // such as "people.unmask" or "session.begin"
	Object  string      // such as "people/17"; empty if none
	Touched string      // JSON list of what a write changed, "[]" for nothing
	Before  string      // keyed digest of what Touched lists as it was before, in hexadecimal; empty if there was nothing
	After   string      // the same of what is left of it after
	Result  AuditResult // ResultOK if empty
	Count   int64       // how many equal happenings this row stands for; 1 if zero
	Detail  string      // what else is to be said, without personal data
	MAC     []byte      // of the row and its predecessor; nil while not sealed
}

// An AuditResult is how an action ended.
type AuditResult string

// The results of actions.
const (
	ResultOK       AuditResult = "ok"
	ResultRefused  AuditResult = "refused"
	ResultNotFound AuditResult = "not-found"
	ResultFailed   AuditResult = "failed"
)

// An AuditQuery selects audit rows; its zero value selects all.
type AuditQuery struct {
	Before int64       // only rows with a lower ID: the cursor of a page; zero is all
	After  int64       // only rows with a higher ID: the cursor of a page of Oldest; zero is all
	Oldest bool        // oldest first, instead of newest first
	Limit  int         // at most so many; zero is no limit
	Actor  string      // only of this account; empty is all
	Action string      // only actions that begin with it, such as "people."; empty is all
	Object string      // only about this object, which an index finds; empty is all
	About  string      // only about this object or by writes that touched it, among others; empty is all
	Result AuditResult // only with this result; empty is all
	From   time.Time   // only at or after it; zero is all
	Until  time.Time   // only before it; zero is all
}

// An AuditSeal is the end of the sealed chain.
type AuditSeal struct {
	Seq   int64  // of the last sealed row; 0 if there is none
	MAC   []byte // of the last sealed row; nil if there is none
	Count int    // how many rows this call has sealed
}

// An AuditChain returns the MAC of a row, which has its Seq, and whose
// predecessor's MAC is previous (nil for the first). A nil result refuses: nothing
// is sealed.
type AuditChain func(previous []byte, row AuditRow) []byte
