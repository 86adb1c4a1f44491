package server_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"quanxi/access"
	"quanxi/grid"
)

// BenchmarkCachedTile is one cached tile through all of the server but the
// connection.
func BenchmarkCachedTile(b *testing.B) { benchTile(b, "gzip", false) }

// BenchmarkUnchangedTile is one 304.
func BenchmarkUnchangedTile(b *testing.B) { benchTile(b, "gzip", true) }

func benchTile(b *testing.B, coding string, conditional bool) {
	r := newRig(b)
	r.build(b)
	req := httptest.NewRequest(http.MethodGet, "/tiles/buildings"+ourTile, nil)
	req.Host = "localhost"
	req.Header.Set("Accept-Encoding", coding)
	if conditional {
		rec := httptest.NewRecorder()
		r.ServeHTTP(rec, req)
		req.Header.Set("If-None-Match", rec.Header().Get("ETag"))
	}
	b.ReportAllocs()
	for b.Loop() {
		rec := httptest.NewRecorder()
		r.ServeHTTP(rec, req)
		if rec.Code >= 400 {
			b.Fatal(rec.Code)
		}
	}
}

// BenchmarkFileOfPeople is a file of twenty thousand people in seven thousand homes.
func BenchmarkFileOfPeople(b *testing.B) {
	r := newRig(b)
	p := r.exportPeople(b)
	r.set(b, 1e6)
	r.settle(b, 7000, 20_000)
	r.become(p.secretary)
	asked := r.ask(b, grid.People, "csv")
	before := cpuTime(b)
	for b.Loop() {
		if file := r.do(b, call{line: fmt.Sprintf("/api/exports/%d/file", asked.ID)}); file.Code != http.StatusOK {
			b.Fatalf("%d %s", file.Code, file.Body)
		}
	}
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N)/float64(asked.Rows), "cpu-µs/row")
}

// cpuTime returns what this process has used so far: on a shared machine the clock on the
// wall measures the others.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// settle has people live in new homes of the one building in our community.
func (r *rig) settle(b testing.TB, homes, people int) {
	b.Helper()
	var building int64
	for e, err := range r.store.Entities(b.Context(), grid.Buildings, grid.Query{}) {
		if err != nil {
			b.Fatal(err)
		}
		if e.(*grid.Building).Name == "我们村1幢" {
			building = e.Entity().ID
		}
	}
	first, err := r.store.NextIDs(b.Context(), homes+people)
	if err != nil {
		b.Fatal(err)
	}
	vault := access.NewVault(access.MasterKey{})
	for made := 0; made < homes+people; {
		w := grid.Write{Actor: "tester", Action: "test"}
		for ; made < homes+people && len(w.Put) < 500; made++ {
			head := grid.Head{ID: first + int64(made)}
			if made < homes {
				w.Put = append(w.Put, &grid.Dwelling{Head: head, Building: building, Unit: 1, Floor: 1, Room: fmt.Sprint(made), State: grid.OwnerOccupied})
				continue
			}
			seal, err := vault.Seal(grid.People, head.ID, grid.Identity{Name: "王小明", Phone: fmt.Sprintf("103%08d", made)})
			if err != nil {
				b.Fatal(err)
			}
			w.Put = append(w.Put, &grid.Person{Head: head, Dwelling: first + int64(made%homes), Residence: grid.LivesRegistered,
				Identity: seal.Identity, PhoneDigest: seal.PhoneDigest})
			w.Keys = append(w.Keys, seal.Key)
		}
		if _, err := r.store.Write(b.Context(), w); err != nil {
			b.Fatal(err)
		}
		if err := r.Wait(b.Context(), "token"); err != nil {
			b.Fatal(err)
		}
	}
}
