package postgis

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"

	"quanxi/feed"
)

// unindexedLock is the advisory lock of whoever fills a store without lookups.
const unindexedLock = 0x756e_6978

// Unindexed drops the indexes by which entities are found, until restore makes them
// again in one go: in a city, keeping those of random digests up to date costs more
// than all else. Meanwhile to find somebody is to read the whole table, and while
// they are made nobody can write, so it is for a store that is not in use yet. If the
// process dies, the next Sweep of any other makes them. restore may be called twice.
func (s *Store) Unindexed(ctx context.Context) (restore func(context.Context) error, err error) {
	conn, err := s.session(ctx)
	if err == nil {
		_, err = conn.Exec(ctx, "SELECT pg_advisory_lock_shared($1)", int64(unindexedLock))
	}
	if err != nil {
		return nil, fmt.Errorf("drop indexes: %w", classify(err))
	}
	end := sync.OnceFunc(func() {
		// The server ends a session, and with it gives up its lock, some time after it was told so.
		_, _ = conn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock_shared($1)", int64(unindexedLock))
		_ = conn.Close(context.WithoutCancel(ctx))
	})
	for _, kind := range feed.Kinds() {
		for _, l := range lookupsOf(kind) {
			if _, err := conn.Exec(ctx, "DROP INDEX IF EXISTS "+l.name); err != nil {
				end()
				return nil, fmt.Errorf("drop indexes: %w", classify(err))
			}
		}
	}
	return func(ctx context.Context) error {
		end()
		return s.index(ctx)
	}, nil
}

// index makes the lookups that are missing, unless somebody does without them now.
func (s *Store) index(ctx context.Context) error {
	conn, err := s.session(ctx)
	if err != nil {
		return fmt.Errorf("make indexes: %w", classify(err))
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var free bool
	if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", int64(unindexedLock)).Scan(&free); err != nil || !free {
		return classify(err)
	}
	for _, kind := range feed.Kinds() {
		if err := makeLookups(ctx, conn, lookupsOf(kind)); err != nil {
			return fmt.Errorf("make indexes of %s: %w", kind, classify(err))
		}
	}
	return nil
}

func makeLookups(ctx context.Context, conn *pgx.Conn, lookups []lookup) error {
	for _, l := range lookups {
		var there bool
		if err := conn.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", l.name).Scan(&there); err != nil {
			return err
		}
		if there {
			continue
		}
		if _, err := conn.Exec(ctx, l.create); err != nil {
			return err
		}
	}
	return nil
}
