package gpkg_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"quanxi/grid"
	"quanxi/store/gpkg"
)

// limit is how long a read transaction may take in these tests.
const limit = 40 * time.Millisecond

func hasty(t *testing.T) (s *gpkg.Store, ids []int64) {
	t.Helper()
	s, err := gpkg.OpenWith(t.Context(), filepath.Join(t.TempDir(), "map.gpkg"), gpkg.Options{ReadLimit: limit})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { shut(t, s) })
	for range 5 {
		b := building("one of five")
		put(t, s, b)
		ids = append(ids, b.ID)
	}
	return s, ids
}

// slowly reads with a pause, after every entity, that outlasts the limit.
func slowly(ctx context.Context, s *gpkg.Store, q grid.Query) (ids []int64, err error) {
	for e, err := range s.Entities(ctx, grid.Buildings, q) {
		if err != nil {
			return ids, err
		}
		ids = append(ids, e.Entity().ID)
		<-time.After(limit * 3 / 2)
	}
	return ids, nil
}

func TestASlowReaderComesToTheEnd(t *testing.T) {
	s, ids := hasty(t)
	for _, tt := range []struct {
		name  string
		query grid.Query
		want  []int64
	}{
		{"everything", grid.Query{}, ids},
		{"after the first, three at most", grid.Query{After: ids[0], Limit: 3}, ids[1:4]},
		{"three by their ids", grid.Query{IDs: []int64{ids[4], ids[0], ids[2]}}, []int64{ids[0], ids[2], ids[4]}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got, err := slowly(t.Context(), s, tt.query); err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("read %v, %v; want %v", got, err, tt.want)
			}
		})
	}
	t.Run("unless it gives up itself", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), limit*2)
		defer cancel()
		if got, err := slowly(ctx, s, grid.Query{}); !errors.Is(err, context.DeadlineExceeded) || len(got) == len(ids) {
			t.Errorf("read %v, %v; want its own deadline", got, err)
		}
	})
	t.Run("and can begin again", func(t *testing.T) {
		all := s.Entities(t.Context(), grid.Buildings, grid.Query{})
		for range 2 {
			n := 0
			for _, err := range all {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			if n != len(ids) {
				t.Errorf("%d entities, want %d", n, len(ids))
			}
		}
	})
}
