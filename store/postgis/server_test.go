package postgis_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"quanxi/feed"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/store/postgis"
	"quanxi/store/postgis/pgtest"
)

// patience bounds every wait for something that must happen.
const patience = 20 * time.Second

func building(name string) *grid.Building {
	at := func(lon, lat int32) geo.Point { return geo.Point{Lon: 1_065_000_000 + lon, Lat: 295_000_000 + lat} }
	return &grid.Building{Name: name, Use: grid.Housing, Footprint: geo.MultiPolygon{{{at(0, 0), at(9, 0), at(9, 9), at(0, 0)}}}}
}

func putting(e ...grid.Entity) grid.Write { return grid.Write{Actor: "tester", Action: "test", Put: e} }

func put(t *testing.T, s *postgis.Store, e ...grid.Entity) grid.Receipt {
	t.Helper()
	r, err := s.Write(t.Context(), putting(e...))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func closed(t *testing.T, s *postgis.Store) *postgis.Store {
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// eventually calls try until it says true.
func eventually(t *testing.T, what string, try func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for until := time.Now().Add(patience); !try(); <-tick.C {
		if time.Now().After(until) {
			t.Fatalf("never: %s", what)
		}
	}
}

// An outage: calls fail as unavailable, the relay hears that its lock is gone,
// and everything works again when the server is back, with no change lost.
func outage(t *testing.T, _ *pgtest.Server) {
	server := pgtest.Start(t)
	s := closed(t, open(t, server.Database(t)))
	b := building("before")
	put(t, s, b)
	held, release, err := s.LockRelay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if err := server.Crash(); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := s.Write(t.Context(), putting(building("lost"))); !errors.Is(err, grid.ErrUnavailable) {
			t.Errorf("Write: %v, want ErrUnavailable", err)
		}
	}
	if _, err := s.Entity(t.Context(), grid.Buildings, b.ID); !errors.Is(err, grid.ErrUnavailable) {
		t.Errorf("Entity: %v, want ErrUnavailable", err)
	}
	if _, err := s.Publish(t.Context(), 10); !errors.Is(err, grid.ErrUnavailable) {
		t.Errorf("Publish: %v, want ErrUnavailable", err)
	}
	select {
	case <-held.Done():
	case <-time.After(patience):
		t.Error("the relay still believes in its lock")
	}
	if _, _, err := s.LockRelay(t.Context()); !errors.Is(err, grid.ErrUnavailable) {
		t.Errorf("LockRelay: %v, want ErrUnavailable", err)
	}
	if err := server.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a write after the outage", func() bool {
		_, err := s.Write(t.Context(), putting(building("after")))
		return err == nil
	})
	_, again, err := s.LockRelay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer again()
	batch, err := s.Publish(t.Context(), 10)
	if err != nil || len(batch.Changes) != 2 || batch.Changes[0].ID != b.ID {
		t.Errorf("Publish = %+v, %v", batch, err)
	}
}

// An open write transaction, in any database, holds publication back; the
// watchdog names it, and its end needs nobody to announce it (RULES A4).
func blockers(t *testing.T, server *pgtest.Server) {
	s := closed(t, open(t, server.Database(t)))
	other := foreign(t, server.Database(t))
	tx, err := other.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "SELECT pg_current_xact_id()"); err != nil {
		t.Fatal(err)
	}
	r := put(t, s, building("waits"))
	batch, err := s.Publish(t.Context(), 10)
	if err != nil || len(batch.Changes) != 0 || batch.Horizon >= r.Mark {
		t.Errorf("behind an open transaction: %+v, %v", batch, err)
	}
	list, err := s.Blockers(t.Context(), 0)
	if err != nil || !slices.ContainsFunc(list, func(b postgis.Blocker) bool {
		return b.PID == int32(other.PgConn().PID()) && b.State == "idle in transaction" && !b.Since.IsZero()
	}) {
		t.Errorf("Blockers = %+v, %v; want pid %d", list, err, other.PgConn().PID())
	}
	if old, err := s.Blockers(t.Context(), time.Hour); err != nil || len(old) != 0 {
		t.Errorf("Blockers of an hour = %+v, %v", old, err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for len(batch.Changes) == 0 {
		if err := s.Await(ctx); err != nil {
			t.Fatal(err)
		}
		if batch, err = s.Publish(ctx, 10); err != nil {
			t.Fatal(err)
		}
	}
	if batch.Horizon < r.Mark {
		t.Errorf("horizon %d, mark %d", batch.Horizon, r.Mark)
	}
}

// A relay whose session was ended hears of it, and the next one takes over; what
// the first tries to publish afterwards is refused or is nothing.
func lostLock(t *testing.T, server *pgtest.Server) {
	url := server.Database(t)
	first, second := closed(t, open(t, url)), closed(t, open(t, url))
	held, release, err := first.LockRelay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if _, err := foreign(t, url).Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"); err != nil {
		t.Fatal(err)
	}
	_, next, err := second.LockRelay(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer next()
	select {
	case <-held.Done():
	case <-time.After(patience):
		t.Error("the first relay still believes in its lock")
	}
	put(t, first, building("a"), building("b"))
	one, err := second.Publish(t.Context(), 10)
	if err != nil || len(one.Changes) != 2 {
		t.Fatalf("Publish = %+v, %v", one, err)
	}
	if zombie, err := first.Publish(t.Context(), 10); err == nil && (len(zombie.Changes) != 0 || zombie.Pos != one.Pos) {
		t.Errorf("the first relay published %+v", zombie)
	}
}

// A copy of the database is another history; the original stays what it is.
func epochs(t *testing.T, server *pgtest.Server) {
	url := server.Database(t)
	s := open(t, url)
	put(t, s, building("published"))
	if _, err := s.Publish(t.Context(), 10); err != nil {
		t.Fatal(err)
	}
	put(t, s, building("not published"))
	original, err := s.Position(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	name := url[strings.LastIndex(url, "/")+1 : strings.Index(url, "?")]
	if err := server.Exec(t.Context(), "postgres", "CREATE DATABASE copied TEMPLATE "+name); err != nil {
		t.Fatal(err)
	}
	copied, err := closed(t, open(t, server.URL("copied"))).Position(t.Context())
	if err != nil || copied.Epoch == original.Epoch || copied.Pos != original.Pos+1 {
		t.Errorf("the copy stands at %+v, %v; the original at %+v", copied, err, original)
	}
	again, err := closed(t, open(t, url)).Position(t.Context())
	if err != nil || again.Epoch != original.Epoch || again.Pos != original.Pos {
		t.Errorf("the original stands at %+v, %v; it stood at %+v", again, err, original)
	}
}

// A backup from before the handle took its block of ids takes the place of the
// database: the block belongs to the past, and so does the epoch.
func blockOfIDs(t *testing.T, server *pgtest.Server) {
	url := server.Database(t)
	s := closed(t, open(t, url))
	saved, err := s.NextIDs(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	lost := put(t, s, building("lost"))
	db := foreign(t, url)
	for _, query := range []string{"DELETE FROM quanxi.buildings_rows", fmt.Sprintf("UPDATE quanxi.next_id SET next = %d", saved+1), "UPDATE quanxi.log SET cluster = 'elsewhere'"} {
		if _, err := db.Exec(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	b := building("new")
	kept := put(t, s, b)
	if kept.Epoch == lost.Epoch {
		t.Errorf("a write after the restore is of epoch %s, as one before", kept.Epoch)
	}
	if next, err := s.NextIDs(t.Context(), 1); err != nil || next <= b.ID {
		t.Errorf("the next id is %d, %v, and %d was given", next, err, b.ID)
	}
}

// A load whose process died is aborted by the next that opens, and swept; one
// that lives is left alone.
func sweeping(t *testing.T, server *pgtest.Server) {
	url := server.Database(t)
	s := closed(t, open(t, url))
	old := building("old")
	old.External = "osm:1"
	put(t, s, old)
	staged := func() grid.Load {
		l, err := s.BeginLoad(t.Context(), grid.LoadInfo{Actor: "tester"})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	dead, living := staged(), staged()
	replacing := building("never")
	replacing.External = "osm:1"
	if err := dead.Put(t.Context(), []grid.Entity{replacing, building("neither")}, nil); err != nil {
		t.Fatal(err)
	}
	postgis.Orphan(t.Context(), dead)
	other := closed(t, open(t, url))
	eventually(t, "the dead load aborted", func() bool {
		if err := other.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		all, err := other.Loads(t.Context())
		if err != nil || all[0].State != grid.LoadOpen || all[0].ID != living.ID() {
			t.Fatalf("loads are %+v, %v", all, err)
		}
		return all[1].State == grid.LoadAborted
	})
	var rows int
	if err := foreign(t, url).QueryRow(t.Context(), "SELECT count(*) FROM quanxi.buildings_rows").Scan(&rows); err != nil || rows != 1 {
		t.Errorf("%d rows are left, %v; want 1", rows, err)
	}
	put(t, s, old)
	if err := living.Abort(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Codes sort by bytes whatever the database's locale, and the schema is right
// for those who look at it with other tools.
func sql(t *testing.T, server *pgtest.Server) {
	url := server.Database(t)
	s := closed(t, open(t, url))
	put(t, s, &grid.Division{Code: "5001", Name: "b"}, &grid.Division{Code: "5001a", Name: "a"}, &grid.Division{Code: "5001A", Name: "c"}, building("a place"))
	conn := foreign(t, url)
	rows, err := conn.Query(t.Context(), "SELECT code FROM quanxi.divisions ORDER BY code")
	if err != nil {
		t.Fatal(err)
	}
	if codes, err := pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || !slices.Equal(codes, []string{"5001", "5001A", "5001a"}) {
		t.Errorf("codes %v, %v", codes, err)
	}
	for query, want := range map[string]string{
		"SELECT Find_SRID('quanxi', 'buildings_rows', 'geom')::text":                                                                     "4490",
		"SELECT ST_AsText(geom) FROM quanxi.buildings":                                                                                   "MULTIPOLYGON(((106.5 29.5,106.5000009 29.5,106.5000009 29.5000009,106.5 29.5)))",
		"SELECT count(*)::text FROM quanxi.buildings WHERE geom && ST_MakeEnvelope(106, 29, 107, 30, 4490)":                              "1",
		"SELECT count(*)::text FROM pg_indexes WHERE schemaname = 'quanxi' AND tablename = 'buildings_rows' AND indexdef ~ 'USING gist'": "1",
	} {
		var got string
		if err := conn.QueryRow(t.Context(), query).Scan(&got); err != nil || got != want {
			t.Errorf("%s = %q, %v; want %q", query, got, err, want)
		}
	}
}

// A server that cannot do is refused in words that help.
func unsuitable(t *testing.T, server *pgtest.Server) {
	if err := server.Exec(t.Context(), "postgres", "CREATE ROLE weak LOGIN"); err != nil {
		t.Fatal(err)
	}
	if err := server.Exec(t.Context(), "postgres", "CREATE DATABASE bare TEMPLATE template0 OWNER weak"); err != nil {
		t.Fatal(err)
	}
	_, err := postgis.Open(t.Context(), strings.Replace(server.URL("bare"), "quanxi@", "weak@", 1))
	if !errors.Is(err, postgis.ErrServer) || !strings.Contains(err.Error(), "CREATE EXTENSION postgis") {
		t.Errorf("Open: %v, want ErrServer and what to do", err)
	}
}

// A writer that waits for a lock too long is told so, and nothing is written.
func lockTimeout(t *testing.T, server *pgtest.Server) {
	url := server.Database(t)
	s, err := postgis.OpenWith(t.Context(), url, postgis.Options{LockTime: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	b := building("locked")
	put(t, s, b)
	tx, err := foreign(t, url).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "SELECT 1 FROM quanxi.buildings_rows FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(t.Context(), putting(b)); !errors.Is(err, grid.ErrUnavailable) {
		t.Errorf("Write: %v, want ErrUnavailable", err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, s, b)
}

// A load that names a house waits for who pulls it down, however far they are: it does
// not go live beside them.
func commitWaits(t *testing.T, server *pgtest.Server) {
	url := server.Database(t)
	s, err := postgis.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	b := building("pulled down")
	put(t, s, b)
	tx, err := foreign(t, url).Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `INSERT INTO quanxi.subject_key (kind, id, load, wrapped) VALUES ('people', 1, 0, '')`); err != nil {
		t.Fatal(err)
	}
	removed, gone := make(chan error, 1), make(chan error, 1)
	go func() { // finds the house unnamed, and then waits for the key
		_, err := s.Write(t.Context(), grid.Write{
			Remove: []grid.Ref{{Kind: grid.Buildings, ID: b.ID, Revision: b.Revision}}, Keys: []grid.SubjectKey{{Kind: grid.People, ID: 1, Wrapped: []byte{1}}},
		})
		removed <- err
	}()
	<-waits(t, url, 1)
	l, err := s.BeginLoad(t.Context(), grid.LoadInfo{Actor: "tester"})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Put(t.Context(), []grid.Entity{&grid.Dwelling{Building: b.ID, Floor: 1}}, nil); err != nil {
		t.Fatal(err)
	}
	go func() { _, err := l.Commit(t.Context()); gone <- err }()
	select {
	case err := <-gone:
		t.Fatalf("the load ends beside the removal: %v", err)
	case <-waits(t, url, 2):
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-removed; err != nil {
		t.Errorf("the removal: %v", err)
	}
	if err := <-gone; !errors.Is(err, grid.ErrConflict) {
		t.Errorf("the load: %v, want ErrConflict", err)
	}
	if err := l.Abort(t.Context()); err != nil {
		t.Error(err)
	}
}

// waits is closed when so many transactions wait for a lock.
func waits(t *testing.T, url string, want int) <-chan struct{} {
	t.Helper()
	conn, done := foreign(t, url), make(chan struct{})
	go func() {
		for n := 0; n < want && t.Context().Err() == nil; time.Sleep(5 * time.Millisecond) {
			err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").Scan(&n)
			if err != nil {
				return // the test has ended, or ends for want of this
			}
		}
		close(done)
	}()
	return done
}

// A load through many readers visits every row once, in order, of one moment.
func stretches(t *testing.T, server *pgtest.Server) {
	s, err := postgis.OpenWith(t.Context(), server.Database(t), postgis.Options{StretchPages: 2, Readers: 4})
	if err != nil {
		t.Fatal(err)
	}
	closed(t, s)
	l, err := s.BeginLoad(t.Context(), grid.LoadInfo{Actor: "tester"})
	if err != nil {
		t.Fatal(err)
	}
	const n = 5000
	var all []grid.Entity
	for i := range int64(n) {
		b := building("x")
		b.ID = (i*7919)%n + 1 // every id once, in no order
		all = append(all, b, &grid.Dwelling{Head: grid.Head{ID: b.ID}, Building: b.ID, Floor: 1})
	}
	if err := l.Put(t.Context(), all, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen := map[grid.Kind]int64{}
	_, err = s.Load(t.Context(), feed.Kinds(), func(e grid.Entity) error {
		if seen[e.Kind()]++; e.Entity().ID != seen[e.Kind()] || e.Kind() == grid.Buildings && seen[grid.Dwellings] > 0 {
			return fmt.Errorf("%s %d came after %v", e.Kind(), e.Entity().ID, seen)
		}
		if seen[e.Kind()] > 1 {
			return nil
		}
		_, err := s.Write(t.Context(), putting(building("written in the middle of the load")))
		return err
	})
	if err != nil || seen[grid.Buildings] != n || seen[grid.Dwellings] != n {
		t.Errorf("visited %v, %v; want %d of both", seen, err, n)
	}
	boom := errors.New("boom")
	if _, err := s.Load(t.Context(), feed.Kinds(), func(grid.Entity) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("a visitor's error: %v", err)
	}
}
