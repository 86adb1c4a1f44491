package gpkg

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// KeyMark returns the mark that MarkKey left in the file at path, empty if there is none. It
// changes nothing, and does not wait for whoever writes.
func KeyMark(ctx context.Context, path string) (mark string, err error) {
	db := openReaders(path)
	defer db.Close()
	err = db.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = 'key'").Scan(&mark)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("mark of the key: %w", classify(err))
	}
	return mark, nil
}

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
