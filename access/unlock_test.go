package access_test

import (
	"errors"
	"testing"

	"quanxi/access"
	"quanxi/grid"
)

// TestWhoseAStoreIs takes a store through the hands of several master keys, in order.
func TestWhoseAStoreIs(t *testing.T) {
	d := newDesk(t) // under the first key
	one, two, s := masterKey(t, "1"), masterKey(t, "2"), d.store
	claim := func(key access.MasterKey) func() error {
		return func() error { return access.Claim(t.Context(), s, key) }
	}
	belongs := func(keys ...access.MasterKey) func() error {
		return func() error { return access.Belongs(t.Context(), s, keys...) }
	}
	rotate := func(from, to access.MasterKey) func() error {
		return func() error {
			_, err := access.Rotation{Store: s, Old: from, New: to}.Run(t.Context())
			return err
		}
	}
	for _, tt := range []struct {
		name  string
		does  func() error
		other bool // it is refused
	}{
		{"a new store belongs to nobody", belongs(), false},
		{"and so to anybody", belongs(two), false},
		{"the first claims it", claim(one), false},
		{"and claims it again", claim(one), false},
		{"another does not", claim(two), true},
		{"it belongs to the first", belongs(one), false},
		{"also among others", belongs(two, one), false},
		{"not to the second", belongs(two), true},
		{"nor to nobody", belongs(), true},
		{"it is not taken from one that it does not belong to", rotate(two, masterKey(t, "3")), true},
		{"it is handed over", rotate(one, two), false},
		{"once more, as after a break", rotate(one, two), false},
		{"and belongs to the second", claim(two), false},
		{"the first has lost it", claim(one), true},
		{"without a name in it, it is let go", func() error { return access.Disclaim(t.Context(), s) }, false},
		{"and the first may have it again", claim(one), false},
		{"a name comes into it", func() error {
			d.create(t, grid.Workers, `{"name":"陈网格","role":"grid-worker","area":"500106003001001","phone":"10300005678"}`)
			return nil
		}, false},
		{"then it is not let go", func() error { return access.Disclaim(t.Context(), s) }, false},
		{"and the second does not get it", claim(two), true},
	} {
		if err := tt.does(); errors.Is(err, access.ErrOtherKey) != tt.other || err != nil && !tt.other {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
