package grid

import (
	"context"
	"iter"
	"time"

	"quanxi/geo"
)

// A Write is what one transaction stores: everything in it, or nothing.
type Write struct {
	Actor  string // account that writes, for the audit row
	Action string // what it does, such as "buildings.edit", for the audit row
	From   string // address it came from, for the audit row; may be empty
	// Post, Object, Before, After and Detail go into the audit row; see AuditRow.
	// Before and After are raw digests, nil for none.
	Post, Object  string
	Before, After []byte
	Detail        string
	// Put stores entities: a new one (Revision 0; ID 0 lets the store assign one),
	// or a new state of the stored one, whose revision must be the one now stored.
	// The store sets ID and Revision in place once it has committed.
	Put []Entity
	// Named are references that what is put had before: they stay, though what they name
	// may be gone. All others must name what is there.
	Named []Reference
	// Remove removes entities at the given revisions, leaving tombstones.
	Remove []Ref
	// Keys are stored beside the log, in the same transaction.
	Keys []SubjectKey
	// Erase destroys every key of these data subjects, in the same transaction: what was
	// sealed of them can never be opened again, neither in rows nor in backups, and no
	// digest finds them any more. Of their past stay revisions and times alone, in the log
	// too. Revisions are not looked at; one without a key is no error.
	Erase []Ref
	// Once makes the write happen at most once; the zero value asks for nothing.
	Once Once
}

// Once is an idempotency key, unique per account, key and digest of the body.
type Once struct {
	Key    string
	Digest []byte
}

// OnceKept is how long a store remembers idempotency keys, which is longer than a phone
// may be offline.
const OnceKept = 60 * 24 * time.Hour

// By says who does something, by which post and from where, for the audit row. Post and From
// may be empty.
type By struct{ Actor, Post, From string }

// A Receipt acknowledges a committed write.
type Receipt struct {
	// Mark is passed by a node's horizon when the node has applied the write. It means
	// something in the history that Epoch names, and in no other.
	Mark  int64
	Epoch string
	// Refs are the entities put, in order, with their ids and new revisions.
	Refs []Ref
	// Erased are the data subjects of Erase, in order, without revisions.
	Erased []Ref
	// Repeated reports that Once was seen before and nothing was written; Refs, Erased
	// and Mark are those of the first time. If a new epoch has begun since, the mark is
	// 0: every node that loaded that history has the write.
	Repeated bool
	// Remains reports that readers keep the store from overwriting what Erase has
	// destroyed. Nobody can open it through the store; the next sweep overwrites it.
	Remains bool
}

// A Past is one thing that happened to an entity.
type Past struct {
	Revision int64
	At       time.Time
	Op       string // put or remove; live for a load that brought it
	Load     int64  // zero for an ordinary write
	About    string // of the load
}

// A Store keeps entities durably, with their audit and change rows. It never
// shares memory with its caller beyond what Write.Put says, and is safe for
// concurrent use. Implementations must pass storetest.Run.
type Store interface {
	// Write stores w in one transaction. The error wraps ErrConflict if a revision
	// is stale, ErrInvalid if an external id is taken or a field may not be stored,
	// ErrNotFound if something to remove is absent, ErrUnavailable if the database
	// cannot take writes now.
	Write(ctx context.Context, w Write) (Receipt, error)

	// Seen returns the receipt of the write that an account committed under a key,
	// marked as Repeated; false if there is none, or the key is empty. The error is
	// that of a Write under the same key.
	Seen(ctx context.Context, actor string, once Once) (Receipt, bool, error)

	// Entity returns the live entity with the given id, or ErrNotFound.
	Entity(ctx context.Context, kind Kind, id int64) (Entity, error)

	// Entities yields the live entities of a kind that the query selects, in
	// ascending order of id. An error ends the sequence.
	Entities(ctx context.Context, kind Kind, q Query) iter.Seq2[Entity, error]

	// SubjectKey returns a data subject's wrapped key, or ErrNotFound.
	SubjectKey(ctx context.Context, kind Kind, id int64) (SubjectKey, error)

	// LiveKeys returns what SubjectKey does of many data subjects of a kind, by their ids.
	// Who has none is not among them.
	LiveKeys(ctx context.Context, kind Kind, ids []int64) (map[int64]SubjectKey, error)

	// SubjectKeys returns all wrapped keys of a data subject, also those that came with
	// loads which are not live; none is no error.
	SubjectKeys(ctx context.Context, kind Kind, id int64) ([]SubjectKey, error)

	// Rekey hands change at most limit data subjects of a kind, those with the lowest ids
	// above after, and stores what it made of their keys and digests: in one short
	// transaction, past revisions and the log, for nothing that anybody sees has changed.
	// It returns the id of the last, 0 if there was none. An error of change undoes all.
	Rekey(ctx context.Context, kind Kind, after int64, limit int, change func(*Secrets) error) (last int64, err error)

	// MarkKey says under which master key the store is used, by a mark that tells nothing
	// of the key. If the store's mark is from, it becomes to; the mark that it has then is
	// returned, empty if there is none.
	MarkKey(ctx context.Context, from, to string) (now string, err error)

	// Past returns what happened to an entity, the oldest first, also to one that is gone.
	Past(ctx context.Context, kind Kind, id int64) ([]Past, error)

	// Audit appends rows for what is no write: sign-ins, refusals, reads. All are
	// stored, or none. ID, Seq and MAC are not looked at; what cannot be stored in a
	// text is left out of it rather than refused, since a refusal may quote anything.
	Audit(ctx context.Context, rows []AuditRow) error
	// AuditRows yields the rows that the query selects, newest first unless it says
	// otherwise. It is no snapshot: rows that are stored meanwhile may be missing. An
	// error ends the sequence.
	AuditRows(ctx context.Context, q AuditQuery) iter.Seq2[AuditRow, error]
	// SealAudit gives at most limit committed rows their Seq and MAC, in the order of
	// the log and without a hole, in one transaction, and returns where the chain
	// ends then. Several may call it, also on several nodes: one of them seals, and
	// nobody waits for it, nor it for a writer. The error wraps ErrConflict if chain
	// refuses a row.
	SealAudit(ctx context.Context, limit int, chain AuditChain) (AuditSeal, error)
	// SealedAudit yields the sealed rows whose Seq is above after, in ascending order.
	// An error ends the sequence.
	SealedAudit(ctx context.Context, after int64) iter.Seq2[AuditRow, error]

	// CutAudit removes the first sealed rows whose Seq is not above through, at most
	// limit of them, in one transaction, and returns how many. What is removed must be
	// noted first where the store cannot write, or it counts as lost.
	CutAudit(ctx context.Context, through int64, limit int) (removed int, err error)

	// NextIDs reserves n consecutive ids and returns the first. They lie at or
	// above 2^52 and below 2^53, apart from the ids of generated entities.
	NextIDs(ctx context.Context, n int) (int64, error)

	// BeginLoad opens a bulk load, invisible until committed (RULES A8).
	BeginLoad(ctx context.Context, about LoadInfo) (Load, error)
	// UndoLoad makes a committed load vanish again: what it added is gone, what it
	// replaced is back. It is one change. ErrConflict if something in it was
	// edited since.
	UndoLoad(ctx context.Context, by By, id int64) (Receipt, error)
	// Loads yields all loads, newest first.
	Loads(ctx context.Context) ([]LoadInfo, error)
	// LoadEntities yields the present state of everything that a load touched, in
	// the order of kinds and ids. One that has no live state comes as its Head
	// alone, the Revision negated.
	LoadEntities(ctx context.Context, id int64) iter.Seq2[Entity, error]

	Close() error
}

// A Query selects entities; its zero value selects all.
type Query struct {
	After    int64   // only ids above it: the cursor of a page
	Limit    int     // at most so many; zero is no limit
	IDs      []int64 // only these; nil is all
	Column   string  // with Values or Codes: only entities whose column has one of the values
	Values   []string
	Codes    []CodeRange // with Column, which is text, instead of Values: any value in one of the ranges
	External []string    // only these external ids; nil is all
	// Meets selects what meets it, by the envelope of its geometry, or by where people are
	// who have no home; what lies beside it by less than 10 m may come too. Nil is all.
	Meets *geo.Envelope
}

// LoadInfo describes a bulk load.
type LoadInfo struct {
	ID    int64     `json:"id"`
	Actor string    `json:"actor"`
	About string    `json:"about"` // where it came from: a file's name, "generate 2 towns, seed 7"
	State LoadState `json:"state" enum:"open,live,undone,aborted"`
	Began time.Time `json:"began"`
	Put   int64     `json:"put"`
}

// A LoadState is where a load stands.
type LoadState string

// The states of loads.
const (
	LoadOpen    LoadState = "open"
	LoadLive    LoadState = "live"
	LoadUndone  LoadState = "undone"
	LoadAborted LoadState = "aborted"
)

// A Load takes a bulk load in short transactions. Readers see all of it, or
// nothing until Commit. It is for one goroutine.
type Load interface {
	ID() int64
	// Put stages entities. One whose id or external id is live already replaces
	// that one when the load commits. IDs of new entities are assigned in place.
	Put(ctx context.Context, entities []Entity, keys []SubjectKey) error
	// Commit makes the load live in one short transaction, as ONE change.
	// ErrConflict if an entity it replaces was edited since it was staged.
	Commit(ctx context.Context) (Receipt, error)
	// Abort drops what was staged. After Commit it does nothing.
	Abort(ctx context.Context) error
}
