package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"quanxi/feed"
	"quanxi/store"
)

// changeColumns are the columns that scanChange reads.
const changeColumns = "c.pos, c.kind, c.id, c.revision, c.op, c.at, c.body"

// published is the horizon of one snapshot: every transaction up to it is over,
// and has no change without a position. Snapshots are those of the statement.
const published = `LEAST(pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
	(SELECT w.xid::text::bigint FROM quanxi.change w WHERE w.pos IS NULL ORDER BY w.xid, w.seq LIMIT 1)) - 1`

// Position implements feed.Log.
func (s *Store) Position(ctx context.Context) (feed.Position, error) {
	if err := s.verifyEpoch(ctx); err != nil {
		return feed.Position{}, fmt.Errorf("epoch: %w", classify(err))
	}
	at, err := position(ctx, s.pool, published)
	if err != nil {
		return feed.Position{}, fmt.Errorf("position: %w", classify(err))
	}
	return at, nil
}

// position reads where the log stands, in one statement.
func position(ctx context.Context, from querier, horizon string) (feed.Position, error) {
	rows, err := from.Query(ctx, fmt.Sprintf(`SELECT g.epoch, g.pos, %s, COALESCE(c.kind, ''), COALESCE(c.id, 0), COALESCE(c.revision, 0),
		COALESCE(c.op, ''), COALESCE(c.at, now()), COALESCE(c.body, '')
		FROM quanxi.log g LEFT JOIN quanxi.change c ON c.pos = g.pos`, horizon))
	if err != nil {
		return feed.Position{}, err
	}
	return pgx.CollectExactlyOneRow(rows, func(row pgx.CollectableRow) (feed.Position, error) {
		var at feed.Position
		var c feed.Change
		var body string
		err := row.Scan(&at.Epoch, &at.Pos, &at.Horizon, &c.Kind, &c.ID, &c.Revision, &c.Op, &c.At, &body)
		if at.Pos > 0 {
			c.Pos, c.Body = at.Pos, []byte(body)
			at.Digest = store.Digest(c)
		}
		return at, err
	})
}

// Digest implements feed.Log.
func (s *Store) Digest(ctx context.Context, pos int64) ([]byte, error) {
	list, err := changes(ctx, s.pool, "WHERE c.pos = $1", pos)
	if err == nil && len(list) == 0 {
		err = feed.ErrEpoch
	}
	if err != nil {
		return nil, fmt.Errorf("digest at %d: %w", pos, classify(err))
	}
	return store.Digest(list[0]), nil
}

// pageEnd is the position before the first write that begins beyond $1 + $3; null if
// none does. The changes of a write share a transaction and stand together.
const pageEnd = `(SELECT n.pos - 1 FROM quanxi.change n WHERE n.pos > $1::bigint + $3
	AND n.xid <> (SELECT e.xid FROM quanxi.change e WHERE e.pos = $1::bigint + $3) ORDER BY n.pos LIMIT 1)`

// Changes implements feed.Log.
func (s *Store) Changes(ctx context.Context, after, upTo int64, limit int) ([]feed.Change, error) {
	list, err := changes(ctx, s.pool, "WHERE c.pos > $1 AND c.pos <= LEAST($2, "+pageEnd+") ORDER BY c.pos", after, upTo, limit)
	if err != nil {
		return nil, fmt.Errorf("changes: %w", classify(err))
	}
	return list, nil
}

func changes(ctx context.Context, from querier, where string, args ...any) ([]feed.Change, error) {
	rows, err := from.Query(ctx, "SELECT "+changeColumns+" FROM quanxi.change c "+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanChange)
}

func scanChange(row pgx.CollectableRow) (feed.Change, error) {
	var c feed.Change
	var body string
	err := row.Scan(&c.Pos, &c.Kind, &c.ID, &c.Revision, &c.Op, &c.At, &body)
	c.At = c.At.UTC().Truncate(time.Microsecond)
	if body != "" {
		c.Body = []byte(body)
	}
	return c, err
}
