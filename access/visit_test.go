package access_test

import (
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// heard reports whether a visit was told to look again.
func heard(t *testing.T, v *access.Visit) bool {
	t.Helper()
	select {
	case <-v.Changed():
		return true
	default:
		return false
	}
}

func TestAVisitFollowsWhatItsAccountMay(t *testing.T) {
	l := newLobby(t)
	in, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home})
	if err != nil {
		t.Fatal(err)
	}
	visit, ok := l.Visit(in.Secret)
	if !ok {
		t.Fatal("nobody is let in")
	}
	defer visit.Close()
	first := visit.Viewer()
	other := &staff.Account{Login: "other", Name: "另一个", Sort: staff.Person}
	l.write(t, other)
	l.write(t, &staff.Post{Account: other.ID, Role: "grid-worker", Area: theirGrid})
	if heard(t, visit) {
		t.Error("it is told of somebody else's post")
	}
	if l.store.to.Recheck(); !heard(t, visit) || visit.Viewer() != first {
		t.Error("it is not told that divisions changed, or is another although its rights are the same")
	}
	l.write(t, &staff.Post{Account: l.worker.ID, Role: "steward", Area: theirGrid})
	if !heard(t, visit) || visit.Viewer() == first || !visit.Viewer().Sees(grid.People, theirGrid) {
		t.Error("it does not hear of a new post")
	}
	if _, err := l.SignOut(t.Context(), in.Secret, home.String()); err != nil {
		t.Fatal(err)
	}
	if !heard(t, visit) || visit.Viewer() != nil {
		t.Error("it outlives its sign-in")
	}
}

// B stands in for A until six: at that moment, without anybody doing anything, B's open
// screen is told.
func TestAVisitEndsWithTheHour(t *testing.T) {
	l := newLobby(t)
	deputy := &staff.Account{Login: "deputy", Name: "B 岗", Sort: staff.Person}
	l.write(t, deputy)
	post := &staff.Post{Account: l.worker.ID, Role: "grid-worker", Area: theirGrid}
	l.write(t, post)
	six := l.now.Add(30 * time.Millisecond)
	l.write(t, &staff.StandIn{Post: post.ID, Deputy: deputy.ID, Begins: l.now.Add(-time.Hour), Ends: six})
	secret, digest := signin.NewSecret(signin.ForBrowser)
	l.write(t, &staff.SignIn{Account: deputy.ID, Digest: digest, Began: l.now, Used: l.now, Ends: l.now.Add(time.Hour)})
	visit, ok := l.Visit(secret)
	if !ok || !visit.Viewer().Sees(grid.People, theirGrid) {
		t.Fatal("B does not stand in")
	}
	defer visit.Close()
	select {
	case <-visit.Changed():
	case <-time.After(time.Minute):
		t.Fatal("nobody tells B's screen that it is six")
	}
	l.now = six
	if visit.Viewer().Sees(grid.People, theirGrid) {
		t.Error("B still sees A's grid")
	}
}

func TestWhoIsAtTheMachineIsLetInUntilThereIsAnAccount(t *testing.T) {
	l := newLobby(t)
	sources := l.DeskSources
	sources.Directory, sources.Open = access.NewDirectory(), true
	desk := access.NewDesk(sources)
	if _, ok := desk.Visit(""); ok {
		t.Error("somebody is let in before it is known whether there are accounts")
	}
	sources.Directory.Begin(nine).Publish()
	visit, ok := desk.Visit("")
	if !ok {
		t.Fatal("nobody is let in where there is no account")
	}
	defer visit.Close()
	put(sources.Directory, l.worker)
	if !heard(t, visit) || visit.Viewer() != nil {
		t.Error("the first account does not end it")
	}
	if _, ok := desk.Visit(""); ok {
		t.Error("it goes on without a sign-in")
	}
	sources.Directory, sources.Open = access.NewDirectory(), false
	sources.Directory.Begin(nine).Publish()
	if _, ok := access.NewDesk(sources).Visit(""); ok {
		t.Error("somebody is let in at a desk that is not open")
	}
}
