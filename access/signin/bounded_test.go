package signin

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A bounded map does what a list would that is searched from the front.
func TestBoundedKeepsWhatWasTouchedLast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const limit = 4
		b := newBounded[int, int](limit)
		var model []int // the last touched in front
		for range rapid.IntRange(0, 100).Draw(t, "steps") {
			key := rapid.IntRange(0, 9).Draw(t, "key")
			at := slices.Index(model, key)
			switch rapid.SampledFrom([]string{"get", "add", "remove"}).Draw(t, "do") {
			case "get":
				v := b.get(key)
				if (v != nil) != (at >= 0) || v != nil && *v != key {
					t.Fatalf("get %d = %v, model %v", key, v, model)
				}
				if at < 0 {
					continue
				}
			case "add":
				*b.add(key) = key
			case "remove":
				b.remove(key)
				if at >= 0 {
					model = slices.Delete(model, at, at+1)
				}
				continue
			}
			if at >= 0 {
				model = slices.Delete(model, at, at+1)
			}
			model = slices.Insert(model, 0, key)
			model = model[:min(len(model), limit)]
		}
		if b.len() != len(model) || b.order.Len() != len(model) {
			t.Fatalf("%d kept in a list of %d, want %d", b.len(), b.order.Len(), len(model))
		}
	})
}
