package generate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/fabric"
)

func options(towns, workers int) Options {
	return Options{Seed: 7, Towns: towns, County: "500106", Workers: workers, Reference: time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC)}
}

// pair is a street town and a village town side by side, made once.
var pair = sync.OnceValues(func() (*Generator, error) { return New(options(2, 2)) })

var drafts = sync.OnceValues(func() ([]*draft, error) {
	g, err := pair()
	if err != nil {
		return nil, err
	}
	var out []*draft
	for _, t := range g.Towns() {
		d, err := g.draft(t.Code)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
})

func mustDrafts(t *testing.T) []*draft {
	t.Helper()
	ds, err := drafts()
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

var results = sync.OnceValues(func() ([]TownResult, error) {
	ds, err := drafts()
	var out []TownResult
	for _, d := range ds {
		out = append(out, d.write())
	}
	return out, err
})

func mustResults(t *testing.T) []TownResult {
	t.Helper()
	rs, err := results()
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func areaOfAll(m geo.MultiPolygon) int64 {
	sum := int64(0)
	for _, p := range m {
		for _, r := range p {
			sum += fabric.DoubleArea(r)
		}
	}
	return sum
}

type edge struct{ a, b geo.Point }

// outerEdges returns the directed edges that no neighbour answers.
func outerEdges(t *testing.T, list []geo.MultiPolygon) map[edge]bool {
	t.Helper()
	open := map[edge]bool{}
	for _, m := range list {
		for _, p := range m {
			for _, r := range p {
				for i := 1; i < len(r); i++ {
					if open[edge{r[i-1], r[i]}] {
						t.Fatalf("edge %v-%v twice", r[i-1], r[i])
					}
					open[edge{r[i-1], r[i]}] = true
				}
			}
		}
	}
	for e := range open {
		if back := (edge{e.b, e.a}); open[back] {
			delete(open, e)
			delete(open, back)
		}
	}
	return open
}

// partitions checks that parts fill whole: same area, and every edge of a part
// is answered by a neighbour or lies on whole's own ring, vertex for vertex.
func partitions(t *testing.T, whole geo.MultiPolygon, parts []geo.MultiPolygon) {
	t.Helper()
	sum := int64(0)
	for _, p := range parts {
		sum += areaOfAll(p)
	}
	if sum != areaOfAll(whole) {
		t.Errorf("parts cover %d, the whole %d", sum, areaOfAll(whole))
	}
	ring := outerEdges(t, []geo.MultiPolygon{whole})
	open := outerEdges(t, parts)
	for e := range open {
		if !ring[e] {
			t.Fatalf("edge %v-%v is not answered", e.a, e.b)
		}
	}
	if len(open) != len(ring) {
		t.Errorf("%d edges on the ring, it has %d", len(open), len(ring))
	}
}

// fillsCounty checks that the towns of a county partition it, and that a point on their
// borders lies in one of them whichever is asked. It returns the county.
func fillsCounty(t *testing.T, g *Generator, code string) *county {
	t.Helper()
	c, err := g.counties.get(code)
	if err != nil {
		t.Fatal(err)
	}
	var parts []geo.MultiPolygon
	for _, p := range c.towns {
		parts = append(parts, p.boundary())
	}
	partitions(t, c.border, parts)
	rnd := chance.New(1, "points")
	for range 50 {
		ring := chance.Pick(rnd, c.towns).ring
		p := ring[1+rnd.Int(len(ring)-1)]
		owners := 0
		for _, b := range parts {
			if lies(b, p) {
				owners++
			}
		}
		if inCounty := lies(c.border, p); (owners == 1) != inCounty || owners > 1 {
			t.Errorf("%v lies in %d towns, in the county %v", p, owners, inCounty)
		}
	}
	return c
}

func TestTownsPartitionTheCounty(t *testing.T) {
	for _, towns := range []int{1, 5} {
		g, err := New(options(towns, 1))
		if err != nil {
			t.Fatal(err)
		}
		fillsCounty(t, g, "500106")
	}
}

func TestSameSeedGivesTheSameTowns(t *testing.T) {
	var want []string
	for _, r := range mustResults(t) { // made alone
		want = append(want, digest(r))
	}
	for _, workers := range []int{3, 1, 2}[:mostRuns] {
		g, err := New(options(2, workers))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		done := 0
		err = g.Run(context.Background(), func(r TownResult) error {
			got = append(got, digest(r))
			return nil
		}, func(n, total int) { done = n })
		if err != nil || done != 2 {
			t.Fatal(done, err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d workers make other towns", workers)
		}
	}
}

// digest hashes every field of every record.
func digest(r TownResult) string {
	h := sha256.New()
	var b []byte
	for e, who := range r.All() {
		b = strconv.AppendInt(append(b[:0], e.Kind()...), e.Entity().ID, 10)
		for _, c := range e.Columns() {
			b = appendColumn(b, c.Value)
		}
		b = appendGeometry(b, e.Geometry())
		if who != nil {
			b = append(b, who.Name+who.IDNumber+who.Phone...)
		}
		h.Write(append(b, '\n'))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func appendColumn(b []byte, value any) []byte {
	number := func(n int64) []byte { return strconv.AppendInt(append(b, '|'), n, 10) }
	switch v := value.(type) {
	case *string:
		return append(append(b, '|'), *v...)
	case *int32:
		return number(int64(*v))
	case *int64:
		return number(*v)
	case *bool:
		return strconv.AppendBool(append(b, '|'), *v)
	case *grid.Date:
		return number(int64(*v))
	case *geo.Point:
		return appendPoint(b, *v)
	case *[]string:
		return append(append(b, '|'), strings.Join(*v, ",")...)
	case *[]byte:
		return append(append(b, '|'), *v...)
	case *[]grid.Entrance:
		for _, e := range *v {
			b = strconv.AppendInt(appendPoint(b, e.Place), int64(e.Level)*1000+int64(e.Unit), 10)
		}
		return b
	}
	panic(fmt.Sprintf("a column has type %T", value))
}

func appendPoint(b []byte, p geo.Point) []byte {
	return strconv.AppendInt(strconv.AppendInt(append(b, ' '), int64(p.Lon), 10), int64(p.Lat), 10)
}

func appendGeometry(b []byte, g geo.Geometry) []byte {
	switch g := g.(type) {
	case geo.Point:
		return appendPoint(b, g)
	case geo.MultiLine:
		for _, l := range g {
			for _, p := range l {
				b = appendPoint(b, p)
			}
			b = append(b, ';')
		}
	case geo.MultiPolygon:
		for _, poly := range g {
			for _, r := range poly {
				b = append(appendGeometry(b, geo.MultiLine{geo.Line(r)}), '/')
			}
		}
	}
	return b
}

func TestEveryRecordIsValid(t *testing.T) {
	for _, r := range mustResults(t) {
		seen := map[grid.Kind]map[int64]bool{}
		for e, who := range r.All() {
			kind := e.Kind()
			if seen[kind] == nil {
				seen[kind] = map[int64]bool{}
			}
			if id := e.Entity().ID; id <= 0 || id >= 1<<53 || seen[kind][id] {
				t.Fatalf("%s: id %d", kind, id)
			}
			seen[kind][e.Entity().ID] = true
			if (who != nil) != (kind == grid.People || kind == grid.Workers) {
				t.Fatalf("%s: identity %v", kind, who)
			}
			if p, ok := e.(*grid.Person); ok {
				sealed := *p
				sealed.Identity = grid.Sealed{1}
				e = &sealed
			}
			if err := e.Validate(); err != nil {
				t.Fatal(err)
			}
		}
		for _, k := range grid.Kinds() {
			if len(seen[k]) == 0 {
				t.Errorf("%s has no %s", r.Town.Name, k)
			}
		}
	}
}

func TestNewRefusesWhatItCannotMake(t *testing.T) {
	for _, tc := range []struct {
		name string
		opt  Options
		want error
	}{
		{"a county of another city", Options{County: "110101", Towns: 1}, ErrUnknownCounty},
		{"no towns", Options{County: "500106"}, ErrNoTowns},
	} {
		if _, err := New(tc.opt); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	g, err := pair()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Town(context.Background(), "500106999"); !errors.Is(err, ErrUnknownTown) {
		t.Errorf("unknown town: %v", err)
	}
}

func TestRunStops(t *testing.T) {
	g, err := New(options(1, 2))
	if err != nil {
		t.Fatal(err)
	}
	full := errors.New("disk full")
	if err := g.Run(context.Background(), func(TownResult) error { return full }, nil); !errors.Is(err, full) {
		t.Errorf("emit's error: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := g.Run(ctx, func(TownResult) error { return nil }, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestReadNames(t *testing.T) {
	n, err := ReadNames(os.DirFS("testdata/names"))
	if err != nil {
		t.Fatal(err)
	}
	opt := options(0, 1)
	opt.Names = n
	g, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	towns := g.Towns()
	if len(towns) != 2 || towns[0].Name != "甲街道" || towns[0].Kind != KindStreet || towns[1].Kind != KindTown {
		t.Fatalf("towns %+v", towns)
	}
	r, err := g.Town(context.Background(), towns[1].Code)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range r.Divisions {
		if d.Level == grid.CommunityLevel {
			names = append(names, string(d.Code)+d.Name)
		}
	}
	if got := strings.Join(names, " "); got != "500106100001东社区 500106100200南村 500106100201北村" {
		t.Errorf("communities %s", got)
	}
}
