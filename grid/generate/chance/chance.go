// Package chance gives repeatable randomness: streams keyed by what they are
// for, and noise that is a pure function of place.
//
// It knows nothing of maps or people, never reads a clock, and holds no shared
// state: the same key gives the same numbers on every run and in any order of
// work.
package chance

import "math"

// A Stream is a sequence of pseudo-random numbers (SplitMix64). It is not safe
// for concurrent use; make one per task, they cost nothing.
type Stream struct{ state uint64 }

// New returns the stream of a tag and its indices, such as ("house", town, 7).
func New(seed uint64, tag string, index ...uint64) *Stream {
	h := mix(seed ^ hash(tag))
	for _, i := range index {
		h = mix(h ^ mix(i+0x632be59bd9b4e019))
	}
	return &Stream{h}
}

// hash is FNV-1a.
func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Uint64 returns the next number.
func (s *Stream) Uint64() uint64 {
	z := mix(s.state)
	s.state += 0x9e3779b97f4a7c15
	return z
}

// Float returns a number in [0, 1).
func (s *Stream) Float() float64 { return float64(s.Uint64()>>11) / (1 << 53) }

// Between returns a number in [lo, hi).
func (s *Stream) Between(lo, hi float64) float64 { return lo + float64((hi-lo)*s.Float()) }

// Spread returns a number in (-a, a).
func (s *Stream) Spread(a float64) float64 { return s.Between(-a, a) }

// Int returns a number in [0, n); 0 if n < 2.
func (s *Stream) Int(n int) int {
	if n < 2 {
		return 0
	}
	return int(s.Uint64() % uint64(n))
}

// Range returns a whole number in [lo, hi].
func (s *Stream) Range(lo, hi int) int { return lo + s.Int(hi-lo+1) }

// Happens reports true with probability p.
func (s *Stream) Happens(p float64) bool { return s.Float() < p }

// Normal returns a number from the standard normal distribution, made from
// twelve uniform ones so that no table or assembly routine is involved.
func (s *Stream) Normal() float64 {
	sum := -6.0
	for range 12 {
		sum += s.Float()
	}
	return sum
}

// Weighted returns an index of w with probability in proportion to its weight.
func (s *Stream) Weighted(w []float64) int {
	total := 0.0
	for _, x := range w {
		total += x
	}
	at := s.Float() * total
	for i, x := range w {
		if at -= x; at < 0 {
			return i
		}
	}
	return len(w) - 1
}

// Pick returns one of list, which must not be empty.
func Pick[T any](s *Stream, list []T) T { return list[s.Int(len(list))] }

// Shuffle returns a shuffled copy of list.
func Shuffle[T any](s *Stream, list []T) []T {
	out := append([]T(nil), list...)
	for i := len(out) - 1; i > 0; i-- {
		j := s.Int(i + 1)
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// Noise returns smooth gradient noise of about ±1 at (x, y), with features of
// the size of one unit.
func Noise(seed uint64, x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int64(fx), int64(fy)
	u, v := x-fx, y-fy
	a := slope(seed, ix, iy, u, v)
	b := slope(seed, ix+1, iy, u-1, v)
	c := slope(seed, ix, iy+1, u, v-1)
	d := slope(seed, ix+1, iy+1, u-1, v-1)
	su, sv := fade(u), fade(v)
	top := a + float64(su*(b-a))
	low := c + float64(su*(d-c))
	return 1.5 * (top + float64(sv*(low-top)))
}

func fade(t float64) float64 { return t * t * t * (t*(t*6-15) + 10) }

// slope is the height that corner (x, y)'s random gradient gives at offset (u, v).
func slope(seed uint64, x, y int64, u, v float64) float64 {
	h := mix(seed ^ uint64(x)*0x9e3779b97f4a7c15 ^ uint64(y)*0xc2b2ae3d27d4eb4f)
	gx := float64(int64(h>>32)-1<<31) / (1 << 31)
	gy := float64(int64(h&0xffffffff)-1<<31) / (1 << 31)
	return float64(gx*u) + float64(gy*v)
}
