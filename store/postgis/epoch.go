package postgis

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// verifyEpoch begins a new epoch if the log is not where it was.
func (s *Store) verifyEpoch(ctx context.Context) error {
	var same bool
	err := s.pool.QueryRow(ctx, "SELECT cluster = quanxi.cluster() FROM quanxi.log").Scan(&same)
	if err != nil || same {
		return err
	}
	return s.update(ctx, func(tx pgx.Tx) error { return beginEpoch(ctx, tx) })
}

// otherEpoch is the SQLSTATE of quanxi.epoch.
const otherEpoch = "QX001"

// restored reports that a write failed because the database took the place of
// another, and begins a new epoch there. The ids that were set aside for the old
// one are dropped: here they may be somebody's.
func (s *Store) restored(ctx context.Context, err error) bool {
	var refused *pgconn.PgError
	if !errors.As(err, &refused) || refused.Code != otherEpoch {
		return false
	}
	s.ids.drop()
	return s.verifyEpoch(ctx) == nil
}

// beginEpoch gives the log a new epoch, unless another node has just done so.
// Changes that the old place left without a position get theirs now: their
// transaction numbers mean nothing here, and everybody reads the whole state anew.
func beginEpoch(ctx context.Context, tx pgx.Tx) error {
	var same bool
	err := tx.QueryRow(ctx, "SELECT cluster = quanxi.cluster() FROM quanxi.log FOR UPDATE").Scan(&same)
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
	_, err = tx.Exec(ctx, "UPDATE quanxi.log SET epoch = $1, cluster = quanxi.cluster(), pos = (SELECT COALESCE(max(pos), 0) FROM quanxi.change)", hex.EncodeToString(id))
	return err
}
