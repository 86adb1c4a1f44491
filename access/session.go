package access

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"quanxi/access/role"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// How long a sign-in lasts, whatever is done with it; a token if nothing else is ordered.
const (
	browserSpan = 12 * time.Hour // a shift, and its handing over
	programSpan = 30 * 24 * time.Hour
)

// idleSpan is how long a browser's sign-in lasts without any use. A page that is open
// uses it: the screen of a night shift goes on, a closed one is left behind.
const idleSpan = 30 * time.Minute

// useKept is how far behind what is stored of the last use may be.
const useKept = 5 * time.Minute

// uses remembers when sign-ins were last used on this node, by their id. It is safe for
// concurrent use.
type uses struct {
	mu   sync.Mutex
	last map[int64]time.Time // guarded by mu
}

func (u *uses) note(id int64, at time.Time) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.last == nil {
		u.last = make(map[int64]time.Time)
	}
	u.last[id] = at
}

func (u *uses) of(id int64) time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.last[id]
}

// take returns what was noted and forgets it.
func (u *uses) take() map[int64]time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	last := u.last
	u.last = nil
	return last
}

// newSignIn returns a sign-in to be stored, and its secret, which is kept nowhere. It holds
// for as long as the account has the password that it has in this state of it.
func newSignIn(account *staff.Account, purpose signin.Purpose, from string, now time.Time, span time.Duration) (secret string, s *staff.SignIn) {
	secret, digest := signin.NewSecret(purpose)
	return secret, &staff.SignIn{
		Account: account.ID, PasswordNo: account.PasswordNo, Digest: digest, Token: purpose != signin.ForBrowser, From: from, Began: now, Used: now, Ends: now.Add(span),
	}
}

// SignOut ends the sign-in of a secret that somebody shows from an address. One that has
// ended already is no error, also if this node has not heard of that yet.
func (d *Desk) SignOut(ctx context.Context, secret, from string) (grid.Receipt, error) {
	_, s, ok := d.find(secret)
	if !ok {
		return grid.Receipt{}, nil
	}
	return d.end(ctx, s, from)
}

// swept is how many sign-ins one Sweep stores or removes at most.
const swept = 500

// Sweep stores when sign-ins were last used, and removes those that have ended by
// themselves, so that they are not kept for ever. Other nodes may do the same. Unmaskings
// that are over it forgets on this node.
func (d *Desk) Sweep(ctx context.Context) error {
	d.Directory.ForgetUnmaskings(d.Clock())
	return errors.Join(d.storeUses(ctx), d.removeEnded(ctx))
}

func (d *Desk) storeUses(ctx context.Context) error {
	var used []grid.Entity
	for id, at := range d.uses.take() {
		s, known := d.Directory.SignIn(id)
		if !known {
			continue
		}
		d.uses.note(id, at) // until others know of it, it is known here
		if at.Sub(s.Used) < useKept || len(used) == swept {
			continue
		}
		changed := *s
		changed.Used = at
		used = append(used, &changed)
	}
	if len(used) == 0 {
		return nil
	}
	_, err := d.Store.Write(ctx, grid.Write{Actor: systemActor, Action: "session.use", Put: used})
	return unlessBeaten(err)
}

func (d *Desk) removeEnded(ctx context.Context) error {
	now := d.Clock()
	ended := slices.DeleteFunc(d.Directory.Ended(now, swept), func(ref grid.Ref) bool {
		s, known := d.Directory.SignIn(ref.ID)
		return known && d.Directory.IsCurrent(s) && now.Before(s.Ends) && !d.isIdle(s, now) // used here, which could not be stored yet
	})
	if len(ended) == 0 {
		return nil
	}
	_, err := d.Store.Write(ctx, grid.Write{Actor: systemActor, Action: "session.sweep", Remove: ended})
	return unlessBeaten(err)
}

// unlessBeaten returns nil for what another node did a moment before, of which this one
// hears and tries the rest again.
func unlessBeaten(err error) error {
	if errors.Is(err, grid.ErrConflict) || errors.Is(err, grid.ErrNotFound) {
		return nil
	}
	return err
}

// Viewer returns the viewer whom a secret stands for at this moment, and until when
// what it may do stays so if the Directory does not change; zero for ever. While
// the desk is open and there is no account yet, whoever asks is the local viewer. Who still has to set
// up a second factor is nobody.
func (d *Desk) Viewer(secret string) (v *Viewer, until time.Time, ok bool) {
	if d.Open && d.Directory.Unclaimed() { // a secret is of another server on this host, or of an older store
		return Local(), time.Time{}, true
	}
	account, s, ok := d.find(secret)
	if !ok {
		return nil, time.Time{}, false
	}
	now := d.Clock()
	grant, until := d.grant(s, now)
	if d.lacksSecond(account, s, grant) {
		return nil, time.Time{}, false
	}
	unmaskings, again := d.Directory.Unmaskings(account.ID, now)
	v = NewViewer(accountName(account.ID), grant, unmaskings...)
	v.narrow = s.IsNarrow()
	v.beyond = slices.ContainsFunc(d.Directory.Posts(account.ID, now), func(p role.Post) bool { return !d.HoldsPost(p) })
	return v, earlier(earlier(until, again), s.Ends), true
}

// HoldsPost reports whether this node holds all that a post is about.
func (d *Desk) HoldsPost(p role.Post) bool { return d.Holds == nil || d.Holds(p.Area) }

// lacksSecond reports whether a sign-in has to show more than a password before anything
// else, for which its account may have to set up a second factor first.
func (d *Desk) lacksSecond(a *staff.Account, s *staff.SignIn, grant role.Grant) bool {
	return !d.PasswordAlone && !s.Strong && (a.HasSecond || grant.NeedsSecondFactor())
}

// find returns the account and the sign-in of a secret that holds now, and notes that it
// is used.
func (d *Desk) find(secret string) (*staff.Account, *staff.SignIn, bool) {
	for _, purpose := range []signin.Purpose{signin.ForBrowser, signin.ForProgram, signin.ForNarrow} {
		digest, err := purpose.Digest(secret)
		if err != nil {
			continue
		}
		now := d.Clock()
		account, s, ok := d.Directory.SignedIn(digest, now)
		if !ok || d.isIdle(s, now) {
			return nil, nil, false
		}
		d.uses.note(s.ID, now)
		return account, s, true
	}
	return nil, nil, false
}

// isIdle reports whether a browser's sign-in was not used for too long, here or anywhere
// that was heard of.
func (d *Desk) isIdle(s *staff.SignIn, now time.Time) bool {
	if s.Token {
		return false
	}
	last := later(s.Used, d.uses.of(s.ID))
	return now.Sub(last) >= idleSpan
}

// earlier returns the earlier of two moments, of which a zero one never comes.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// An Identity is who somebody is who has signed in.
type Identity struct {
	Account *staff.Account // shared: not to be written to
	SignIn  *staff.SignIn  // shared: not to be written to
	Posts   []role.Post    // held at the moment, also by standing in
	Missing []grid.Code    // areas of Posts that there are not any more
	Rights  role.Set       // that the posts give, somewhere
	// LacksSecond reports that a second factor must be shown before anything else, and set
	// up where the account has none.
	LacksSecond bool
}

// Identity returns whose secret it is; false if it holds no more.
func (d *Desk) Identity(secret string) (Identity, bool) {
	account, s, ok := d.find(secret)
	if !ok {
		return Identity{}, false
	}
	now := d.Clock()
	grant, _ := d.grant(s, now)
	who := Identity{Account: account, SignIn: s, Posts: d.Directory.Posts(account.ID, now), Rights: grant.Rights(), LacksSecond: d.lacksSecond(account, s, grant)}
	for _, p := range who.Posts {
		if d.isMissing(p.Area) {
			who.Missing = append(who.Missing, p.Area)
		}
	}
	return who, true
}

// Sessions returns the sign-ins of whoever shows a secret, the newest first, by a narrow token
// that one alone; none if it holds no more. They are shared and must not be written to.
func (d *Desk) Sessions(secret string) []*staff.SignIn {
	account, s, ok := d.find(secret)
	if !ok {
		return nil
	}
	if s.IsNarrow() {
		return []*staff.SignIn{s}
	}
	return d.Directory.SignIns(account.ID, d.Clock())
}

// EndSession ends one of the Sessions of whoever shows a secret from an address, or
// grid.ErrNotFound.
func (d *Desk) EndSession(ctx context.Context, secret string, id int64, from string) (grid.Receipt, error) {
	account, own, ok := d.find(secret)
	s, known := d.Directory.SignIn(id)
	if !ok || !known || s.Account != account.ID || own.IsNarrow() && own.ID != id {
		return grid.Receipt{}, fmt.Errorf("session %d: %w", id, grid.ErrNotFound)
	}
	return d.end(ctx, s, from)
}

// end removes a sign-in in the name of its account; one that has ended already has ended.
func (d *Desk) end(ctx context.Context, s *staff.SignIn, from string) (grid.Receipt, error) {
	receipt, err := d.ending(ctx, s, grid.Write{Actor: accountName(s.Account), Action: "session.end", From: from})
	if errors.Is(err, grid.ErrNotFound) {
		return grid.Receipt{}, nil
	}
	return receipt, err
}

// ending writes what goes with the removal of a sign-in, also of one that was just changed, such
// as when it was last used. The error is grid.ErrNotFound, and nothing written, if it has ended
// already.
func (d *Desk) ending(ctx context.Context, s *staff.SignIn, w grid.Write) (receipt grid.Receipt, err error) {
	ref := refOf(s)
	for range verifyTries {
		w.Remove = []grid.Ref{ref}
		receipt, err = d.Store.Write(ctx, w)
		if !errors.Is(err, grid.ErrConflict) {
			break
		}
		stored, err := d.Store.Entity(ctx, staff.SignIns, s.ID)
		if err != nil {
			return grid.Receipt{}, err
		}
		ref = refOf(stored)
	}
	return receipt, err
}

// inPlace writes the beginning of a session and, at once, the end of the one that its browser is
// in, whoever's that is; the audit row of the new one names the old.
func (d *Desk) inPlace(ctx context.Context, w grid.Write, e Entry) (grid.Receipt, error) {
	_, old, living := d.find(e.Session)
	if e.Program || !living || old.Token {
		return d.Store.Write(ctx, w)
	}
	replacing := w
	replacing.Detail = "in the place of " + objectOf(refOf(old))
	receipt, err := d.ending(ctx, old, replacing)
	if errors.Is(err, grid.ErrNotFound) { // it ended a moment ago
		return d.Store.Write(ctx, w)
	}
	return receipt, err
}
