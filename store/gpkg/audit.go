package gpkg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"quanxi/grid"
	"quanxi/store"
)

// auditAdded are the columns of the audit that files of the first version do not
// have. The MAC has room for the number that comes with it: a row that grew when
// it is sealed would split its full page.
func auditAdded() []string {
	return []string{
		"post TEXT NOT NULL DEFAULT ''",
		"object TEXT NOT NULL DEFAULT ''",
		"before_digest TEXT NOT NULL DEFAULT ''",
		"after_digest TEXT NOT NULL DEFAULT ''",
		"result TEXT NOT NULL DEFAULT 'ok'",
		"folded INTEGER NOT NULL DEFAULT 1",
		"detail TEXT NOT NULL DEFAULT ''",
		"seq INTEGER", // NULL while not sealed
		"mac BLOB NOT NULL DEFAULT x'" + strings.Repeat("00", 40) + "'",
	}
}

func auditIndexes() []string {
	return []string{
		"CREATE UNIQUE INDEX IF NOT EXISTS audit_seq ON audit (seq) WHERE seq IS NOT NULL",
		"CREATE INDEX IF NOT EXISTS audit_unsealed ON audit (id) WHERE seq IS NULL",
		"CREATE INDEX IF NOT EXISTS audit_object ON audit (object) WHERE object <> ''",
	}
}

// auditColumns are the columns that scanAudit reads, each as what it is to be: SQLite lets
// whoever has the file put a word where a number is, and a row that cannot be read would
// hide what was done to it, and every row beside it. A word for a number reads as -1.
const auditColumns = `id, CASE typeof(seq) WHEN 'integer' THEN seq ELSE 0 END, CASE typeof(at) WHEN 'integer' THEN at ELSE -1 END,
	CAST(actor AS TEXT), CAST(post AS TEXT), CAST(came_from AS TEXT), CAST(action AS TEXT), CAST(object AS TEXT),
	CAST(touched AS TEXT), CAST(before_digest AS TEXT), CAST(after_digest AS TEXT), CAST(result AS TEXT),
	CASE typeof(folded) WHEN 'integer' THEN folded ELSE -1 END, CAST(detail AS TEXT), CAST(mac AS BLOB)`

func scanAudit(row interface{ Scan(...any) error }) (grid.AuditRow, error) {
	var r grid.AuditRow
	var at int64
	err := row.Scan(&r.ID, &r.Seq, &at, &r.Actor, &r.Post, &r.From, &r.Action, &r.Object, &r.Touched,
		&r.Before, &r.After, &r.Result, &r.Count, &r.Detail, &r.MAC)
	r.At = time.UnixMicro(at).UTC()
	if r.Seq == 0 {
		r.MAC = nil
	}
	return r, err
}

// insertAudit stores a row; at is the time of one that has none.
func (t tx) insertAudit(at int64, row grid.AuditRow) error {
	row = store.PrepareAudit(row)
	if !row.At.IsZero() {
		at = row.At.UnixMicro()
	}
	return t.exec(`INSERT INTO audit (at, actor, post, came_from, action, object, touched, before_digest, after_digest, result, folded, detail)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, at, row.Actor, row.Post, row.From, row.Action, row.Object, row.Touched,
		row.Before, row.After, string(row.Result), row.Count, row.Detail)
}

// Audit implements grid.Store.
func (s *Store) Audit(ctx context.Context, rows []grid.AuditRow) error {
	if len(rows) == 0 {
		return nil
	}
	err := s.writer.do(ctx, func(t tx) error {
		at := time.Now().UnixMicro()
		for _, row := range rows {
			if err := t.insertAudit(at, row); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("audit: %w", classify(err))
	}
	return nil
}

// AuditRows implements grid.Store.
func (s *Store) AuditRows(ctx context.Context, q grid.AuditQuery) iter.Seq2[grid.AuditRow, error] {
	return store.AuditPages(q, func(q grid.AuditQuery) ([]grid.AuditRow, error) {
		where, args := "1", []any{}
		for _, c := range store.AuditConditions(q) {
			where += " AND " + c.Text
			for _, value := range c.Values {
				if at, ok := value.(time.Time); ok {
					value = at.UnixMicro()
				}
				args = append(args, value)
			}
		}
		return s.auditRows(ctx, where+store.AuditOrder(q)+" LIMIT ?", append(args, q.Limit)...)
	})
}

// SealedAudit implements grid.Store.
func (s *Store) SealedAudit(ctx context.Context, after int64) iter.Seq2[grid.AuditRow, error] {
	return store.SealedPages(after, func(after int64, limit int) ([]grid.AuditRow, error) {
		return s.auditRows(ctx, "seq > ? AND typeof(seq) = 'integer' ORDER BY seq LIMIT ?", after, limit)
	})
}

func (s *Store) auditRows(ctx context.Context, where string, args ...any) ([]grid.AuditRow, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.ReadLimit)
	defer cancel()
	rows, err := s.readers.Load().QueryContext(ctx, "SELECT "+auditColumns+" FROM audit WHERE "+where, args...)
	if err != nil {
		return nil, classify(err)
	}
	return collectAudit(rows)
}

func collectAudit(rows *sql.Rows) ([]grid.AuditRow, error) {
	defer rows.Close()
	var list []grid.AuditRow
	for rows.Next() {
		row, err := scanAudit(rows)
		if err != nil {
			return nil, classify(err)
		}
		list = append(list, row)
	}
	return list, classify(rows.Err())
}

// SealAudit implements grid.Store. The single writer commits in the order of ids.
func (s *Store) SealAudit(ctx context.Context, limit int, chain grid.AuditChain) (grid.AuditSeal, error) {
	end, found, err := s.unsealed(ctx)
	if err == nil && found && limit > 0 {
		err = s.writer.do(ctx, func(t tx) (err error) {
			end, err = t.sealAudit(limit, chain)
			return err
		})
	}
	if err != nil {
		return grid.AuditSeal{}, fmt.Errorf("seal audit: %w", classify(err))
	}
	return end, nil
}

// CutAudit implements grid.Store.
func (s *Store) CutAudit(ctx context.Context, through int64, limit int) (removed int, err error) {
	err = s.writer.do(ctx, func(t tx) error {
		n, err := t.count("DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE seq IS NOT NULL AND seq <= ? ORDER BY seq LIMIT ?)", through, limit)
		removed = int(n)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("cut audit: %w", classify(err))
	}
	return removed, nil
}

const auditEnd = "SELECT seq, mac FROM audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1"

// unsealed returns where the chain ends and whether a row waits, without taking a
// turn from the writers.
func (s *Store) unsealed(ctx context.Context) (end grid.AuditSeal, found bool, err error) {
	db := s.readers.Load()
	err = db.QueryRowContext(ctx, auditEnd).Scan(&end.Seq, &end.MAC)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return end, false, err
	}
	err = db.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM audit WHERE seq IS NULL)").Scan(&found)
	return end, found, err
}

func (t tx) sealAudit(limit int, chain grid.AuditChain) (end grid.AuditSeal, err error) {
	err = t.row(auditEnd, nil, &end.Seq, &end.MAC)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return end, err
	}
	rows, err := t.rows("SELECT "+auditColumns+" FROM audit WHERE seq IS NULL ORDER BY id LIMIT ?", limit)
	if err != nil {
		return end, err
	}
	waiting, err := collectAudit(rows)
	if err != nil {
		return end, err
	}
	if end, err = store.Chain(end, waiting, chain); err != nil {
		return end, err
	}
	for _, row := range waiting {
		if err := t.exec("UPDATE audit SET seq = ?, mac = ? WHERE id = ?", row.Seq, row.MAC, row.ID); err != nil {
			return end, err
		}
	}
	return end, nil
}
