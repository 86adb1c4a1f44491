package postgis

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"quanxi/grid"
	"quanxi/store"
)

// sealLock is the advisory lock of whoever seals the audit, one in a database.
const sealLock = 0x7365_616c

// trySealing takes the lock if it is free. Without sorting, the rows that wait are
// read from their index in order: a bitmap of all of them would be made anew for
// every few hundred, and would never forget the entries of those that are sealed.
const trySealing = "SELECT pg_try_advisory_xact_lock($1), set_config('enable_sort', 'off', true)"

// auditColumns are the columns that scanAudit reads.
const auditColumns = `id, COALESCE(seq, 0), at, actor, post, came_from, action, object, touched,
	before_digest, after_digest, result, folded, detail, mac`

func scanAudit(row pgx.CollectableRow) (grid.AuditRow, error) {
	var r grid.AuditRow
	err := row.Scan(&r.ID, &r.Seq, &r.At, &r.Actor, &r.Post, &r.From, &r.Action, &r.Object, &r.Touched,
		&r.Before, &r.After, &r.Result, &r.Count, &r.Detail, &r.MAC)
	r.At = r.At.UTC()
	return r, err
}

// insertAudit stores one row, with the arguments of auditArgs.
const insertAudit = `INSERT INTO quanxi.audit (at, actor, post, came_from, action, object, touched, before_digest, after_digest, result, folded, detail)
	VALUES (COALESCE($1, now()), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

func auditArgs(row grid.AuditRow) []any {
	row = store.PrepareAudit(row)
	var at *time.Time
	if !row.At.IsZero() {
		at = &row.At
	}
	return []any{at, row.Actor, row.Post, row.From, row.Action, row.Object, row.Touched, row.Before, row.After,
		string(row.Result), row.Count, row.Detail}
}

// Audit implements grid.Store.
func (s *Store) Audit(ctx context.Context, rows []grid.AuditRow) error {
	if len(rows) == 0 {
		return nil
	}
	batch := new(pgx.Batch) // is one transaction
	for _, row := range rows {
		batch.Queue(insertAudit, auditArgs(row)...)
	}
	if err := s.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("audit: %w", classify(err))
	}
	return nil
}

// AuditRows implements grid.Store.
func (s *Store) AuditRows(ctx context.Context, q grid.AuditQuery) iter.Seq2[grid.AuditRow, error] {
	return store.AuditPages(q, func(q grid.AuditQuery) ([]grid.AuditRow, error) {
		where, args := "true", []any{}
		for _, c := range store.AuditConditions(q) {
			for _, value := range c.Values {
				args = append(args, value)
				c.Text = strings.Replace(c.Text, "?", fmt.Sprintf("$%d", len(args)), 1)
			}
			where += " AND " + c.Text
		}
		args = append(args, q.Limit)
		return auditRows(ctx, s.pool, fmt.Sprintf("%s%s LIMIT $%d", where, store.AuditOrder(q), len(args)), args...)
	})
}

// SealedAudit implements grid.Store.
func (s *Store) SealedAudit(ctx context.Context, after int64) iter.Seq2[grid.AuditRow, error] {
	return store.SealedPages(after, func(after int64, limit int) ([]grid.AuditRow, error) {
		return auditRows(ctx, s.pool, "seq > $1 ORDER BY seq LIMIT $2", after, limit)
	})
}

func auditRows(ctx context.Context, from querier, where string, args ...any) ([]grid.AuditRow, error) {
	rows, err := from.Query(ctx, "SELECT "+auditColumns+" FROM quanxi.audit WHERE "+where, args...)
	if err != nil {
		return nil, classify(err)
	}
	list, err := pgx.CollectRows(rows, scanAudit)
	return list, classify(err)
}

// SealAudit implements grid.Store. Like publish it takes only what lies below the
// xmin of its snapshot: no transaction that could still commit comes before it.
func (s *Store) SealAudit(ctx context.Context, limit int, chain grid.AuditChain) (grid.AuditSeal, error) {
	end, found, err := auditEnd(ctx, s.pool)
	if err == nil && found && limit > 0 {
		err = s.update(ctx, func(tx pgx.Tx) (err error) {
			end, err = sealAudit(ctx, tx, limit, chain)
			return err
		})
	}
	if err != nil {
		return grid.AuditSeal{}, fmt.Errorf("seal audit: %w", classify(err))
	}
	return end, nil
}

// cutAudit deletes the first sealed rows up to a place in the chain.
const cutAudit = `DELETE FROM quanxi.audit WHERE id IN (SELECT id FROM quanxi.audit WHERE seq <= $1 ORDER BY seq LIMIT $2)`

// CutAudit implements grid.Store.
func (s *Store) CutAudit(ctx context.Context, through int64, limit int) (removed int, err error) {
	err = s.update(ctx, func(tx pgx.Tx) error {
		// For this transaction, up to here, a trigger lets rows go.
		if _, err := tx.Exec(ctx, "SELECT set_config('quanxi.audit_cut', $1, true)", strconv.FormatInt(through, 10)); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, cutAudit, through, limit)
		removed = int(tag.RowsAffected())
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("cut audit: %w", classify(err))
	}
	return removed, nil
}

// auditEnd returns where the chain ends, and whether a row can be sealed.
func auditEnd(ctx context.Context, from querier) (end grid.AuditSeal, found bool, err error) {
	rows, err := from.Query(ctx, `SELECT COALESCE(e.seq, 0), e.mac, EXISTS (SELECT 1 FROM quanxi.audit
			WHERE seq IS NULL AND xid < pg_snapshot_xmin(pg_current_snapshot()))
		FROM (SELECT 1) one LEFT JOIN LATERAL (SELECT seq, mac FROM quanxi.audit WHERE seq IS NOT NULL ORDER BY seq DESC LIMIT 1) e ON true`)
	if err != nil {
		return end, false, err
	}
	found, err = pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (found bool, err error) {
		err = row.Scan(&end.Seq, &end.MAC, &found)
		return found, err
	})
	return end, found, err
}

// sealAudit seals unless another session is about it. It has no transaction number
// before the last statement: what holds publication back is short.
func sealAudit(ctx context.Context, tx pgx.Tx, limit int, chain grid.AuditChain) (grid.AuditSeal, error) {
	var mine bool
	if err := tx.QueryRow(ctx, trySealing, int64(sealLock)).Scan(&mine, nil); err != nil {
		return grid.AuditSeal{}, err
	}
	end, _, err := auditEnd(ctx, tx) // after the lock, so that the last sealer's work is seen
	if err != nil || !mine {
		return end, err
	}
	rows, err := auditRows(ctx, tx, "seq IS NULL AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY xid, id LIMIT $1", limit)
	if err != nil {
		return end, err
	}
	if end, err = store.Chain(end, rows, chain); err != nil {
		return end, err
	}
	n := len(rows)
	ids, seqs, macs := make([]int64, n), make([]int64, n), make([][]byte, n)
	for i, row := range rows {
		ids[i], seqs[i], macs[i] = row.ID, row.Seq, row.MAC
	}
	_, err = tx.Exec(ctx, `UPDATE quanxi.audit a SET seq = n.seq, mac = n.mac
		FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) n (id, seq, mac) WHERE a.id = n.id`, ids, seqs, macs)
	return end, err
}
