package signin

import (
	"math/rand/v2"
	"testing"
	"time"
)

// A meter answers like a bucket of tokens counted one by one.
func TestAMeterIsABucketOfTokens(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	m := newMeter(Rate{time.Second / 10, 5})
	now, tokens := int64(0), 5.0
	for range 20_000 {
		step := chance.Int64N(int64(time.Second) / 4)
		now += step
		tokens = min(5, tokens+float64(step)*10/1e9)
		count := 1 + chance.IntN(3)
		many := float64(count)
		wait := m.TakeMany(7, count, now)
		if near := tokens - many; near > -1e-6 && near < 1e-6 {
			tokens = float64(min(5, 5-float64(m.sets[7].find(7).fullAt-now)*10/1e9)) // rounding may decide either way
			continue
		}
		if (wait == 0) != (tokens >= many) {
			t.Fatalf("%v tokens, to wait %v", tokens, wait)
		}
		if wait == 0 {
			tokens -= many
		} else if missing := (many - tokens) / 10; wait.Seconds()-missing > 1e-6 || missing-wait.Seconds() > 1e-6 {
			t.Fatalf("%v tokens, to wait %v", tokens, wait)
		}
	}
}

// Whoever has used up the burst does not get another one by asking under other keys.
func TestManyKeysGiveNobodyANewBurst(t *testing.T) {
	m := newMeter(Rate{time.Second, 3})
	for range 3 {
		m.Take(meterSets, 0)
	}
	for i := range Key(1000) { // all of one set
		m.Take((i+2)*meterSets, 0)
	}
	if m.Take(meterSets, 0) == 0 {
		t.Error("a key was forgotten that had used up its burst")
	}
}
