package grid

import "iter"

// InParts yields entities in parts of at most so many, each a slice of its own, for whoever
// asks about many at once. An error ends both.
func InParts(all iter.Seq2[Entity, error], most int) iter.Seq2[[]Entity, error] {
	return func(yield func([]Entity, error) bool) {
		var part []Entity
		for e, err := range all {
			if err != nil {
				yield(nil, err)
				return
			}
			if part = append(part, e); len(part) == most {
				if !yield(part, nil) {
					return
				}
				part = nil
			}
		}
		if len(part) > 0 {
			yield(part, nil)
		}
	}
}
