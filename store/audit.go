package store

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"quanxi/feed"
	"quanxi/grid"
)

// A Touched is one entity in an audit row.
type Touched struct {
	Kind     grid.Kind `json:"kind"`
	ID       int64     `json:"id"`
	Revision int64     `json:"revision,omitempty"`
	Op       string    `json:"op"`
}

// TouchedList returns what was touched as an audit row says it.
func TouchedList(list ...Touched) string {
	text, err := json.Marshal(list)
	if err != nil || len(list) == 0 {
		return "[]"
	}
	return string(text)
}

// auditOf returns the audit row of a write, but for what it touched.
func auditOf(w grid.Write) grid.AuditRow {
	return grid.AuditRow{Actor: w.Actor, Post: w.Post, From: w.From, Action: w.Action, Object: w.Object,
		Before: hex.EncodeToString(w.Before), After: hex.EncodeToString(w.After), Detail: w.Detail}
}

// PrepareAudit makes a row storable: it fills in what is empty, and leaves out of
// its texts what PostgreSQL cannot keep. The time stays zero if it is.
func PrepareAudit(row grid.AuditRow) grid.AuditRow {
	for _, text := range []*string{&row.Actor, &row.Post, &row.From, &row.Action, &row.Object, &row.Touched, &row.Before, &row.After, &row.Detail} {
		*text = strings.ReplaceAll(strings.ToValidUTF8(*text, "\uFFFD"), "\x00", "\uFFFD")
	}
	if row.Touched == "" {
		row.Touched = "[]"
	}
	if row.Result == "" {
		row.Result = grid.ResultOK
	}
	if row.Count == 0 {
		row.Count = 1
	}
	if !row.At.IsZero() {
		row.At = row.At.UTC().Truncate(time.Microsecond)
	}
	return row
}

// A Condition is one of those that a row must meet, in SQL, with a mark "?" for each of
// its values: texts, int64s or times.
type Condition struct {
	Text   string
	Values []any
}

// AuditConditions returns what q asks of a row.
func AuditConditions(q grid.AuditQuery) []Condition {
	var list []Condition
	add := func(wanted bool, text string, values ...any) {
		if wanted {
			list = append(list, Condition{text, values})
		}
	}
	add(q.Before > 0, "id < ?", q.Before)
	add(q.After > 0, "id > ?", q.After)
	add(q.Actor != "", "actor = ?", q.Actor)
	add(q.Action != "", "action >= ?", q.Action)
	add(q.Action != "", "action < ?", q.Action+"\U0010FFFF")
	add(q.Object != "", "object = ?", q.Object)
	kind, id, isEntity := entityOf(q.About)
	add(q.About != "" && !isEntity, "object = ?", q.About)
	// As TouchedList writes it; there is always more of it behind the id.
	add(isEntity, "(object = ? OR touched LIKE ?)", q.About, fmt.Sprintf(`%%"kind":%q,"id":%d,%%`, kind, id))
	add(q.Result != "", "result = ?", string(q.Result))
	add(!q.From.IsZero(), "at >= ?", q.From)
	add(!q.Until.IsZero(), "at < ?", q.Until)
	return list
}

// entityOf reads an object that is an entity, such as people/17.
func entityOf(object string) (kind grid.Kind, id int64, ok bool) {
	before, after, _ := strings.Cut(object, "/")
	id, err := strconv.ParseInt(after, 10, 64)
	kind = grid.Kind(before)
	return kind, id, err == nil && slices.Contains(feed.Kinds(), kind)
}

// AuditOrder returns the order that q asks for, in SQL.
func AuditOrder(q grid.AuditQuery) string {
	if q.Oldest {
		return " ORDER BY id"
	}
	return " ORDER BY id DESC"
}

// auditPage is how many rows of the audit are read at a time, so that no reader
// keeps a transaction open while somebody looks at them.
const auditPage = 1000

// AuditPages yields what q selects, page by page.
func AuditPages(q grid.AuditQuery, page func(grid.AuditQuery) ([]grid.AuditRow, error)) iter.Seq2[grid.AuditRow, error] {
	return func(yield func(grid.AuditRow, error) bool) {
		next, left := q, q.Limit
		for {
			next.Limit = auditPage
			if q.Limit > 0 {
				next.Limit = min(auditPage, left)
			}
			rows, err := page(next)
			if !hand(rows, err, yield) || len(rows) < next.Limit {
				return
			}
			if left -= len(rows); q.Limit > 0 && left == 0 {
				return
			}
			if last := rows[len(rows)-1].ID; q.Oldest {
				next.After = last
			} else {
				next.Before = last
			}
		}
	}
}

// SealedPages yields the sealed rows above a place in the chain, page by page.
func SealedPages(after int64, page func(after int64, limit int) ([]grid.AuditRow, error)) iter.Seq2[grid.AuditRow, error] {
	return func(yield func(grid.AuditRow, error) bool) {
		for {
			rows, err := page(after, auditPage)
			if !hand(rows, err, yield) || len(rows) < auditPage {
				return
			}
			after = rows[len(rows)-1].Seq
		}
	}
}

// hand yields a page or its error, and reports whether there may be more.
func hand(rows []grid.AuditRow, err error, yield func(grid.AuditRow, error) bool) bool {
	if err != nil {
		yield(grid.AuditRow{}, fmt.Errorf("audit: %w", err))
		return false
	}
	for _, row := range rows {
		if !yield(row, nil) {
			return false
		}
	}
	return true
}

// Chain seals rows in place behind the end of the chain. The error wraps
// grid.ErrConflict if chain refuses one.
func Chain(end grid.AuditSeal, rows []grid.AuditRow, chain grid.AuditChain) (grid.AuditSeal, error) {
	for i := range rows {
		rows[i].Seq = end.Seq + 1
		if rows[i].MAC = chain(end.MAC, rows[i]); rows[i].MAC == nil {
			return end, fmt.Errorf("row %d does not follow: %w", rows[i].Seq, grid.ErrConflict)
		}
		end.Seq, end.MAC = rows[i].Seq, rows[i].MAC
	}
	end.Count = len(rows)
	return end, nil
}
