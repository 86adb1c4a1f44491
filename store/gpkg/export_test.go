package gpkg

import (
	"context"
	"slices"

	"quanxi/grid"
)

// Orphan makes a load look like that of a process that died.
func Orphan(l grid.Load) { l.(*load).end() }

// Panic makes a write that panics in its middle.
func Panic(ctx context.Context, s *Store) error {
	return s.writer.do(ctx, func(t tx) error {
		if err := t.exec("INSERT INTO meta VALUES ('half', 'done')"); err != nil {
			return err
		}
		panic("in the middle")
	})
}

// Leave makes a write whose caller goes away while SQLite works on it.
func Leave(ctx context.Context, s *Store) {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	_ = s.writer.do(ctx, func(t tx) error {
		go leave()
		return t.exec("INSERT OR REPLACE INTO meta WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT 'left', count(*) FROM n")
	})
}

// Definition returns every statement by which a file is made.
func Definition() ([]string, error) {
	statements, err := definition()
	return slices.Concat(statements, auditAdded(), auditIndexes()), err
}

// SaysVersion has a file say that it is of another version.
func SaysVersion(ctx context.Context, s *Store, version int) error {
	return s.writer.do(ctx, func(t tx) error { return t.exec("UPDATE meta SET value = ? WHERE name = 'version'", version) })
}
