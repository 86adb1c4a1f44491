package access

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"quanxi/grid"
)

// A Chain makes and checks the MACs of the audit: each covers a row and the MAC of
// the row before it, under a key that the database does not hold. It is safe for
// concurrent use.
type Chain struct {
	key  []byte
	past []era // what earlier keys sealed, the oldest first; see WithPast
}

// NewChain returns the chain of an installation.
func NewChain(master MasterKey) Chain { return Chain{key: master.Derive("seal the audit")} }

// MAC returns the MAC of a row whose predecessor's is previous, nil for the first.
// It covers every field of the row but its own MAC. It is a grid.AuditChain that
// refuses nothing.
func (c Chain) MAC(previous []byte, row grid.AuditRow) []byte {
	h := hmac.New(sha256.New, c.keyOf(row.Seq))
	h.Write(appendRow(appendText(nil, previous), row))
	return h.Sum(nil)
}

// follows reports whether a row is as it was when it was sealed behind previous.
func (c Chain) follows(previous []byte, row grid.AuditRow) bool {
	return hmac.Equal(row.MAC, c.MAC(previous, row))
}

// sign returns what proves that a cut was made by who has the key: a row of the audit
// that says so could be put there by anybody who owns the database.
func (c Chain) sign(cut Cut) []byte { return signCut(c.key, cut) }

func signCut(key []byte, cut Cut) []byte {
	h := hmac.New(sha256.New, key)
	b := binary.BigEndian.AppendUint64([]byte("quanxi cut"), uint64(cut.Seq)) // no row's bytes begin so
	h.Write(appendText(b, cut.MAC))
	return h.Sum(nil)
}

// note writes a cut as the detail of its row in the audit, by which nodes know of it whose
// seals say nothing of it.
func (c Chain) note(cut Cut) string {
	return fmt.Sprintf("%s; cut %d %x %x", cut.By, cut.Seq, cut.MAC, c.sign(cut))
}

// readNote reads the row of what note writes; false for anything else, also if it is not
// signed under the key that sealed the row: an earlier one proves nothing of later rows.
func (c Chain) readNote(row grid.AuditRow) (Cut, bool) {
	by, rest, found := strings.Cut(row.Detail, "; cut ")
	var cut Cut
	var sign []byte
	if n, err := fmt.Sscanf(rest, "%d %x %x", &cut.Seq, &cut.MAC, &sign); !found || err != nil || n != 3 || !hmac.Equal(sign, signCut(c.keyOf(row.Seq), cut)) {
		return Cut{}, false
	}
	cut.By = by
	return cut, true
}

// rowVersion begins the bytes of a row: another order of fields needs another.
const rowVersion = 1

// appendRow appends the bytes that stand for a row. Numbers have eight bytes and
// texts their length before them, so no two rows have the same.
func appendRow(b []byte, row grid.AuditRow) []byte {
	for _, n := range []int64{rowVersion, row.Seq, row.ID, row.At.UnixMicro(), row.Count} {
		b = binary.BigEndian.AppendUint64(b, uint64(n))
	}
	for _, text := range []string{row.Actor, row.Post, row.From, row.Action, row.Object, row.Touched,
		row.Before, row.After, string(row.Result), row.Detail} {
		b = appendText(b, text)
	}
	return b
}

func appendText[T string | []byte](b []byte, text T) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(text)))
	return append(b, text...)
}
