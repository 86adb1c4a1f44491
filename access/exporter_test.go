package access_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/access/signin"
	"quanxi/grid"
	"quanxi/staff"
)

// An archive is a lobby in which a secretary asks for files of the workers of two grids.
type archive struct {
	*lobby
	views            *access.Views
	secretary, other int64
	workers          map[grid.Code]int64
}

func newArchive(t *testing.T) *archive {
	t.Helper()
	a := &archive{lobby: newLobby(t), workers: map[grid.Code]int64{}}
	a.Desk.Store = gathering{a.store}
	master := masterKey(t, "1")
	a.views = access.NewViews(access.Sources{
		Store: a.Desk.Store, Vault: access.NewVault(master), Master: master, World: twoTowns(t), Clock: a.Clock, Journal: access.NewJournal(filepath.Join(t.TempDir(), "erasures")),
	})
	a.secretary, a.other = a.root(t, "secretary", "secretary"), a.root(t, "other", "secretary")
	for _, account := range []int64{a.secretary, a.other} {
		for _, area := range []grid.Code{ourGrid, theirGrid} {
			a.write(t, &staff.Post{Account: account, Role: "secretary", Area: area})
		}
	}
	return a
}

// hire has more workers in a grid.
func (a *archive) hire(t *testing.T, area grid.Code, n int64) {
	t.Helper()
	for range n {
		a.write(t, &grid.Worker{Name: "陈网格", Role: "grid-worker", Area: area})
	}
	a.workers[area] += n
}

// allow has files with so many rows about people leave without a second person.
func (a *archive) allow(t *testing.T, rows int64) {
	t.Helper()
	s := staff.DefaultSettings()
	for e, err := range a.store.Entities(t.Context(), staff.SettingsOf, grid.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		s = e.(*staff.Settings)
	}
	s.ExportRows = rows
	a.write(t, s)
}

func (a *archive) exporterOf(account int64) *access.Exporter {
	grant, _ := a.Directory.Grant(account, a.now, a.ScopeOf)
	v := access.NewViewer(strconv.FormatInt(account, 10), grant)
	return access.NewExporter(a.views.For(v, ""), a.Office(v, ""))
}

func (a *archive) ask(ctx context.Context, area grid.Code) (access.Filing, error) {
	f, _, err := a.exporterOf(a.secretary).Ask(ctx, &staff.Export{Of: grid.Workers, Area: area, Format: "csv", Purpose: staff.ForReport})
	return f, err
}

// take returns how many rows about people have left.
func (a *archive) take(ctx context.Context, id int64) (rows int64, err error) {
	taking, err := a.exporterOf(a.secretary).Take(ctx, id)
	if err != nil {
		return 0, err
	}
	for _, err := range taking.Entities(ctx) {
		if err != nil {
			return 0, err
		}
		rows++
	}
	if err := taking.Taken(ctx, int(rows), []byte{1}); err != nil {
		return 0, err
	}
	return rows, nil
}

func (a *archive) state(t *testing.T, id int64) *staff.Export {
	t.Helper()
	e, err := a.store.Entity(t.Context(), staff.Exports, id)
	if err != nil {
		t.Fatal(err)
	}
	return e.(*staff.Export)
}

// A token for one grid knows nothing of the files that its account asked for of another.
func TestExportsOfTheAccountBeyondANarrowToken(t *testing.T) {
	a := newArchive(t)
	a.allow(t, 100)
	a.hire(t, ourGrid, 2)
	a.hire(t, theirGrid, 3)
	filed := map[grid.Code]int64{}
	for _, area := range []grid.Code{ourGrid, theirGrid} {
		f, err := a.ask(t.Context(), area)
		if err != nil {
			t.Fatal(err)
		}
		filed[area] = f.ID
		a.write(t, &grid.Division{Code: area, Name: "某处", Level: area.Level()})
	}
	secret, digest := signin.NewSecret(signin.ForNarrow)
	a.write(t, &staff.SignIn{Account: a.secretary, Digest: digest, Token: true, Began: a.now, Used: a.now, Ends: a.now.Add(time.Hour), Areas: []string{string(ourGrid)}})
	v, _, ok := a.Viewer(secret)
	if !ok {
		t.Fatal("it lets nobody in")
	}
	x := access.NewExporter(a.views.For(v, ""), a.Office(v, ""))
	if all, err := x.Exports(t.Context()); err != nil || len(all) != 1 || all[0].ID != filed[ourGrid] {
		t.Errorf("it lists %+v, %v", all, err)
	}
	if _, err := x.Take(t.Context(), filed[ourGrid]); err != nil {
		t.Errorf("the own one: %v", err)
	}
	if _, err := x.Take(t.Context(), filed[theirGrid]); !errors.Is(err, grid.ErrNotFound) {
		t.Errorf("one beyond: %v", err)
	}
}

// What was approved may be taken for a week, with a tenth more people than there were.
func TestAnApprovedFile(t *testing.T) {
	const day = 24 * time.Hour
	for _, tt := range []struct {
		name     string
		approved time.Duration // after it was asked for
		taken    time.Duration // after it was approved
		more     int64         // workers that have come meanwhile, to ten
		err      error
	}{
		{"with as many people as were approved", day, day, 0, nil},
		{"with a tenth more", day, day, 1, nil},
		{"with more than a tenth more", day, day, 2, access.ErrGrown},
		{"approved on the last day, six days later", 6 * day, 6 * day, 0, nil},
		{"approved on the last day, a week later", 6 * day, 7 * day, 0, access.ErrNotReady},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newArchive(t)
			a.allow(t, 0)
			a.hire(t, ourGrid, 10)
			asked, err := a.ask(t.Context(), ourGrid)
			if err != nil || asked.Personal != 10 || asked.State != staff.ExportWaiting {
				t.Fatalf("%+v, %v", asked, err)
			}
			a.now = a.now.Add(tt.approved)
			if _, _, err := a.exporterOf(a.other).Approve(t.Context(), asked.ID); err != nil {
				t.Fatal(err)
			}
			a.now = a.now.Add(tt.taken)
			a.hire(t, ourGrid, tt.more)
			for range 2 { // taking it again does not let a tenth more of a tenth more leave
				if _, err := a.take(t.Context(), asked.ID); !errors.Is(err, tt.err) {
					t.Errorf("%v, want %v", err, tt.err)
				}
			}
			if got := a.state(t, asked.ID); got.Personal != 10 {
				t.Errorf("%d were approved", got.Personal)
			}
		})
	}
}

// Files that are asked for one day and taken all on another are one file still.
func TestFilesOfSeveralDaysLeaveTogether(t *testing.T) {
	a := newArchive(t)
	a.allow(t, 4)
	a.hire(t, ourGrid, 3)
	var asked []int64
	for range 3 {
		f, err := a.ask(t.Context(), ourGrid)
		if err != nil || f.State != staff.ExportReady {
			t.Fatalf("%+v, %v", f, err)
		}
		asked = append(asked, f.ID)
		a.now = a.now.Add(25 * time.Hour)
	}
	for i, want := range []error{nil, access.ErrGrown, access.ErrGrown} {
		if _, err := a.take(t.Context(), asked[i]); !errors.Is(err, want) {
			t.Errorf("file %d: %v, want %v", i, err, want)
		}
	}
	if f, err := a.ask(t.Context(), ourGrid); err != nil || f.State != staff.ExportWaiting {
		t.Errorf("another one on the day of leaving: %+v, %v", f, err)
	}
	a.now = a.now.Add(25 * time.Hour)
	if _, err := a.take(t.Context(), asked[1]); err != nil {
		t.Errorf("the day after: %v", err)
	}
}

// However files are asked for and taken side by side, no more rows about people leave within a
// day without a second person than the settings allow; and what was held back while others
// were on their way leaves afterwards if it fits.
func TestExportsSideBySideAreOne(t *testing.T) {
	rounds := 8
	if os.Getenv("QUANXI_SOAK") != "" {
		rounds = 400
	}
	for seed := range uint64(rounds) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			a, chance := newArchive(t), rand.New(rand.NewPCG(seed, 3))
			a.hire(t, ourGrid, 1+chance.Int64N(3))
			a.hire(t, theirGrid, 1+chance.Int64N(3))
			areas := make([]grid.Code, 2+chance.IntN(4))
			for i := range areas {
				areas[i] = []grid.Code{ourGrid, theirGrid}[chance.IntN(2)]
			}
			limit := 1 + chance.Int64N(8)
			a.allow(t, limit)
			ids := a.askTogether(t, areas, limit)
			for _, id := range ids { // as if rules that said nothing of others had let them through
				e := a.state(t, id)
				e.State = staff.ExportReady
				a.write(t, e)
			}
			a.now = a.now.Add([]time.Duration{time.Minute, 30 * time.Hour}[chance.IntN(2)])
			if chance.IntN(2) == 0 {
				a.hire(t, ourGrid, 1)
			}
			left := a.takeTogether(t, append(ids, ids[0]))
			a.mustKeep(t, left, limit)
			for i, id := range ids {
				rows := a.workers[areas[i]]
				fits := sum(left)-left[id]+rows <= limit
				if _, err := a.take(t.Context(), id); (err == nil) != fits {
					t.Errorf("%d more beside %d of %d: %v", rows, sum(left)-left[id], limit, err)
				} else if fits {
					left[id] = rows
				}
			}
			a.mustKeep(t, left, limit)
		})
	}
}

// askTogether asks for files of areas at the same moment.
func (a *archive) askTogether(t *testing.T, areas []grid.Code, limit int64) []int64 {
	t.Helper()
	ids := make([]int64, len(areas))
	var ready int64
	together(t.Context(), len(areas), func(ctx context.Context, i int) {
		f, err := a.ask(ctx, areas[i])
		if err != nil {
			t.Error(err)
			return
		}
		ids[i] = f.ID
	})
	for _, id := range ids {
		if e := a.state(t, id); e.State == staff.ExportReady {
			ready += e.Personal
		}
	}
	if ready > limit {
		t.Errorf("%d rows are ready, want at most %d", ready, limit)
	}
	return ids
}

// takeTogether takes files at the same moment and returns how many rows of each have left.
func (a *archive) takeTogether(t *testing.T, ids []int64) map[int64]int64 {
	t.Helper()
	left := map[int64]int64{}
	var mu sync.Mutex
	together(t.Context(), len(ids), func(ctx context.Context, i int) {
		rows, err := a.take(ctx, ids[i])
		if err != nil && !errors.Is(err, access.ErrGrown) && !errors.Is(err, grid.ErrConflict) {
			t.Error(err)
		}
		mu.Lock()
		defer mu.Unlock()
		left[ids[i]] = max(left[ids[i]], rows)
	})
	return left
}

// mustKeep expects that no more has left than may, and that the store says what has.
func (a *archive) mustKeep(t *testing.T, left map[int64]int64, limit int64) {
	t.Helper()
	if n := sum(left); n > limit {
		t.Errorf("%d rows have left, want at most %d", n, limit)
	}
	for id, rows := range left {
		e := a.state(t, id)
		if taken := e.State == staff.ExportTaken; taken != (rows > 0) || taken && (e.Personal != rows || !e.TakenAt.Equal(a.now)) {
			t.Errorf("%d rows have left of %+v", rows, e)
		}
	}
}

func sum(of map[int64]int64) (n int64) {
	for _, one := range of {
		n += one
	}
	return n
}

// A gathering is a store before which those meet who write about exports together.
type gathering struct{ grid.Store }

func (g gathering) Write(ctx context.Context, w grid.Write) (grid.Receipt, error) {
	if meet, ok := ctx.Value(meeting{}).(func()); ok && strings.HasPrefix(w.Action, "exports.") {
		meet()
	}
	return g.Store.Write(ctx, w)
}

// meeting is the key of what a context has called before a write.
type meeting struct{}

// together does n things at the same moment: none of them writes before each of them is about
// to write for the first time, or has ended without.
func together(ctx context.Context, n int, do func(ctx context.Context, i int)) {
	var coming, ended sync.WaitGroup
	coming.Add(n)
	for i := range n {
		ended.Go(func() {
			var once sync.Once
			arrive := func() { once.Do(coming.Done) }
			defer arrive()
			do(context.WithValue(ctx, meeting{}, func() { arrive(); coming.Wait() }), i)
		})
	}
	ended.Wait()
}
