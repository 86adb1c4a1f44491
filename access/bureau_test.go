package access_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/role"
	"quanxi/grid"
	"quanxi/staff"
)

const (
	ourTown      = grid.Code("500106003")
	ourCommunity = grid.Code("500106003012")
)

// A bureau is a lobby with those who have a say in a worker, who made no account themselves
// unless a test says so: first and second keep accounts, the rest have posts above.
type bureau struct {
	*lobby
	first int64
	ids   map[string]int64
}

func idText(id int64) string { return strconv.FormatInt(id, 10) }

func newBureau(t *testing.T) *bureau {
	t.Helper()
	b := &bureau{lobby: newLobby(t).strict(), ids: map[string]int64{}}
	b.write(t, &grid.Division{Code: ourGrid, Level: grid.GridLevel, Name: "网格"})
	for _, one := range []struct {
		login, role string
		area        grid.Code
	}{
		{"first", "security-admin", "5000"}, {"second", "security-admin", "5000"}, {"audit", "audit-admin", "5000"},
		{"secretary", "secretary", ourCommunity}, {"leader", "leader", ourTown}, {"neighbour", "secretary", "500106003011"},
		{"county", "leader", "500106"}, {"colleague", "grid-worker", ourGrid},
	} {
		a := &staff.Account{Login: one.login, Name: "某人", Sort: staff.Person, Credential: grid.Sealed{1}}
		b.write(t, a)
		b.write(t, &staff.Post{Account: a.ID, Role: one.role, Area: one.area})
		b.ids[one.login] = a.ID
	}
	b.first = b.ids["first"]
	return b
}

// as is the office of an account, whose post is where it is.
func (b *bureau) as(login string) *access.Office {
	grant, _ := b.Directory.Grant(b.ids[login], b.now, b.ScopeOf)
	if login == "first" || login == "second" { // of the whole city, which is stored without itself
		return b.officeOf(b.ids[login])
	}
	return b.Office(access.NewViewer(idText(b.ids[login]), grant), "")
}

// hire has somebody make an account with a post by a link, and opens that, with a second factor.
func (b *bureau) hire(t *testing.T, by, login, code string, area grid.Code) (secret string) {
	t.Helper()
	a := &staff.Account{Login: login, Name: "某人", Sort: staff.Person}
	link, _, err := b.as(by).AddMember(t.Context(), a, &staff.Post{Role: code, Area: area}, "/")
	if err != nil {
		t.Fatal(err)
	}
	b.ids[login] = a.ID
	return b.open(t, link)
}

// open opens a link, and sets up a second factor where there is none.
func (b *bureau) open(t *testing.T, link string) (secret string) {
	t.Helper()
	_, shown, _ := strings.Cut(link, "#setup=")
	in, err := b.SetUp(t.Context(), shown, "a long enough passphrase 7", access.Entry{From: home})
	if err != nil {
		t.Fatal(err)
	}
	if !in.Account.HasSecond {
		b.enrol(t, in.Secret)
	}
	return in.Secret
}

func (b *bureau) post(t *testing.T, login string) *staff.Post {
	t.Helper()
	_, posts, ok := b.Directory.Person(b.ids[login])
	if !ok || len(posts) == 0 {
		t.Fatalf("%s has no post", login)
	}
	return posts[0]
}

// unmasks reports whether an account may unmask somebody in the grid.
func (b *bureau) unmasks(login string) bool {
	grant, _ := b.Directory.Grant(b.ids[login], b.now, b.ScopeOf)
	return grant.May(role.Unmask, ourGrid)
}

// give has somebody give one more post.
func (b *bureau) give(t *testing.T, by, login, code string, area grid.Code) {
	t.Helper()
	if _, err := b.as(by).Appoint(t.Context(), &staff.Post{Account: b.ids[login], Role: code, Area: area}); err != nil {
		t.Fatal(err)
	}
}

func (b *bureau) standIn(t *testing.T, by, login, of string) {
	t.Helper()
	in := &staff.StandIn{Post: b.post(t, of).ID, Deputy: b.ids[login], Begins: b.now, Ends: b.now.Add(time.Hour)}
	if _, err := b.as(by).Deputize(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func (b *bureau) madeBy(t *testing.T, login, maker string) {
	t.Helper()
	known, _, _ := b.Directory.Person(b.ids[login])
	made := *known
	made.SetUpBy = b.ids[maker]
	b.write(t, &made)
}

// atTheMachine makes an account with a post and a second factor, all at the machine.
func (b *bureau) atTheMachine(t *testing.T, login string) {
	t.Helper()
	a := &staff.Account{Login: login, Name: "某人", Sort: staff.Person}
	if err := b.registry().Add(t.Context(), a, password, &staff.Post{Role: "grid-worker", Area: ourGrid}); err != nil {
		t.Fatal(err)
	}
	b.ids[login] = a.ID
	in, err := b.SignIn(t.Context(), access.Entry{Login: login, Password: password, From: home})
	if err != nil {
		t.Fatal(err)
	}
	b.enrol(t, in.Secret)
}

// invite has somebody make a link, and opens it himself.
func (b *bureau) invite(t *testing.T, by, login string) (secret string) {
	t.Helper()
	link, _, err := b.as(by).Invite(t.Context(), b.ids[login], "/")
	if err != nil {
		t.Fatal(err)
	}
	return b.open(t, link)
}

func (b *bureau) confirm(t *testing.T, by, login string) {
	t.Helper()
	if _, err := b.as(by).Confirm(t.Context(), b.post(t, login).ID); err != nil {
		t.Fatal(err)
	}
}

// offers reports whether somebody is shown a post of an account as his to confirm.
func (b *bureau) offers(t *testing.T, by, login string) bool {
	t.Helper()
	m, err := b.as(by).Member(b.ids[login])
	return err == nil && len(m.Posts) > 0 && m.Posts[0].Confirms
}
