package signin

import "container/list"

// A bounded map keeps at most limit values; what was touched longest ago goes
// first. Pointers into it hold until the next add. Its owner locks it.
type bounded[K comparable, V any] struct {
	limit int
	byKey map[K]*list.Element
	order list.List // of *kept[K, V], the last touched in front
}

type kept[K comparable, V any] struct {
	key   K
	value V
}

func newBounded[K comparable, V any](limit int) *bounded[K, V] {
	return &bounded[K, V]{limit: max(limit, 1), byKey: make(map[K]*list.Element)}
}

// get returns the value under a key and touches it, nil if there is none.
func (b *bounded[K, V]) get(key K) *V {
	e, ok := b.byKey[key]
	if !ok {
		return nil
	}
	b.order.MoveToFront(e)
	return &e.Value.(*kept[K, V]).value
}

// add returns the value under a key, a zero one if there was none.
func (b *bounded[K, V]) add(key K) *V {
	if v := b.get(key); v != nil {
		return v
	}
	if len(b.byKey) >= b.limit {
		b.remove(b.order.Back().Value.(*kept[K, V]).key)
	}
	k := &kept[K, V]{key: key}
	b.byKey[key] = b.order.PushFront(k)
	return &k.value
}

func (b *bounded[K, V]) remove(key K) {
	if e, ok := b.byKey[key]; ok {
		b.order.Remove(e)
		delete(b.byKey, key)
	}
}

func (b *bounded[K, V]) len() int { return len(b.byKey) }
