package gpkg

import (
	"context"

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
