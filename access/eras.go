package access

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"iter"
	"slices"

	"quanxi/grid"
)

// handOverAction is the action of the rows that say how far an earlier key sealed.
const handOverAction = "keys.rotate"

// An era is the part of the audit that was sealed under an earlier key.
type era struct {
	until int64 // Seq of its last row
	key   []byte
}

// A handOver is the detail of a row that ends an era: its key, wrapped under one that
// derives from the key of the era after it. Nobody needs an earlier master key to verify,
// and whoever has one cannot make such a row.
type handOver struct {
	Until int64  `json:"until"`
	Key   string `json:"key"`
}

// name tells a chain's key from others, and nothing else of it.
func (c Chain) name() string { return fmt.Sprintf("%x", derive(c.key, "name of an audit key")[:8]) }

func (c Chain) wrap(old Chain, until int64) string {
	sealed := newAEAD(derive(c.key, "wrap earlier audit keys")).Seal(nil, nil, old.key, eraData(until))
	text, _ := json.Marshal(handOver{until, base64.StdEncoding.EncodeToString(sealed)}) // a number and a text always marshal
	return string(text)
}

// unwrap reads what wrap wrote; false if it was not this chain's key that wrote it.
func (c Chain) unwrap(detail string) (era, bool) {
	var h handOver
	if json.Unmarshal([]byte(detail), &h) != nil {
		return era{}, false
	}
	sealed, err := base64.StdEncoding.DecodeString(h.Key)
	if err != nil {
		return era{}, false
	}
	key, err := newAEAD(derive(c.key, "wrap earlier audit keys")).Open(nil, nil, sealed, eraData(h.Until))
	return era{h.Until, key}, err == nil
}

func eraData(until int64) []byte { return fmt.Appendf(nil, "until row %d", until) }

// An AuditReader reads the rows of the audit.
type AuditReader interface {
	AuditRows(ctx context.Context, q grid.AuditQuery) iter.Seq2[grid.AuditRow, error]
}

// WithPast returns the chain that also verifies what earlier keys sealed, as the audit
// itself says. A row that somebody made up does not open, and one that was taken away
// leaves rows that are not as they were sealed.
func (c Chain) WithPast(ctx context.Context, from AuditReader) (Chain, error) {
	all := Chain{key: c.key}
	for now := c; ; {
		e, found, err := now.before(ctx, from)
		if err != nil || !found {
			return all, err
		}
		all.past = slices.Insert(all.past, 0, e)
		now = Chain{key: e.key}
	}
}

// before returns the era that ended when the chain's key came. A rotation that was
// interrupted leaves several rows of it, each of which takes it further.
func (c Chain) before(ctx context.Context, from AuditReader) (last era, found bool, err error) {
	for row, err := range from.AuditRows(ctx, grid.AuditQuery{Object: "keys/" + c.name(), Action: handOverAction}) {
		if err != nil {
			return era{}, false, err
		}
		if e, ok := c.unwrap(row.Detail); ok && (!found || e.until > last.until) {
			last, found = e, true
		}
	}
	return last, found, nil
}

// keyOf returns the key under which a row was sealed.
func (c Chain) keyOf(seq int64) []byte {
	for _, e := range c.past {
		if seq <= e.until {
			return e.key
		}
	}
	return c.key
}
