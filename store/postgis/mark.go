package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// keyMarkTime is how long KeyMark takes at most.
const keyMarkTime = 10 * time.Second

// KeyMark returns the mark that MarkKey left in the database at url, empty if there is none. It
// changes nothing. It does not wait for ever either, as it might for a node that brings the tables
// up to date, which waits for a pg_dump, which waits for whoever asks here to read on.
func KeyMark(ctx context.Context, url string) (mark string, err error) {
	ctx, cancel := context.WithTimeout(ctx, keyMarkTime)
	defer cancel()
	conn, err := pgx.Connect(ctx, url)
	if err == nil {
		err = conn.QueryRow(ctx, "SELECT key_mark FROM quanxi.installation").Scan(&mark)
		err = errors.Join(err, conn.Close(ctx))
	}
	if err != nil {
		return "", fmt.Errorf("mark of the key: %w", classify(err))
	}
	return mark, nil
}

// MarkKey implements grid.Store.
func (s *Store) MarkKey(ctx context.Context, from, to string) (now string, err error) {
	err = s.update(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, "UPDATE quanxi.installation SET key_mark = $2 WHERE key_mark = $1 AND $1 <> $2", from, to)
		if err == nil {
			err = tx.QueryRow(ctx, "SELECT key_mark FROM quanxi.installation").Scan(&now)
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("mark of the key: %w", classify(err))
	}
	return now, nil
}
