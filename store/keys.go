package store

import "quanxi/grid"

// ByID returns keys by the ids of their data subjects; of several of one the last.
func ByID(keys []grid.SubjectKey) map[int64]grid.SubjectKey {
	by := make(map[int64]grid.SubjectKey, len(keys))
	for _, k := range keys {
		by[k.ID] = k
	}
	return by
}
