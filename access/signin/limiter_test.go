package signin_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"quanxi/access/signin"
)

var fiveThenOneASecond = signin.Rate{Every: time.Second, Burst: 5}

// takeAll takes until it has to wait, and returns how many it got.
func takeAll(l *signin.Limiter[string], key string) int {
	for n := range 1000 {
		if l.Take(key) > 0 {
			return n
		}
	}
	return 1000
}

func TestLimiter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := signin.NewLimiter[string](fiveThenOneASecond, 10, time.Now)
		if n := takeAll(l, "a"); n != 5 {
			t.Errorf("%d at once, want 5", n)
		}
		if wait := l.Take("a"); wait != time.Second {
			t.Errorf("waits %v, want 1s", wait)
		}
		if n := takeAll(l, "b"); n != 5 {
			t.Errorf("%d of another key, want 5", n)
		}
		time.Sleep(time.Second)
		if n := takeAll(l, "a"); n != 1 {
			t.Errorf("%d a second later, want 1", n)
		}
		time.Sleep(time.Hour)
		if n := takeAll(l, "a"); n != 5 {
			t.Errorf("%d after an hour, want 5", n)
		}
	})
}

func TestTokensOfOtherNodesCountOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := signin.NewLimiter[string](fiveThenOneASecond, 10, time.Now)
		for range 3 {
			time.Sleep(time.Millisecond)
			for range 4 {
				l.Note("a", time.Now())
			}
		}
		if n := takeAll(l, "a"); n != 2 {
			t.Errorf("%d are left, want 2", n)
		}
		for i := range 1000 {
			l.Note("a", time.Now().Add(time.Duration(i)*time.Hour)) // a clock far ahead
		}
		if wait := l.Take("a"); wait > 6*time.Second {
			t.Errorf("waits %v for what others took", wait)
		}
	})
}

// Whatever is asked when, a key never gets more than burst and rate allow.
func TestNobodyGetsMoreThanTheRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		now := noon
		l := signin.NewLimiter[string](fiveThenOneASecond, 10, func() time.Time { return now })
		got := 0
		for _, pause := range rapid.SliceOf(rapid.Int64Range(0, int64(3*time.Second))).Draw(t, "pauses") {
			now = now.Add(time.Duration(pause))
			if l.Take("a") == 0 {
				got++
			}
			if most := 5 + int(now.Sub(noon)/time.Second); got > most {
				t.Fatalf("%d in %v", got, now.Sub(noon))
			}
		}
	})
}

func TestManyTakeAtOnce(t *testing.T) {
	l := signin.NewLimiter[int](signin.Rate{Every: time.Second, Burst: 50}, 4, func() time.Time { return noon })
	var got atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if l.Take(1) == 0 {
					got.Add(1)
				}
				l.Note(2, noon)
			}
		})
	}
	wg.Wait()
	if got.Load() != 50 {
		t.Errorf("%d got a token, want 50", got.Load())
	}
}

func BenchmarkLimiter(b *testing.B) {
	l := signin.NewLimiter[int](fiveThenOneASecond, 1<<16, time.Now)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		l.Take(i & 0x1ffff)
	}
}
