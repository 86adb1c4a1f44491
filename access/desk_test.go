package access_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
	"quanxi/store/gpkg/gpkgtest"
)

// following is a store whose directory hears of every write at once.
type following struct {
	grid.Store
	to *access.Directory
}

func (f following) Write(ctx context.Context, w grid.Write) (grid.Receipt, error) {
	receipt, err := f.Store.Write(ctx, w)
	if err != nil {
		return receipt, err
	}
	for _, e := range w.Put {
		put(f.to, e)
	}
	for _, ref := range w.Remove {
		remove(f.to, grid.Ref{Kind: ref.Kind, ID: ref.ID, Revision: ref.Revision + 1})
	}
	return receipt, nil
}

const password = "correct horse battery staple"

var home = netip.MustParseAddr("192.0.2.7")

// A lobby is a desk with one worker, who has a password.
type lobby struct {
	*access.Desk
	now    time.Time
	store  following
	worker *staff.Account
	sealer *signin.Sealer
	// refused are what Refused was told.
	refused []access.Trace
}

// newLobby lets in by password alone.
func newLobby(t *testing.T) *lobby {
	t.Helper()
	hasher, err := signin.NewHasher(signin.Params{Memory: 10 << 10, Passes: 1, Lanes: 1}, 2, 8)
	if err != nil {
		t.Fatal(err)
	}
	l := &lobby{now: nine, store: following{gpkgtest.New(t), access.NewDirectory()}, sealer: signin.NewSealer([32]byte(masterKey(t, "1").Derive("credentials")))}
	clock := func() time.Time { return l.now }
	l.Desk = access.NewDesk(access.DeskSources{
		Store: l.store, Directory: l.store.to, Hasher: hasher, Throttle: signin.NewThrottle(signin.DefaultRules(), clock),
		Sealer: l.sealer, Vault: access.NewVault(masterKey(t, "1")), Devices: signin.NewBox([32]byte{2}, "device"), Clock: clock, PasswordAlone: true, ScopeOf: func(c grid.Code) grid.Scope { return grid.NewScope(grid.Under(c)) },
		Refused: func(what access.Trace) { l.refused = append(l.refused, what) },
	})
	hash, err := hasher.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	l.worker = &staff.Account{Login: "worker", Name: "网格员", Sort: staff.Person}
	l.write(t, l.worker)
	l.give(t, signin.Credential{PasswordHash: hash})
	l.write(t, &staff.Post{Account: l.worker.ID, Role: "grid-worker", Area: ourGrid})
	return l
}

func (l *lobby) write(t *testing.T, e grid.Entity) {
	t.Helper()
	if a, ok := e.(*staff.Account); ok {
		a.External = staff.LoginID(a.Login)
	}
	if _, err := l.store.Write(t.Context(), grid.Write{Actor: "tester", Action: "test", Put: []grid.Entity{e}}); err != nil {
		t.Fatal(err)
	}
}

func (l *lobby) give(t *testing.T, c signin.Credential) {
	t.Helper()
	sealed, err := l.sealer.Seal(l.worker.ID, c)
	if err != nil {
		t.Fatal(err)
	}
	changed := *l.worker
	changed.Credential = sealed
	l.write(t, &changed)
	l.worker = &changed
}

func (l *lobby) credential(t *testing.T) signin.Credential {
	t.Helper()
	account, _ := l.store.to.Account("worker")
	c, err := l.sealer.Open(account.ID, account.Credential)
	if err != nil {
		t.Fatal(err)
	}
	l.worker = account
	return c
}

// rows returns the rows of the audit of an action.
func (l *lobby) rows(t *testing.T, action string) []grid.AuditRow {
	t.Helper()
	return rowsOf(t, l.store, grid.AuditQuery{Action: action})
}

func TestWhoIsLetIn(t *testing.T) {
	for _, tt := range []struct {
		name    string
		entry   access.Entry
		prepare func(t *testing.T, l *lobby)
		want    error
	}{
		{"the right password", access.Entry{Login: "worker", Password: password}, nil, nil},
		{"a wrong password", access.Entry{Login: "worker", Password: "wrong"}, nil, access.ErrSignIn},
		{"nobody of that name", access.Entry{Login: "nobody", Password: password}, nil, access.ErrSignIn},
		{"an account without a password", access.Entry{Login: "new", Password: ""}, func(t *testing.T, l *lobby) {
			l.write(t, &staff.Account{Login: "new", Name: "新", Sort: staff.Person})
		}, access.ErrSignIn},
		{"the right password without its code", access.Entry{Login: "worker", Password: password}, func(t *testing.T, l *lobby) { l.setUpSecond(t) }, access.ErrSecond},
		{"a program that was given a password once", access.Entry{Login: "worker", Password: password}, func(t *testing.T, l *lobby) {
			program := *l.worker
			program.Sort = staff.Machine
			l.write(t, &program)
		}, access.ErrSignIn},
		{"a locked account", access.Entry{Login: "worker", Password: password}, func(t *testing.T, l *lobby) {
			locked := *l.worker
			locked.Locked = true
			l.write(t, &locked)
		}, access.ErrSignIn},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t)
			if tt.prepare != nil {
				tt.prepare(t, l)
			}
			tt.entry.From = home
			in, err := l.SignIn(t.Context(), tt.entry)
			if !errors.Is(err, tt.want) || (err == nil) != (in.Secret != "") {
				t.Fatalf("%v, want %v", err, tt.want)
			}
			begun := l.rows(t, "session.begin")
			if tt.want == nil {
				if len(begun) != 1 || begun[0].Result != grid.ResultOK || begun[0].From != home.String() || len(l.refused) > 0 {
					t.Errorf("audit: %+v, refused %+v", begun, l.refused)
				}
				return
			}
			known := tt.entry.Login != "nobody"
			if len(begun) > 0 || len(l.refused) != 1 || l.refused[0].Action != "session.begin" || l.refused[0].From != home.String() || (l.refused[0].Actor != "") != known {
				t.Errorf("audit: %+v, refused %+v", begun, l.refused)
			}
		})
	}
}

// What was done to an account a moment ago counts at the door, also where the Directory has not
// heard of it.
func TestTheDoorKnowsWhatIsStored(t *testing.T) {
	const fresh = "a new long password for tomorrow"
	for _, tt := range []struct {
		name           string
		done           func(t *testing.T, r *access.Registry, worker *staff.Account) error
		login, showing string
		want           error
	}{
		{"an account that was added", func(t *testing.T, r *access.Registry, _ *staff.Account) error {
			return r.Add(t.Context(), &staff.Account{Login: "new", Name: "新人", Sort: staff.Person}, fresh, &staff.Post{Role: "grid-worker", Area: ourGrid})
		}, "New", fresh, nil},
		{"a password that was changed", func(t *testing.T, r *access.Registry, worker *staff.Account) error {
			return r.SetPassword(t.Context(), worker, fresh)
		}, "worker", fresh, nil},
		{"the one from before", func(t *testing.T, r *access.Registry, worker *staff.Account) error {
			return r.SetPassword(t.Context(), worker, fresh)
		}, "worker", password, access.ErrSignIn},
		{"an account that was locked", func(t *testing.T, r *access.Registry, worker *staff.Account) error {
			return r.Lock(t.Context(), worker, true)
		}, "worker", password, access.ErrSignIn},
		{"a name that no store takes", func(*testing.T, *access.Registry, *staff.Account) error { return nil }, "work\x00er", password, access.ErrSignIn},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t)
			unheard := access.NewRegistry(access.RegistrySources{Store: l.store.Store, Hasher: l.Hasher, Sealer: l.sealer, Vault: l.Vault, Actor: "tester"})
			account := *l.worker
			if err := tt.done(t, unheard, &account); err != nil {
				t.Fatal(err)
			}
			if _, err := l.SignIn(t.Context(), access.Entry{Login: tt.login, Password: tt.showing, From: home}); !errors.Is(err, tt.want) {
				t.Errorf("%v, want %v", err, tt.want)
			}
		})
	}
}

// asked counts what a store is asked for.
type asked struct {
	grid.Store
	queries int
}

func (a *asked) Entities(ctx context.Context, kind grid.Kind, q grid.Query) iter.Seq2[grid.Entity, error] {
	a.queries++
	return a.Store.Entities(ctx, kind, q)
}

// For a name that there is not the store is asked as often as for a wrong password.
func TestAnUnknownNameIsLookedUpLikeAnyOther(t *testing.T) {
	l := newLobby(t)
	l.write(t, &staff.Account{Login: "invited", Name: "新", Sort: staff.Person})
	l.write(t, &staff.Account{Login: "locked", Name: "停用", Sort: staff.Person, Locked: true})
	for _, name := range []string{"worker", "nobody", "invited", "locked"} {
		store := &asked{Store: l.store}
		l.Desk.Store = store
		if _, err := l.SignIn(t.Context(), access.Entry{Login: name, Password: "guess", From: home}); !errors.Is(err, access.ErrSignIn) || store.queries != 1 {
			t.Errorf("%s: %v after %d queries", name, err, store.queries)
		}
	}
}

func TestASecretStandsForItsAccountUntilItEnds(t *testing.T) {
	l := newLobby(t)
	in, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home})
	if err != nil {
		t.Fatal(err)
	}
	v, until, ok := l.Viewer(in.Secret)
	if !ok || !v.Sees(grid.People, ourGrid) || v.Sees(grid.People, theirGrid) || !until.Equal(in.Until) {
		t.Errorf("the worker sees %+v until %v, %v", v, until, ok)
	}
	if _, _, ok := l.Viewer(in.Secret + "x"); ok {
		t.Error("another secret stands for somebody")
	}
	l.now = in.Until
	if _, _, ok := l.Viewer(in.Secret); ok {
		t.Error("it stands beyond its end")
	}
	l.now = nine
	if _, err := l.SignOut(t.Context(), in.Secret, home.String()); err != nil {
		t.Fatal(err)
	}
	if _, _, ok := l.Viewer(in.Secret); ok {
		t.Error("it stands after signing out")
	}
	if _, err := l.SignOut(t.Context(), in.Secret, home.String()); err != nil {
		t.Errorf("signing out twice: %v", err)
	}
}

// A browser shows one session: the secret of the one before is lost, so who signs in ends it at
// once, whoever's it was.
func TestTheSessionThatABrowserIsInEndsWithTheNextSignIn(t *testing.T) {
	signIn := func(t *testing.T, l *lobby, e access.Entry) (access.SignedIn, error) {
		e.Login, e.Password, e.From = "worker", password, home
		return l.SignIn(t.Context(), e)
	}
	for _, tt := range []struct {
		name  string
		enter func(t *testing.T, l *lobby, session string) (access.SignedIn, error)
		ends  bool
	}{
		{"by password", func(t *testing.T, l *lobby, session string) (access.SignedIn, error) {
			return signIn(t, l, access.Entry{Session: session})
		}, true},
		{"by password, while it was used on another node", func(t *testing.T, l *lobby, session string) (access.SignedIn, error) {
			l.Desk.Store = &raced{Store: l.store}
			return signIn(t, l, access.Entry{Session: session})
		}, true},
		{"by a set-up link of somebody else", func(t *testing.T, l *lobby, session string) (access.SignedIn, error) {
			l.worker = &staff.Account{Login: "new", Name: "新", Sort: staff.Person}
			l.write(t, l.worker)
			return l.SetUp(t.Context(), l.invited(t), "a password of my own choosing", access.Entry{From: home, Session: session})
		}, true},
		{"by a sign-in server", func(t *testing.T, l *lobby, session string) (access.SignedIn, error) {
			l.write(t, &grid.Division{Code: ourGrid, Name: "某处", Level: ourGrid.Level()})
			return l.SignInVouched(t.Context(), access.Vouched{Issuer: "https://id.example", Subject: "7", Name: "张", From: home, Session: session,
				Posts: []staff.Post{{Role: "steward", Area: ourGrid}}})
		}, true},
		{"not where a program asks for a token beside it", func(t *testing.T, l *lobby, session string) (access.SignedIn, error) {
			return signIn(t, l, access.Entry{Session: session, Program: true})
		}, false},
		{"not with a wrong password", func(t *testing.T, l *lobby, session string) (access.SignedIn, error) {
			_, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: "guess", From: home, Session: session})
			if !errors.Is(err, access.ErrSignIn) {
				t.Error(err)
			}
			return access.SignedIn{}, nil
		}, false},
		{"not of another browser", func(t *testing.T, l *lobby, _ string) (access.SignedIn, error) {
			return signIn(t, l, access.Entry{Session: "qs_unheard-of"})
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := newLobby(t)
			before := l.in(t)
			old := l.Sessions(before)[0]
			in, err := tt.enter(t, l, before)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, living := l.Viewer(before); living == tt.ends {
				t.Errorf("the session before lives: %v", living)
			}
			if in.Secret != "" && len(l.Sessions(in.Secret)) == 0 {
				t.Error("the new session does not live")
			}
			var says int
			for _, row := range l.rows(t, "session.begin") {
				if row.Detail == fmt.Sprintf("in the place of signins/%d", old.ID) {
					says++
				}
			}
			if (says == 1) != tt.ends {
				t.Errorf("%d rows of the audit say what ended", says)
			}
		})
	}
}

// A raced store has somebody write the sign-in that is to be removed a moment before.
type raced struct {
	grid.Store
	done bool
}

func (r *raced) Write(ctx context.Context, w grid.Write) (grid.Receipt, error) {
	if len(w.Remove) > 0 && !r.done {
		r.done = true
		e, err := r.Entity(ctx, w.Remove[0].Kind, w.Remove[0].ID)
		if err == nil {
			_, err = r.Store.Write(ctx, grid.Write{Actor: "another node", Action: "session.use", Put: []grid.Entity{e}})
		}
		if err != nil {
			return grid.Receipt{}, err
		}
	}
	return r.Store.Write(ctx, w)
}

// setUpSecond gives the worker a second factor, and returns a code of it that is good
// now and not used yet.
func (l *lobby) setUpSecond(t *testing.T) string {
	t.Helper()
	c := l.credential(t)
	secret := c.Offer()
	codeAt := func(at time.Time) string {
		code, err := totp.GenerateCode(signin.TOTPText(secret), at)
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	if _, err := c.Confirm(codeAt(l.now.Add(-30*time.Second)), l.now); err != nil {
		t.Fatal(err)
	}
	l.give(t, c)
	return codeAt(l.now)
}

// codeNow returns the code of the worker's second factor.
func (l *lobby) codeNow(t *testing.T) string {
	t.Helper()
	code, err := totp.GenerateCode(signin.TOTPText(l.credential(t).TOTPSecret), l.now)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// A password that was hashed with less is hashed anew as it is shown, and two who show
// it at once are both let in.
func TestAWeakHashIsMadeStrong(t *testing.T) {
	l := newLobby(t)
	weak, err := signin.NewHasher(signin.Params{Memory: 8 << 10, Passes: 1, Lanes: 1}, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	hash, err := weak.Hash(t.Context(), password)
	if err != nil {
		t.Fatal(err)
	}
	l.give(t, signin.Credential{PasswordHash: hash})
	entry := access.Entry{Login: "worker", Password: password, From: home}
	sources := l.DeskSources
	sources.Directory = directoryOf(l.worker)
	other := access.NewDesk(sources)
	for name, desk := range map[string]*access.Desk{"a node": l.Desk, "another that has not heard of it": other} {
		if _, err := desk.SignIn(t.Context(), entry); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if kept := l.credential(t).PasswordHash; kept == hash {
		t.Error("the weak hash is still kept")
	}
}

func TestHowLongASignInLasts(t *testing.T) {
	l := newLobby(t)
	for _, tt := range []struct {
		name    string
		program bool
		secret  string
		span    time.Duration
	}{
		{"a browser's: a shift", false, "qxb_", 12 * time.Hour},
		{"a program's: a month", true, "qx_", 30 * 24 * time.Hour},
	} {
		in, err := l.SignIn(t.Context(), access.Entry{Login: "Worker", Password: password, From: home, Program: tt.program})
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if !strings.HasPrefix(in.Secret, tt.secret) || !in.Until.Equal(l.now.Add(tt.span)) {
			t.Errorf("%s: %.4s… until %v", tt.name, in.Secret, in.Until)
		}
	}
	// A post that ends sooner is looked at again sooner, the sign-in's end not later.
	in, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home})
	if err != nil {
		t.Fatal(err)
	}
	for _, span := range []time.Duration{time.Hour, 100 * time.Hour} {
		l.write(t, &staff.Post{Account: l.worker.ID, Role: "steward", Area: theirGrid, Ends: l.now.Add(span)})
		want := l.now.Add(time.Hour)
		if _, until, _ := l.Viewer(in.Secret); !until.Equal(want) {
			t.Errorf("good until %v, want %v", until, want)
		}
	}
}

func TestSignInsThatHaveEndedAreNotKept(t *testing.T) {
	l := newLobby(t)
	old, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home})
	if err != nil {
		t.Fatal(err)
	}
	l.now = old.Until
	lasting, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: home})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second finds nothing to do
		if err := l.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	kept := 0
	for _, err := range l.store.Entities(t.Context(), staff.SignIns, grid.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		kept++
	}
	if _, _, ok := l.Viewer(lasting.Secret); kept != 1 || !ok {
		t.Errorf("%d sign-ins are kept, and the one that lasts does: %v", kept, ok)
	}
}

func TestTheSecondFactorWorksOnce(t *testing.T) {
	l := newLobby(t)
	code := l.setUpSecond(t)
	entry := access.Entry{Login: "worker", Password: password, From: home}
	for _, tt := range []struct {
		name, code string
		want       error
	}{
		{"without a code", "", access.ErrSecond},
		{"with a wrong one", "000000", access.ErrSignIn},
		{"with the right one", code, nil},
		{"with the same again", code, access.ErrSignIn},
	} {
		entry.Code = tt.code
		if _, err := l.SignIn(t.Context(), entry); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestACodeWorksOnceOnAllNodes(t *testing.T) {
	l := newLobby(t)
	entry := access.Entry{Login: "worker", Password: password, Code: l.setUpSecond(t), From: home}
	other := *l
	sources := l.DeskSources
	sources.Directory = directoryOf(l.worker) // hears of nothing from here on
	other.Desk = access.NewDesk(sources)
	if _, err := l.SignIn(t.Context(), entry); err != nil {
		t.Fatal(err)
	}
	if _, err := other.SignIn(t.Context(), entry); !errors.Is(err, access.ErrSignIn) {
		t.Errorf("the same code on another node: %v, want ErrSignIn", err)
	}
	l.now = l.now.Add(30 * time.Second)
	entry.Code = l.codeNow(t)
	if _, err := other.SignIn(t.Context(), entry); err != nil {
		t.Errorf("the next code on a node that has not heard of the first: %v", err)
	}
}

func TestWhoGuessesWaits(t *testing.T) {
	l := newLobby(t)
	var wait *access.WaitError
	for range 20 {
		_, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: "guess", From: home})
		if errors.As(err, &wait) {
			break
		}
	}
	if wait == nil || wait.For <= 0 {
		t.Fatal("twenty guesses in a row were taken")
	}
	elsewhere := netip.MustParseAddr("198.51.100.9")
	l.now = l.now.Add(time.Minute)
	if _, err := l.SignIn(t.Context(), access.Entry{Login: "worker", Password: password, From: elsewhere}); err != nil {
		t.Errorf("the worker is locked out by somebody else: %v", err)
	}
}

func TestASweepForgetsTheUnmaskingsThatAreOver(t *testing.T) {
	l := newLobby(t)
	began := l.now
	l.write(t, &staff.Unmasking{Account: l.worker.ID, Of: grid.People, Subject: 9, Reason: staff.ForVisit, Began: began, Ends: began.Add(time.Minute)})
	for _, tt := range []struct {
		after time.Duration
		held  int
	}{{59 * time.Second, 1}, {time.Minute, 0}} {
		l.now = began.Add(tt.after)
		if err := l.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if open, _ := l.store.to.Unmaskings(l.worker.ID, began); len(open) != tt.held {
			t.Errorf("after %v %d are held, want %d", tt.after, len(open), tt.held)
		}
	}
}
