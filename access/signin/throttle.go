package signin

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Rules say how much guessing is borne.
type Rules struct {
	Pair    Backoff // one account from one place
	Address Backoff // all accounts from one address
	Account Backoff // one account from all addresses; it slows only
	Keep    int     // how many pairs, addresses and accounts are remembered, each
}

// DefaultRules bear a forgetful person, an office behind one address and a few
// thousand of either; each kept thing takes some 300 bytes.
func DefaultRules() Rules {
	return Rules{
		Pair:    Backoff{Free: 5, First: 2 * time.Second, Most: 15 * time.Minute, Forgive: 15 * time.Minute},
		Address: Backoff{Free: 30, First: time.Second, Most: time.Minute, Forgive: time.Minute},
		Account: Backoff{Free: 20, First: time.Second, Most: 30 * time.Second, Forgive: 5 * time.Minute},
		Keep:    1 << 16,
	}
}

// An Attempt is somebody who wants to sign in.
type Attempt struct {
	Account string // as typed; case does not matter
	Address netip.Addr
	// Device names a browser that signed in to this account before and proves it,
	// as by a sealed cookie; empty for others. It is counted for itself alone, so
	// that nobody else can lock it out, not even from the same address.
	Device string
}

// A Throttle slows down who guesses, and locks nobody else out by it:
//
//   - failures of one account from one address stop that pair,
//   - failures from one address stop what never signed in from there,
//   - failures of one account from everywhere make each new place wait once per
//     attempt, however many others fail meanwhile.
//
// An IPv6 address stands for its /64, which one subscriber holds. Memory is
// bounded: what was touched longest ago is forgotten. It is safe for concurrent
// use.
type Throttle struct {
	rules Rules
	clock func() time.Time

	mu        sync.Mutex // guards what follows
	last      time.Time  // instant of the last attempt begun here
	pairs     *bounded[place, pair]
	known     *bounded[place, struct{}] // signed in before
	addresses *bounded[string, counter]
	accounts  *bounded[string, counter]
}

// A place is an account seen from an address or a device.
type place struct{ account, from string }

// NewThrottle returns a throttle that has seen nothing.
func NewThrottle(rules Rules, clock func() time.Time) *Throttle {
	return &Throttle{
		rules:     rules,
		clock:     clock,
		pairs:     newBounded[place, pair](rules.Keep),
		known:     newBounded[place, struct{}](rules.Keep),
		addresses: newBounded[string, counter](rules.Keep),
		accounts:  newBounded[string, counter](rules.Keep),
	}
}

// Begin returns 0 and a Try if the attempt may go on now, else how long to wait
// before asking again. A Try counts as failed from here on, so that a thousand at
// once do not slip through before the first has failed; end it.
func (t *Throttle) Begin(a Attempt) (Try, time.Duration) {
	at := placeOf(a)
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.clock()
	if wait := t.wait(at, now); wait > 0 {
		return Try{}, wait
	}
	when := t.instant(now)
	t.count(at, when)
	return Try{t, at, when}, 0
}

// instant returns a time that no other attempt of this node has, since failures
// are known again by theirs.
func (t *Throttle) instant(now time.Time) time.Time {
	if !now.After(t.last) {
		now = t.last.Add(1)
	}
	t.last = now
	return now
}

// wait returns how long a place waits from now on.
func (t *Throttle) wait(at place, now time.Time) time.Duration {
	p := t.pairs.get(at)
	var wait time.Duration
	if p != nil {
		wait = t.rules.Pair.wait(&p.counter, now)
	}
	if isDevice(at.from) || t.known.get(at) != nil {
		return wait
	}
	wait = max(wait, t.rules.Address.wait(t.addresses.get(at.from), now))
	delay := t.rules.Account.delay(t.accounts.get(at.account))
	if delay == 0 {
		return wait
	}
	// Counted from this place's own question: from the last failure, somebody who
	// never stops failing elsewhere would keep it waiting for ever.
	p = t.pairs.add(at)
	if p.asked.IsZero() {
		p.asked = now
	}
	return max(wait, p.asked.Add(delay).Sub(now))
}

// count counts a failure, unless it was counted before.
func (t *Throttle) count(at place, when time.Time) {
	p := t.pairs.add(at)
	if !p.counts(when) {
		return
	}
	p.asked = time.Time{}
	now := t.clock()
	if when.After(now) { // another node's clock is ahead
		when = now
	}
	p.hit(when, t.rules.Pair)
	if isDevice(at.from) {
		return
	}
	t.addresses.add(at.from).hit(when, t.rules.Address)
	t.accounts.add(at.account).hit(when, t.rules.Account)
}

// Remember tells that an account signed in from an address: here before the
// process began, or on another node.
func (t *Throttle) Remember(account string, address netip.Addr) {
	at := placeOf(Attempt{Account: account, Address: address})
	t.mu.Lock()
	defer t.mu.Unlock()
	t.known.add(at)
}

// A Failure tells other nodes of a failed attempt. It does not hold the account's
// name, in whose place people now and then type their password.
type Failure struct {
	Account string    `json:"account"`
	From    string    `json:"from"`
	At      time.Time `json:"at"`
}

// Note counts a failure that another node tells of. Hearing the same one again, or
// one's own, changes nothing, as long as only a few others of the same pair came
// between.
func (t *Throttle) Note(f Failure) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.count(place{f.Account, f.From}, f.At)
}

// A Try is an attempt under way. Exactly one of its methods ends it; the zero Try
// needs no end.
type Try struct {
	throttle *Throttle
	at       place
	began    time.Time
}

// Failed leaves the attempt counted, and returns what to tell other nodes. A wrong
// second factor is a failure too.
func (y Try) Failed() Failure { return Failure{y.at.account, y.at.from, y.began} }

// Succeeded forgets the failures of this account from this place, and remembers
// that it may sign in from there.
func (y Try) Succeeded() {
	y.end(func(t *Throttle) {
		t.pairs.remove(y.at)
		t.known.add(y.at)
	})
}

// Withdraw takes the attempt back: nothing was decided, because the server was
// busy or the second factor is yet to come.
func (y Try) Withdraw() {
	y.end(func(t *Throttle) {
		if p := t.pairs.get(y.at); p != nil {
			p.undo()
		}
	})
}

func (y Try) end(as func(*Throttle)) {
	t := y.throttle
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	as(t)
	if isDevice(y.at.from) {
		return
	}
	for _, c := range []*counter{t.addresses.get(y.at.from), t.accounts.get(y.at.account)} {
		if c != nil {
			c.undo()
		}
	}
}

const devicePrefix = "device "

func isDevice(from string) bool { return strings.HasPrefix(from, devicePrefix) }

// placeOf names an attempt in few bytes, however long what was typed.
func placeOf(a Attempt) place {
	from := network(a.Address)
	if a.Device != "" {
		from = devicePrefix + brief(a.Device)
	}
	return place{brief(strings.ToLower(a.Account)), from}
}

func brief(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:16])
}

// network returns an address as it is counted.
func network(address netip.Addr) string {
	address = address.Unmap().WithZone("")
	if address.Is6() {
		return netip.PrefixFrom(address, 64).Masked().String()
	}
	return address.String()
}

// Kept returns how many pairs, addresses and accounts are remembered.
func (t *Throttle) Kept() (pairs, addresses, accounts int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.pairs.len(), t.addresses.len(), t.accounts.len()
}
