package access_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// Whoever makes the link of an account and gives it its post reads nobody's name by that.
func TestOneAdministratorAloneUnmasksNobody(t *testing.T) {
	for _, tt := range []struct {
		name    string
		does    func(t *testing.T, b *bureau) // makes the account "one"
		unmasks bool
	}{
		{"link and post of one administrator", func(t *testing.T, b *bureau) { b.hire(t, "first", "one", "grid-worker", ourGrid) }, false},
		{"a link of one, a post of another", func(t *testing.T, b *bureau) {
			b.hire(t, "first", "one", "steward", ourGrid)
			b.give(t, "second", "one", "grid-worker", ourGrid)
		}, true},
		{"a post of another, given before the one made a link that he may open himself", func(t *testing.T, b *bureau) {
			a := &staff.Account{Login: "one", Name: "某人", Sort: staff.Person}
			if _, _, err := b.as("second").AddMember(t.Context(), a, &staff.Post{Role: "grid-worker", Area: ourGrid}, "/"); err != nil {
				t.Fatal(err)
			}
			b.ids["one"] = a.ID
			b.now = b.now.Add(time.Minute)
			link, _, err := b.as("first").Invite(t.Context(), a.ID, "/")
			if err != nil {
				t.Fatal(err)
			}
			b.open(t, link)
		}, false},
		{"a post of another whose account the one has made", func(t *testing.T, b *bureau) {
			b.madeBy(t, "second", "first")
			b.hire(t, "first", "one", "steward", ourGrid)
			b.give(t, "second", "one", "grid-worker", ourGrid)
		}, false},
		{"set up at the machine, a post of one", func(t *testing.T, b *bureau) {
			a := &staff.Account{Login: "one", Name: "某人", Sort: staff.Person}
			if err := b.registry().Add(t.Context(), a, password); err != nil {
				t.Fatal(err)
			}
			b.ids["one"] = a.ID
			b.give(t, "first", "one", "grid-worker", ourGrid)
		}, true},
		{"a link of another, beside the second factor that the one has set up", func(t *testing.T, b *bureau) {
			b.hire(t, "first", "one", "steward", ourGrid)
			b.now = b.now.Add(time.Minute)
			b.invite(t, "second", "one")
			b.give(t, "first", "one", "grid-worker", ourGrid)
		}, false},
		{"a password of the machine's, beside the second factor that the one has set up", func(t *testing.T, b *bureau) {
			b.hire(t, "first", "one", "grid-worker", ourGrid)
			known, _, _ := b.Directory.Person(b.ids["one"])
			a := *known
			if err := b.registry().SetPassword(t.Context(), &a, password); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"who stands in by the word of the one, and has a post of his alone", func(t *testing.T, b *bureau) {
			b.hire(t, "first", "one", "steward", ourGrid)
			b.standIn(t, "first", "one", "colleague")
		}, false},
		{"who stands in and has a post that another gave", func(t *testing.T, b *bureau) {
			b.hire(t, "first", "one", "steward", ourGrid)
			b.give(t, "second", "one", "grid-mentor", ourGrid)
			b.standIn(t, "first", "one", "colleague")
		}, true},
		{"who is somebody, and stands in for who awaits a second person", func(t *testing.T, b *bureau) {
			b.hire(t, "first", "new", "grid-lead", ourGrid)
			b.hire(t, "first", "one", "steward", ourGrid)
			b.give(t, "second", "one", "grid-mentor", ourGrid)
			b.standIn(t, "first", "one", "new")
		}, false},
		{"a link for who was added at the machine and has no second factor yet", func(t *testing.T, b *bureau) {
			a := &staff.Account{Login: "one", Name: "某人", Sort: staff.Person}
			if err := b.registry().Add(t.Context(), a, password, &staff.Post{Role: "grid-worker", Area: ourGrid}); err != nil {
				t.Fatal(err)
			}
			b.ids["one"] = a.ID
			b.now = b.now.Add(time.Minute)
			b.invite(t, "first", "one")
		}, false},
		{"a link for who was set up at the machine and has a second factor", func(t *testing.T, b *bureau) {
			b.atTheMachine(t, "one")
			b.invite(t, "first", "one")
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBureau(t)
			tt.does(t, b)
			if got := b.unmasks("one"); got != tt.unmasks {
				t.Errorf("unmasks: %v", got)
			}
			if grant, _ := b.Directory.Grant(b.ids["one"], b.now, b.ScopeOf); !grant.NeedsSecondFactor() && tt.unmasks {
				t.Error("a password is enough")
			}
		})
	}
}

func TestWhoConfirmsAPost(t *testing.T) {
	for _, tt := range []struct {
		name    string
		role    string
		area    grid.Code
		by      string
		prepare func(t *testing.T, b *bureau)
		want    error
	}{
		{"another who keeps accounts", "grid-worker", ourGrid, "second", nil, nil},
		{"the secretary of the community", "grid-worker", ourGrid, "secretary", nil, nil},
		{"the leader of the town", "grid-worker", ourGrid, "leader", nil, nil},
		{"the leader of the town, of a secretary", "secretary", ourCommunity, "leader", nil, nil},
		{"the secretary, of who works beside him", "community-staff", ourCommunity, "secretary", nil, nil},
		{"who made the link and gave the post", "grid-worker", ourGrid, "first", nil, access.ErrSecondPerson},
		{"who gave the post, where another made a link since", "micro-grid-lead", ourGrid, "first", func(t *testing.T, b *bureau) {
			b.now = b.now.Add(time.Minute)
			b.invite(t, "second", "one")
		}, access.ErrSecondPerson},
		{"another whose account the one has made", "grid-worker", ourGrid, "second", func(t *testing.T, b *bureau) { b.madeBy(t, "second", "first") }, access.ErrSecondPerson},
		{"who has the post, and so has no say yet", "secretary", ourCommunity, "one", nil, grid.ErrNotFound},
		{"another who keeps accounts, of who audits", "audit-admin", "5000", "second", nil, nil},
		{"the leader, of who audits", "audit-admin", ourTown, "leader", nil, access.ErrForbidden},
		{"a shift lead, of a secretary, who takes files as well", "secretary", ourCommunity, "lead", func(t *testing.T, b *bureau) {
			b.hire(t, "first", "lead", "shift-lead", ourTown)
			b.confirm(t, "second", "lead")
		}, access.ErrForbidden},
		{"a shift lead, of a worker", "grid-worker", ourGrid, "lead", func(t *testing.T, b *bureau) {
			b.hire(t, "first", "lead", "shift-lead", ourTown)
			b.confirm(t, "second", "lead")
		}, nil},
		{"the secretary, of who sees people masked alone", "micro-grid-lead", ourGrid, "secretary", nil, nil},
		{"the secretary, of another in his own role", "secretary", ourCommunity, "secretary", nil, access.ErrForbidden},
		{"the secretary, of who is as high and says who stands in", "shift-lead", ourCommunity, "secretary", nil, access.ErrForbidden},
		{"the leader of a county, who unmasks nobody", "grid-worker", ourGrid, "county", nil, access.ErrForbidden},
		{"who audits", "grid-worker", ourGrid, "audit", nil, grid.ErrNotFound},
		{"a colleague", "grid-worker", ourGrid, "colleague", nil, grid.ErrNotFound},
		{"the secretary of another community", "grid-worker", ourGrid, "neighbour", nil, grid.ErrNotFound},
		{"a secretary who awaits somebody himself", "grid-worker", ourGrid, "new", func(t *testing.T, b *bureau) {
			b.hire(t, "first", "new", "secretary", ourCommunity)
		}, grid.ErrNotFound},
		{"a secretary whom another confirmed", "grid-worker", ourGrid, "new", func(t *testing.T, b *bureau) {
			b.hire(t, "first", "new", "secretary", ourCommunity)
			b.confirm(t, "leader", "new")
		}, nil},
		{"of a post that shows nobody", "provider", ourGrid, "second", nil, access.ErrNotAwaited},
		{"of a provider who stands in for a worker", "provider", ourGrid, "second", func(t *testing.T, b *bureau) { b.standIn(t, "first", "one", "colleague") }, nil},
		{"of what is confirmed", "grid-worker", ourGrid, "second", func(t *testing.T, b *bureau) { b.confirm(t, "secretary", "one") }, access.ErrNotAwaited},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBureau(t)
			b.write(t, &grid.Division{Code: ourTown, Level: grid.TownLevel, Name: "镇"})
			b.write(t, &grid.Division{Code: ourCommunity, Level: grid.CommunityLevel, Name: "社区"})
			b.hire(t, "first", "one", tt.role, tt.area)
			if tt.prepare != nil {
				tt.prepare(t, b)
			}
			p, before := b.post(t, "one"), b.unmasks("one")
			offered := b.offers(t, tt.by, "one")
			_, err := b.as(tt.by).Confirm(t.Context(), p.ID)
			if !errors.Is(err, tt.want) {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			if offered != (tt.want == nil) {
				t.Errorf("it is offered: %v", offered)
			}
			if tt.want != nil {
				if b.unmasks("one") != before {
					t.Error("what was refused counts")
				}
				return
			}
			if awaited := b.Directory.Awaited(b.ids["one"], b.now); slices.Contains(awaited, p.ID) {
				t.Error("it awaits somebody still")
			}
			rows := b.rows(t, "posts.confirm")
			if row := rows[0]; row.Actor != idText(b.ids[tt.by]) || row.Object != "posts/"+idText(p.ID) || !strings.Contains(row.Detail, "given by account "+idText(b.first)) {
				t.Errorf("row %+v", row)
			}
		})
	}
}

// One administrator alone removes nobody who watches him, nor himself, of whom there may be no
// other; whoever awaits a second person is none yet, and made by mistake goes again.
func TestNobodyRemovesAnAdministratorAlone(t *testing.T) {
	for _, tt := range []struct {
		name, whom string
		does       func(o *access.Office, a *staff.Account, p *staff.Post) error
	}{
		{"locking", "audit", func(o *access.Office, a *staff.Account, _ *staff.Post) error {
			_, err := o.Lock(context.Background(), a.ID, a.Revision, true)
			return err
		}},
		{"a link", "second", func(o *access.Office, a *staff.Account, _ *staff.Post) error {
			_, _, err := o.Invite(context.Background(), a.ID, "/")
			return err
		}},
		{"ending what is open", "audit", func(o *access.Office, a *staff.Account, _ *staff.Post) error {
			_, err := o.EndSessions(context.Background(), a.ID)
			return err
		}},
		{"dismissing", "audit", func(o *access.Office, _ *staff.Account, p *staff.Post) error {
			_, err := o.Dismiss(context.Background(), p.ID, p.Revision)
			return err
		}},
		{"dismissing oneself", "first", func(o *access.Office, _ *staff.Account, p *staff.Post) error {
			_, err := o.Dismiss(context.Background(), p.ID, p.Revision)
			return err
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBureau(t)
			on := func(login string) error {
				a, _, _ := b.Directory.Person(b.ids[login])
				return tt.does(b.as("first"), a, b.post(t, login))
			}
			if err := on(tt.whom); !errors.Is(err, access.ErrForbidden) || !errors.Is(err, access.ErrAdministrator) {
				t.Errorf("of an administrator: %v", err)
			}
			b.hire(t, "second", "one", "audit-admin", "5000")
			if err := on("one"); err != nil {
				t.Errorf("of one who awaits a second person: %v", err)
			}
			b.hire(t, "second", "two", "grid-worker", ourGrid)
			b.confirm(t, "first", "two")
			if err := on("two"); err != nil {
				t.Errorf("of a worker: %v", err)
			}
		})
	}
}

// A link that somebody kept opens no account that has become an administrator's since.
func TestALinkOfBeforeOpensNoAdministrators(t *testing.T) {
	b := newBureau(t)
	a := &staff.Account{Login: "one", Name: "某人", Sort: staff.Person}
	link, _, err := b.as("first").AddMember(t.Context(), a, &staff.Post{Role: "resident", Area: "5000"}, "/")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(link, "#setup=")
	if _, err := b.SetUp(t.Context(), shown, "a long enough passphrase 7", access.Entry{From: home}); err != nil {
		t.Fatal(err)
	}
	if link, _, err = b.as("first").Invite(t.Context(), a.ID, "/"); err != nil {
		t.Fatal(err)
	}
	_, shown, _ = strings.Cut(link, "#setup=")
	b.now = b.now.Add(time.Minute)
	b.write(t, &staff.Post{Account: a.ID, Role: "audit-admin", Area: "5000", GivenAt: b.now})
	if _, err := b.SetUp(t.Context(), shown, "a long enough passphrase 7", access.Entry{From: home}); !errors.Is(err, access.ErrSetup) {
		t.Errorf("it opens: %v", err)
	}
}

// An administrator whom somebody here has made awaits another, by whosever link he came in.
func TestAnAdministratorMadeHereAwaitsASecondPerson(t *testing.T) {
	b := newBureau(t)
	b.hire(t, "first", "one", "resident", "5000")
	b.now = b.now.Add(time.Minute)
	b.invite(t, "second", "one")
	b.give(t, "first", "one", "audit-admin", "5000")
	rights := func() role.Set {
		grant, _ := b.Directory.Grant(b.ids["one"], b.now, b.ScopeOf)
		return grant.Rights()
	}
	if got := rights(); got.Administers() {
		t.Errorf("before: %v", got)
	}
	plain := &staff.Account{Login: "plain", Name: "某人", Sort: staff.Person, Credential: grid.Sealed{1}}
	b.write(t, plain)
	b.ids["plain"] = plain.ID
	b.give(t, "first", "plain", "audit-admin", "5000")
	grant, _ := b.Directory.Grant(plain.ID, b.now, b.ScopeOf)
	if got := grant.Rights(); got.Administers() {
		t.Errorf("of who was set up at the machine: %v", got)
	}
}

// Nobody stands in for an administrator, nor for who is to be one.
func TestNobodyStandsInForAnAdministrator(t *testing.T) {
	b := newBureau(t)
	b.hire(t, "first", "one", "audit-admin", "5000")
	for _, login := range []string{"audit", "one"} {
		in := &staff.StandIn{Post: b.post(t, login).ID, Deputy: b.ids["colleague"], Begins: b.now, Ends: b.now.Add(time.Hour)}
		if _, err := b.as("first").Deputize(t.Context(), in); !errors.Is(err, access.ErrAdministrator) {
			t.Errorf("%s: %v", login, err)
		}
	}
}

// A machine is shown people once somebody else than who gave its post says so, and opens nobody
// even then: it gives no reason.
func TestAMachineAwaitsASecondPerson(t *testing.T) {
	b := newBureau(t)
	b.write(t, &grid.Division{Code: ourCommunity, Level: grid.CommunityLevel, Name: "社区"})
	a := &staff.Account{Login: "one", Name: "程序", Sort: staff.Machine}
	if _, _, err := b.as("first").AddMember(t.Context(), a, &staff.Post{Role: "secretary", Area: ourCommunity}, "/"); err != nil {
		t.Fatal(err)
	}
	b.ids["one"] = a.ID
	rights := func() role.Set {
		grant, _ := b.Directory.Grant(a.ID, b.now, b.ScopeOf)
		return grant.Rights()
	}
	if got := rights(); got&role.OfConfirmed != 0 {
		t.Errorf("before: %v", got)
	}
	if _, err := b.as("first").Confirm(t.Context(), b.post(t, "one").ID); !errors.Is(err, access.ErrSecondPerson) {
		t.Errorf("by who gave it: %v", err)
	}
	b.confirm(t, "leader", "one")
	if got := rights(); !got.Has(role.SeePeople) || !got.Has(role.KeepPeople) || got&^role.OfMachines != 0 {
		t.Errorf("after: %v", got)
	}
}

// Who is shown people masked alone needs no second factor to be confirmed, but a password.
func TestAPasswordAloneIsConfirmedWhereNobodyIsUnmasked(t *testing.T) {
	b := newBureau(t)
	a := &staff.Account{Login: "one", Name: "某人", Sort: staff.Person}
	link, _, err := b.as("first").AddMember(t.Context(), a, &staff.Post{Role: "micro-grid-lead", Area: ourGrid}, "/")
	if err != nil {
		t.Fatal(err)
	}
	b.ids["one"] = a.ID
	_, shown, _ := strings.Cut(link, "#setup=")
	if _, err := b.SetUp(t.Context(), shown, "a long enough passphrase 7", access.Entry{From: home}); err != nil {
		t.Fatal(err)
	}
	sees := func() bool {
		grant, _ := b.Directory.Grant(a.ID, b.now, b.ScopeOf)
		return grant.May(role.SeePeople, ourGrid)
	}
	if sees() {
		t.Error("one administrator alone is shown people")
	}
	b.confirm(t, "secretary", "one")
	if !sees() {
		t.Error("who is confirmed is shown nobody")
	}
}

// Nobody says whose an account is into which the maker of its link still comes alone.
func TestNothingIsConfirmedAhead(t *testing.T) {
	b := newBureau(t)
	a := &staff.Account{Login: "one", Name: "某人", Sort: staff.Person}
	link, _, err := b.as("first").AddMember(t.Context(), a, &staff.Post{Role: "grid-worker", Area: ourGrid}, "/")
	if err != nil {
		t.Fatal(err)
	}
	b.ids["one"] = a.ID
	refused := func(when string, want error) {
		t.Helper()
		if _, err := b.as("second").Confirm(t.Context(), b.post(t, "one").ID); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", when, err, want)
		}
	}
	refused("before the link was opened", access.ErrNotAwaited)
	_, shown, _ := strings.Cut(link, "#setup=")
	in, err := b.SetUp(t.Context(), shown, "a long enough passphrase 7", access.Entry{From: home})
	if err != nil {
		t.Fatal(err)
	}
	refused("before there is a second factor", access.ErrNotSetUp)
	b.enrol(t, in.Secret)
	b.confirm(t, "second", "one")
	if !b.unmasks("one") {
		t.Error("it unmasks nobody still")
	}
}

// What was confirmed stays so with the second factor of whom it was confirmed for, and no longer.
func TestHowLongAPostIsConfirmed(t *testing.T) {
	for _, tt := range []struct {
		name    string
		does    func(t *testing.T, b *bureau)
		unmasks bool
	}{
		{"another link, with the second factor", func(t *testing.T, b *bureau) { b.invite(t, "first", "one") }, true},
		{"another link, after the machine dropped the second factor", func(t *testing.T, b *bureau) {
			known, _, _ := b.Directory.Person(b.ids["one"])
			a := *known
			if err := b.registry().ResetPassword(context.Background(), &a, password); err != nil {
				t.Fatal(err)
			}
			b.invite(t, "first", "one")
		}, false},
		{"dropped at the machine alone, which says whose it is", func(t *testing.T, b *bureau) {
			known, _, _ := b.Directory.Person(b.ids["one"])
			a := *known
			if err := b.registry().ResetPassword(context.Background(), &a, password); err != nil {
				t.Fatal(err)
			}
		}, true},
		{"one more post of the same administrator", func(t *testing.T, b *bureau) {
			if _, err := b.as("first").Dismiss(t.Context(), b.post(t, "one").ID, b.post(t, "one").Revision); err != nil {
				t.Fatal(err)
			}
			b.give(t, "first", "one", "grid-lead", ourGrid)
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBureau(t)
			b.hire(t, "first", "one", "grid-worker", ourGrid)
			b.confirm(t, "second", "one")
			b.now = b.now.Add(time.Hour)
			tt.does(t, b)
			if got := b.unmasks("one"); got != tt.unmasks {
				t.Errorf("unmasks: %v", got)
			}
		})
	}
}

// Who turned the second factor off himself is in it by the password alone, which another may know.
func TestASecondFactorTurnedOffEndsWhatWasConfirmed(t *testing.T) {
	b := newBureau(t)
	b.hire(t, "first", "one", "steward", ourGrid)
	b.standIn(t, "first", "one", "colleague")
	b.confirm(t, "second", "one")
	b.now = b.now.Add(2 * time.Hour) // nobody stands in any more, nothing asks for a second factor
	a, _, _ := b.Directory.Person(b.ids["one"])
	c, err := b.sealer.Open(a.ID, a.Credential)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(signin.TOTPText(c.TOTPSecret), b.now)
	if err != nil {
		t.Fatal(err)
	}
	in, err := b.SignIn(t.Context(), access.Entry{Login: "one", Password: "a long enough passphrase 7", Code: code, From: home})
	if err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(time.Minute)
	if code, err = totp.GenerateCode(signin.TOTPText(c.TOTPSecret), b.now); err != nil {
		t.Fatal(err)
	}
	if err := b.DropSecond(t.Context(), in.Secret, code); err != nil {
		t.Fatal(err)
	}
	b.standIn(t, "first", "one", "colleague")
	if b.unmasks("one") {
		t.Error("it unmasks still")
	}
}
