package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// A Blocker is an open write transaction that keeps changes from being
// published: no change of a later transaction gets a position before it ends
// (RULES A4). It may be in any database of the server.
type Blocker struct {
	PID         int32  // of the session; zero for a prepared transaction
	Prepared    string // name of the prepared transaction; else empty
	Database    string
	Application string
	State       string // "idle in transaction", "active" …
	Since       time.Time
}

// Blockers returns the write transactions that have been open for longer than
// age, that with the lowest number first: it is the one that holds publication back. What they execute
// is not told, since it may hold personal data. Sessions of other roles show
// only to members of pg_read_all_stats.
func (s *Store) Blockers(ctx context.Context, age time.Duration) ([]Blocker, error) {
	rows, err := s.pool.Query(ctx, `SELECT pid, prepared, database, application, state, since FROM (
		SELECT pid, '' AS prepared, COALESCE(datname, '') AS database, COALESCE(application_name, '') AS application,
			COALESCE(state, '') AS state, xact_start AS since, age(backend_xid) AS held
		FROM pg_stat_activity WHERE backend_xid IS NOT NULL AND pid <> pg_backend_pid()
		UNION ALL SELECT 0, gid, database, '', 'prepared', prepared, age(transaction) FROM pg_prepared_xacts) open
		WHERE since < clock_timestamp() - $1::interval ORDER BY held DESC`, age)
	if err != nil {
		return nil, fmt.Errorf("blockers: %w", classify(err))
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Blocker])
	if err != nil {
		return nil, fmt.Errorf("blockers: %w", classify(err))
	}
	return list, nil
}
