package signin_test

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"quanxi/access/signin"
)

var (
	home   = netip.MustParseAddr("203.0.113.7")
	office = netip.MustParseAddr("198.51.100.20")
)

// stranger returns the i-th of many addresses.
func stranger(i int) netip.Addr {
	return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)})
}

func from(account string, address netip.Addr) signin.Attempt {
	return signin.Attempt{Account: account, Address: address}
}

// fail fails as often as it may without waiting, at most n times, and returns how
// often that was and how long it must wait then.
func fail(t *signin.Throttle, a signin.Attempt, n int) (int, time.Duration) {
	for i := range n {
		try, wait := t.Begin(a)
		if wait > 0 {
			return i, wait
		}
		try.Failed()
	}
	return n, waitOf(t, a)
}

// waitOf returns how long an attempt must wait, and takes it back if not at all.
func waitOf(t *signin.Throttle, a signin.Attempt) time.Duration {
	try, wait := t.Begin(a)
	try.Withdraw()
	return wait
}

// inBubble runs a test with a throttle on a clock that stands still meanwhile.
func inBubble(t *testing.T, test func(t *testing.T, throttle *signin.Throttle)) {
	synctest.Test(t, func(t *testing.T) {
		test(t, signin.NewThrottle(signin.DefaultRules(), time.Now))
	})
}

func TestWaitingDoubles(t *testing.T) {
	inBubble(t, func(t *testing.T, throttle *signin.Throttle) {
		a := from("zhang", home)
		if n, wait := fail(throttle, a, 100); n != 5 || wait != 2*time.Second {
			t.Fatalf("after %d failures it waits %v, want 5 and 2s", n, wait)
		}
		for _, want := range []time.Duration{4, 8, 16, 32} {
			time.Sleep(waitOf(throttle, a))
			if n, wait := fail(throttle, a, 100); n != 1 || wait != want*time.Second {
				t.Fatalf("after %d more it waits %v, want 1 and %v", n, wait, want*time.Second)
			}
		}
		for range 20 {
			time.Sleep(waitOf(throttle, a))
			fail(throttle, a, 1)
		}
		if wait := waitOf(throttle, a); wait > 15*time.Minute || wait < 10*time.Minute {
			t.Errorf("in the end it waits %v", wait)
		}
	})
}

func TestFailuresAreForgivenInTime(t *testing.T) {
	inBubble(t, func(t *testing.T, throttle *signin.Throttle) {
		fail(throttle, from("zhang", home), 5)
		time.Sleep(5 * 15 * time.Minute)
		if n, _ := fail(throttle, from("zhang", home), 100); n != 5 {
			t.Errorf("%d tries an hour later, want 5", n)
		}
	})
}

func TestWhoWaits(t *testing.T) {
	attack := func(t *signin.Throttle, account string, address netip.Addr) {
		for range 40 {
			fail(t, from(account, address), 1)
			time.Sleep(waitOf(t, from(account, address)))
		}
		fail(t, from(account, address), 1)
	}
	for _, tt := range []struct {
		name   string
		before func(*signin.Throttle)
		who    signin.Attempt
		most   time.Duration // how long who may have to wait
		least  time.Duration // how long who must wait
	}{
		{"who guesses one account", func(th *signin.Throttle) { attack(th, "zhang", home) }, from("zhang", home), 15 * time.Minute, time.Minute},
		{"who writes the account in capitals", func(th *signin.Throttle) { attack(th, "zhang", home) }, from("ZHANG", home), 15 * time.Minute, time.Minute},
		{"the owner, from an address that signed in before", func(th *signin.Throttle) {
			th.Remember("zhang", office)
			attack(th, "zhang", home)
		}, from("zhang", office), 0, 0},
		{"the owner, from a new address, waits a little", func(th *signin.Throttle) {
			for i := range 1000 {
				fail(th, from("zhang", stranger(i)), 3)
			}
		}, from("zhang", office), 30 * time.Second, time.Second},
		{"the owner, whom only one address attacks", func(th *signin.Throttle) { attack(th, "zhang", home) }, from("zhang", office), 0, 0},
		{"a neighbour behind the same address who never signed in there", func(th *signin.Throttle) {
			for i := range 200 {
				fail(th, from(fmt.Sprint("guess", i), office), 1)
			}
		}, from("li", office), time.Minute, time.Second},
		{"a colleague behind the same address who signs in there daily", func(th *signin.Throttle) {
			th.Remember("li", office)
			for i := range 200 {
				fail(th, from(fmt.Sprint("guess", i), office), 1)
			}
		}, from("li", office), 0, 0},
		{"the owner's browser, behind the address of who guesses", func(th *signin.Throttle) {
			attack(th, "zhang", office)
		}, signin.Attempt{Account: "zhang", Address: office, Device: "d1"}, 0, 0},
		{"another address of the same IPv6 subscriber", func(th *signin.Throttle) {
			attack(th, "zhang", netip.MustParseAddr("2001:db8:1:2::1"))
		}, from("zhang", netip.MustParseAddr("2001:db8:1:2:ffff::9")), 15 * time.Minute, time.Minute},
		{"IPv4 written as IPv6", func(th *signin.Throttle) {
			attack(th, "zhang", home)
		}, from("zhang", netip.MustParseAddr("::ffff:203.0.113.7")), 15 * time.Minute, time.Minute},
		{"somebody who has nothing to do with it", func(th *signin.Throttle) { attack(th, "zhang", home) }, from("li", office), 0, 0},
		{"a forgetful person", func(th *signin.Throttle) { fail(th, from("zhang", home), 4) }, from("zhang", home), 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, throttle *signin.Throttle) {
				tt.before(throttle)
				if wait := waitOf(throttle, tt.who); wait > tt.most || wait < tt.least {
					t.Errorf("waits %v, want %v to %v", wait, tt.least, tt.most)
				}
			})
		})
	}
}

// A thousand addresses guess one account for two minutes, each whenever it may; its
// owner comes from a new address.
func TestAnAttackThatNeverStopsOnlySlowsTheOwner(t *testing.T) {
	inBubble(t, func(t *testing.T, throttle *signin.Throttle) {
		owner, began, guesses := from("zhang", office), time.Now(), 0
		var took time.Duration // until the owner was in
		for second := range 120 {
			for i := range 1000 {
				n, _ := fail(throttle, from("zhang", stranger(i)), 1)
				guesses += n
			}
			if took == 0 && second > 0 {
				if try, wait := throttle.Begin(owner); wait == 0 {
					try.Succeeded()
					took = time.Since(began)
				}
			}
			time.Sleep(time.Second)
		}
		if took == 0 || took > 32*time.Second {
			t.Errorf("the owner got in after %v", took)
		}
		if guesses > 20+4*1000 { // the free ones, and one each in half a minute
			t.Errorf("%d guesses", guesses)
		}
		if wait := waitOf(throttle, owner); wait != 0 {
			t.Errorf("the next time the owner waits %v", wait)
		}
	})
}

func TestAThousandAtOnceAreFive(t *testing.T) {
	throttle := signin.NewThrottle(signin.DefaultRules(), func() time.Time { return noon })
	var wg sync.WaitGroup
	let := make(chan signin.Try, 1000)
	for range 1000 {
		wg.Go(func() {
			if try, wait := throttle.Begin(from("zhang", home)); wait == 0 {
				let <- try
			}
		})
	}
	wg.Wait()
	if len(let) != 5 {
		t.Errorf("%d began before the first had failed, want 5", len(let))
	}
}

func TestWithdrawnTriesDoNotCount(t *testing.T) {
	inBubble(t, func(t *testing.T, throttle *signin.Throttle) {
		for range 1000 {
			try, wait := throttle.Begin(from("zhang", home))
			if wait > 0 {
				t.Fatalf("waits %v", wait)
			}
			try.Withdraw()
		}
	})
}

func TestSuccessForgetsThePairAlone(t *testing.T) {
	inBubble(t, func(t *testing.T, throttle *signin.Throttle) {
		for round := range 20 { // a guesser's own account does not clear the way
			try, wait := throttle.Begin(from("own", home))
			if wait > 0 {
				t.Fatalf("round %d: waits %v for an account that signs in here", round, wait)
			}
			try.Succeeded()
			for i := range 10 {
				fail(throttle, from(fmt.Sprint("victim", round, i), home), 1)
			}
		}
		if wait := waitOf(throttle, from("next", home)); wait == 0 {
			t.Error("the address is not slowed down")
		}
		try, _ := throttle.Begin(from("own", home))
		try.Succeeded()
		if n, _ := fail(throttle, from("own", home), 4); n != 4 {
			t.Errorf("%d tries after a success, want 4", n)
		}
	})
}

func TestFailuresOfOtherNodesCountOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, here *signin.Throttle) {
		there := signin.NewThrottle(signin.DefaultRules(), time.Now)
		a := from("zhang", home)
		for range 5 {
			time.Sleep(time.Millisecond)
			try, _ := there.Begin(a)
			wire, err := json.Marshal(try.Failed())
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(wire), "zhang") {
				t.Errorf("the name travels: %s", wire)
			}
			var heard signin.Failure
			if err := json.Unmarshal(wire, &heard); err != nil {
				t.Fatal(err)
			}
			for range 3 { // twice too often, and one's own
				here.Note(heard)
				there.Note(heard)
			}
		}
		for name, node := range map[string]*signin.Throttle{"here": here, "there": there} {
			if wait := waitOf(node, a); wait != 2*time.Second {
				t.Errorf("%s it waits %v, want 2s", name, wait)
			}
		}
	})
}

func TestAClockThatIsAheadDoesNotLockOut(t *testing.T) {
	inBubble(t, func(t *testing.T, throttle *signin.Throttle) {
		try, _ := signin.NewThrottle(signin.DefaultRules(), func() time.Time { return time.Now().Add(time.Hour) }).Begin(from("zhang", home))
		for i := range 5 {
			f := try.Failed()
			f.At = f.At.Add(time.Duration(i))
			throttle.Note(f)
		}
		if wait := waitOf(throttle, from("zhang", home)); wait != 2*time.Second {
			t.Errorf("waits %v, want 2s", wait)
		}
	})
}

func TestThrottleKeepsWithinItsMemory(t *testing.T) {
	rules := signin.DefaultRules()
	rules.Keep = 100
	throttle := signin.NewThrottle(rules, func() time.Time { return noon })
	throttle.Remember("zhang", office)
	for i := range 10_000 {
		fail(throttle, from(fmt.Sprint("guess", i), stranger(i)), 1)
	}
	if pairs, addresses, accounts := throttle.Kept(); pairs > 100 || addresses > 100 || accounts > 100 {
		t.Errorf("%d pairs, %d addresses, %d accounts are kept", pairs, addresses, accounts)
	}
	fail(throttle, from("zhang", home), 5)
	for i := range 200 { // failures do not crowd out who signed in
		fail(throttle, from("zhang", stranger(i)), 1)
	}
	if wait := waitOf(throttle, from("zhang", office)); wait != 0 {
		t.Errorf("who signed in before waits %v", wait)
	}
}

func BenchmarkThrottle(b *testing.B) {
	throttle := signin.NewThrottle(signin.DefaultRules(), time.Now)
	for i := range 100_000 {
		fail(throttle, from(fmt.Sprint("guess", i), stranger(i)), 1)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		try, wait := throttle.Begin(from("guess", stranger(i%100_000)))
		if wait == 0 {
			try.Withdraw()
		}
	}
}
