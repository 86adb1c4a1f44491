package access_test

import (
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

var nine = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// office is a grid worker on leave from nine to six, and who stands in.
func office() []grid.Entity {
	head := func(id int64) grid.Head { return grid.Head{ID: id, Revision: 1} }
	return []grid.Entity{
		&staff.Account{Head: head(1), Login: "worker", Name: "A 岗", Sort: staff.Person},
		&staff.Account{Head: head(2), Login: "second", Name: "B 岗", Sort: staff.Person},
		&staff.Post{Head: head(3), Account: 1, Role: "grid-worker", Area: ourGrid},
		&staff.StandIn{Head: head(4), Post: 3, Deputy: 2, Begins: nine, Ends: nine.Add(9 * time.Hour)},
		&staff.SignIn{Head: head(5), Account: 2, Digest: []byte("digest"), Began: nine.Add(-time.Hour), Used: nine, Ends: nine.Add(time.Hour)},
	}
}

func put(d *access.Directory, e grid.Entity) { d.Apply([]access.Step{{Entity: e}}) }

func remove(d *access.Directory, ref grid.Ref) { d.Apply([]access.Step{{Remove: ref}}) }

func directoryOf(entities ...grid.Entity) *access.Directory {
	d := access.NewDirectory()
	for _, e := range entities {
		put(d, e)
	}
	return d
}

func mayRead(d *access.Directory, account int64, at time.Time) bool {
	g, _ := d.Grant(account, at, func(c grid.Code) grid.Scope { return grid.NewScope(grid.Under(c)) })
	return g.May(role.SeePeople, ourGrid)
}

func TestAStandInTakesOverToTheSecond(t *testing.T) {
	d := directoryOf(office()...)
	for _, tt := range []struct {
		name         string
		at           time.Time
		first, other bool
	}{
		{"a second before nine", nine.Add(-time.Second), true, false},
		{"nine", nine, false, true},
		{"17:59:59", nine.Add(9*time.Hour - time.Second), false, true},
		{"18:00:00", nine.Add(9 * time.Hour), true, false},
	} {
		if a, b := mayRead(d, 1, tt.at), mayRead(d, 2, tt.at); a != tt.first || b != tt.other {
			t.Errorf("%s: A reads %v, B reads %v", tt.name, a, b)
		}
	}
	if _, until := d.Grant(2, nine, func(c grid.Code) grid.Scope { return grid.NewScope(grid.Under(c)) }); !until.Equal(nine.Add(9 * time.Hour)) {
		t.Errorf("what B may do is good until %v", until)
	}
}

// Of two who begin to stand in together one has the post, on every node the same,
// whatever it heard of first.
func TestOfTwoStandInsOneCounts(t *testing.T) {
	other := &staff.StandIn{Head: grid.Head{ID: 6, Revision: 1}, Post: 3, Deputy: 7, Begins: nine, Ends: nine.Add(9 * time.Hour)}
	third := &staff.Account{Head: grid.Head{ID: 7, Revision: 1}, Login: "third", Name: "C 岗", Sort: staff.Person}
	first := directoryOf(append(office(), third, other)...)
	last := directoryOf(append([]grid.Entity{other, third}, office()...)...)
	for name, d := range map[string]*access.Directory{"heard of last": first, "heard of first": last} {
		if mayRead(d, 2, nine) || !mayRead(d, 7, nine) {
			t.Errorf("%s: the one that was entered last does not have the post alone", name)
		}
	}
}

func TestWhatEndsARight(t *testing.T) {
	morning := nine.Add(-time.Hour)
	for _, tt := range []struct {
		name string
		do   func(*access.Directory)
		want bool
	}{
		{"nothing", func(*access.Directory) {}, true},
		{"the post is taken away", func(d *access.Directory) { remove(d, grid.Ref{Kind: staff.Posts, ID: 3, Revision: 2}) }, false},
		{"an older state of the post comes late", func(d *access.Directory) {
			remove(d, grid.Ref{Kind: staff.Posts, ID: 3, Revision: 2})
			put(d, office()[2])
		}, false},
		{"the post goes to somebody else", func(d *access.Directory) {
			put(d, &staff.Post{Head: grid.Head{ID: 3, Revision: 2}, Account: 2, Role: "grid-worker", Area: ourGrid})
		}, false},
		{"the account is locked", func(d *access.Directory) {
			put(d, &staff.Account{Head: grid.Head{ID: 1, Revision: 2}, Login: "worker", Name: "A 岗", Sort: staff.Person, Locked: true})
		}, false},
		{"the role loses the right", func(d *access.Directory) {
			put(d, &staff.Role{Head: grid.Head{ID: 9, Revision: 1}, Code: "grid-worker", Rights: []string{"see-events"}, Personal: grid.GridLevel})
		}, false},
		{"a new history begins without the post", func(d *access.Directory) {
			load := d.Begin(nine)
			load.Add(office()[0])
			load.Publish()
		}, false},
		{"a new history brings it again", func(d *access.Directory) {
			load := d.Begin(nine)
			for _, e := range office() {
				load.Add(e)
			}
			load.Publish()
		}, true},
		{"a new history is not published", func(d *access.Directory) { d.Begin(nine).Add(office()[0]) }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := directoryOf(office()...)
			watch := d.Watch(1)
			defer watch.Close()
			tt.do(d)
			if got := mayRead(d, 1, morning); got != tt.want {
				t.Errorf("reads: %v, want %v", got, tt.want)
			}
			select {
			case <-watch.Changed():
			default:
				if !tt.want {
					t.Error("an open screen would not notice")
				}
			}
		})
	}
}

func TestSignedIn(t *testing.T) {
	for _, tt := range []struct {
		name   string
		digest string
		at     time.Time
		do     func(*access.Directory)
		want   bool
	}{
		{"while it lasts", "digest", nine, nil, true},
		{"after its end", "digest", nine.Add(time.Hour), nil, false},
		{"with another secret", "other", nine, nil, false},
		{"after it was ended", "digest", nine, func(d *access.Directory) { remove(d, grid.Ref{Kind: staff.SignIns, ID: 5, Revision: 2}) }, false},
		{"of a locked account", "digest", nine, func(d *access.Directory) {
			put(d, &staff.Account{Head: grid.Head{ID: 2, Revision: 2}, Login: "second", Name: "B 岗", Sort: staff.Person, Locked: true})
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := directoryOf(office()...)
			if tt.do != nil {
				tt.do(d)
			}
			a, _, ok := d.SignedIn([]byte(tt.digest), tt.at)
			if ok != tt.want || ok && a.Login != "second" {
				t.Errorf("%+v, %v", a, ok)
			}
		})
	}
}

func TestALoginNamesOneAccount(t *testing.T) {
	d := directoryOf(office()...)
	put(d, &staff.Account{Head: grid.Head{ID: 1, Revision: 2}, Login: "renamed", Name: "A 岗", Sort: staff.Person})
	if _, ok := d.Account("worker"); ok {
		t.Error("the old login still works")
	}
	if a, ok := d.Account("renamed"); !ok || a.ID != 1 {
		t.Errorf("%+v, %v", a, ok)
	}
}

// Whatever changes what somebody may do tells that one's open screens, and nobody else's.
func TestWhoIsToldOfAChange(t *testing.T) {
	head := func(id, revision int64) grid.Head { return grid.Head{ID: id, Revision: revision} }
	const a, b, other = 1, 2, 7
	for _, tt := range []struct {
		name string
		step access.Step
		told map[int64]bool
	}{
		{"a post is given", access.Step{Entity: &staff.Post{Head: head(20, 1), Account: a, Role: "steward", Area: theirGrid}}, map[int64]bool{a: true}},
		{"a post goes to another", access.Step{Entity: &staff.Post{Head: head(3, 2), Account: other, Role: "grid-worker", Area: ourGrid}}, map[int64]bool{a: true, b: true, other: true}},
		{"a post is taken away", access.Step{Remove: grid.Ref{Kind: staff.Posts, ID: 3, Revision: 2}}, map[int64]bool{a: true, b: true}},
		{"somebody stands in", access.Step{Entity: &staff.StandIn{Head: head(21, 1), Post: 3, Deputy: other, Begins: nine, Ends: nine.Add(time.Hour)}}, map[int64]bool{a: true, b: true, other: true}},
		{"nobody stands in any more", access.Step{Remove: grid.Ref{Kind: staff.StandIns, ID: 4, Revision: 2}}, map[int64]bool{a: true, b: true}},
		{"a sign-in ends", access.Step{Remove: grid.Ref{Kind: staff.SignIns, ID: 5, Revision: 2}}, map[int64]bool{b: true}},
		{"a record is unmasked", access.Step{Entity: &staff.Unmasking{Head: head(22, 1), Account: b, Of: grid.People, Subject: 9, Ends: nine.Add(time.Minute)}}, map[int64]bool{b: true}},
		{"an account is locked", access.Step{Entity: &staff.Account{Head: head(2, 2), Login: "second", Locked: true}}, map[int64]bool{b: true}},
		{"an account is removed", access.Step{Remove: grid.Ref{Kind: staff.Accounts, ID: 2, Revision: 2}}, map[int64]bool{b: true}},
		{"a role changes", access.Step{Entity: &staff.Role{Head: head(23, 1), Code: "steward"}}, map[int64]bool{a: true, b: true, other: true}},
		{"a role is as shipped again", access.Step{Remove: grid.Ref{Kind: staff.Roles, ID: 9, Revision: 2}}, map[int64]bool{a: true, b: true, other: true}},
		{"what is known already comes again", access.Step{Entity: office()[2]}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := directoryOf(append(office(),
				&staff.Account{Head: head(7, 1), Login: "third", Name: "C 岗", Sort: staff.Person},
				&staff.Role{Head: head(9, 1), Code: "steward", Rights: []string{"see-events"}, Personal: grid.GridLevel})...)
			watches := map[int64]*access.Watch{a: d.Watch(a), b: d.Watch(b), other: d.Watch(other)}
			d.Apply([]access.Step{tt.step})
			for account, w := range watches {
				select {
				case <-w.Changed():
					if !tt.told[account] {
						t.Errorf("account %d is told", account)
					}
				default:
					if tt.told[account] {
						t.Errorf("account %d is not told", account)
					}
				}
				w.Close()
			}
		})
	}
}

// A login that another account has taken over stays that one's when the first goes.
func TestALoginThatMovedStays(t *testing.T) {
	d := directoryOf(office()...)
	put(d, &staff.Account{Head: grid.Head{ID: 1, Revision: 2}, Login: "first"})
	put(d, &staff.Account{Head: grid.Head{ID: 7, Revision: 1}, Login: "worker"})
	remove(d, grid.Ref{Kind: staff.Accounts, ID: 1, Revision: 3})
	if got, ok := d.Account("worker"); !ok || got.ID != 7 {
		t.Errorf("the login is of %+v, %v", got, ok)
	}
}

// There are ever more unmaskings, and each is over within minutes: those that are over are
// neither loaded nor kept, nor is it kept that there were any.
func TestUnmaskingsThatAreOverAreForgotten(t *testing.T) {
	before := nine.Add(-time.Minute)
	unmasking := func(id int64, ends time.Time) *staff.Unmasking {
		return &staff.Unmasking{Head: grid.Head{ID: id, Revision: 1}, Account: 1, Of: grid.People, Subject: id, Began: before, Ends: ends}
	}
	over, lasts := unmasking(21, nine), unmasking(22, nine.Add(time.Minute))
	held := func(d *access.Directory) int { // also of those that are over
		open, _ := d.Unmaskings(1, before)
		return len(open)
	}
	d := access.NewDirectory()
	load := d.Begin(nine)
	load.Add(over)
	load.Add(lasts)
	load.Publish()
	if held(d) != 1 {
		t.Errorf("%d are held after a load, want the one that lasts", held(d))
	}
	put(d, over) // while the node catches up
	d.ForgetUnmaskings(nine)
	if open, _ := d.Unmaskings(1, nine); held(d) != 1 || len(open) != 1 || open[0].ID != 22 {
		t.Errorf("%d are held after a sweep; %v lasts", held(d), open)
	}
	put(d, over)
	if held(d) != 2 {
		t.Error("it is kept that there was one")
	}
	remove(d, grid.Ref{Kind: staff.Unmaskings, ID: 22, Revision: 2})
	put(d, lasts)
	if held(d) != 2 {
		t.Error("it is kept that one was removed")
	}
}
