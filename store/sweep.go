package store

import (
	"context"
	"fmt"

	"quanxi/grid"
)

// SweepAborted has sweep drop what each aborted load of a store left behind.
func SweepAborted(ctx context.Context, s grid.Store, sweep func(ctx context.Context, load int64) error) error {
	loads, err := s.Loads(ctx)
	if err != nil {
		return err
	}
	for _, l := range loads {
		if l.State != grid.LoadAborted {
			continue
		}
		if err := sweep(ctx, l.ID); err != nil {
			return fmt.Errorf("load %d: %w", l.ID, err)
		}
	}
	return nil
}
