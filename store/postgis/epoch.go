package postgis

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"github.com/jackc/pgx/v5"
)

// cluster names where the log is: the server's identifier and timeline, the
// database, and the table itself. Each changes when a copy takes the place of
// the original: a new cluster, a promoted replica, a restored dump.
const cluster = `(SELECT system_identifier::text FROM pg_control_system()) || '/' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
	|| '/' || (SELECT oid::text FROM pg_database WHERE datname = current_database()) || '/' || 'quanxi.log'::regclass::oid::text`

// verifyEpoch begins a new epoch if the log is not where it was.
func (s *Store) verifyEpoch(ctx context.Context) error {
	var same bool
	err := s.pool.QueryRow(ctx, "SELECT cluster = "+cluster+" FROM quanxi.log").Scan(&same)
	if err != nil || same {
		return err
	}
	return s.update(ctx, func(tx pgx.Tx) error { return beginEpoch(ctx, tx) })
}

// beginEpoch gives the log a new epoch, unless another node has just done so.
// Changes that the old place left without a position get theirs now: their
// transaction numbers mean nothing here, and everybody reads the whole state anew.
func beginEpoch(ctx context.Context, tx pgx.Tx) error {
	var same bool
	err := tx.QueryRow(ctx, "SELECT cluster = "+cluster+" FROM quanxi.log FOR UPDATE").Scan(&same)
	if err != nil || same {
		return err
	}
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `WITH left_over AS (SELECT seq, row_number() OVER (ORDER BY xid, seq) AS n FROM quanxi.change WHERE pos IS NULL)
		UPDATE quanxi.change c SET pos = g.pos + o.n FROM left_over o, quanxi.log g WHERE c.seq = o.seq`)
	if err != nil {
		return err
	}
	// So may the rows of the audit that the old place left unsealed: they come first.
	if _, err = tx.Exec(ctx, "UPDATE quanxi.audit SET xid = '0' WHERE seq IS NULL"); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, "UPDATE quanxi.log SET epoch = $1, cluster = "+cluster+", pos = (SELECT COALESCE(max(pos), 0) FROM quanxi.change)", hex.EncodeToString(id))
	return err
}
