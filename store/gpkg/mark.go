package gpkg

import (
	"context"
	"fmt"
)

// MarkKey implements grid.Store.
func (s *Store) MarkKey(ctx context.Context, from, to string) (now string, err error) {
	err = s.writer.do(ctx, func(t tx) error {
		if err := t.exec("INSERT OR IGNORE INTO meta VALUES ('key', '')"); err != nil {
			return err
		}
		if err := t.exec("UPDATE meta SET value = ? WHERE name = 'key' AND value = ?", to, from); err != nil {
			return err
		}
		return t.row("SELECT value FROM meta WHERE name = 'key'", nil, &now)
	})
	if err != nil {
		return "", fmt.Errorf("mark of the key: %w", classify(err))
	}
	return now, nil
}
