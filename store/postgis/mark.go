package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

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
