package geo

import (
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type boxed struct {
	id  uint32
	env Envelope
}

func drawEnvelope(t *rapid.T, origin Point, spread int32) Envelope {
	lon := origin.Lon + rapid.Int32Range(-spread, spread).Draw(t, "lon")
	lat := origin.Lat + rapid.Int32Range(-spread, spread).Draw(t, "lat")
	return Envelope{Point{lon, lat}, Point{
		lon + rapid.Int32Range(0, spread/4).Draw(t, "width"), lat + rapid.Int32Range(0, spread/4).Draw(t, "height")}}
}

// The index must answer like a plain slice whatever is put in, moved and taken
// out, and a snapshot must go on answering like the slice of its moment.
func TestIndexAnswersLikeASlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x Index
		var model, atShare []boxed
		var shared *Snapshot
		home, spread := At(106.5, 29.5), rapid.SampledFrom([]int32{20, 5000, 4_000_000}).Draw(t, "spread")
		for step := range rapid.IntRange(1, 200).Draw(t, "steps") {
			env := drawEnvelope(t, home, spread)
			pick := func() int { return rapid.IntRange(0, len(model)-1).Draw(t, "pick") }
			switch op := rapid.IntRange(0, 9).Draw(t, "op"); {
			case op < 6 || len(model) == 0:
				it := boxed{uint32(step), env}
				x.Insert(it.id, it.env)
				model = append(model, it)
			case op < 7:
				i := pick()
				if !x.Delete(model[i].id, model[i].env) {
					t.Fatal("Delete did not find an item")
				}
				model = slices.Delete(model, i, i+1)
			case op < 9:
				i := pick()
				if !x.Replace(model[i].id, model[i].env, env) {
					t.Fatal("Replace did not find an item")
				}
				model[i].env = env
			default:
				shared, atShare = x.Share(), slices.Clone(model)
			}
		}
		query := drawEnvelope(t, home, spread)
		compareSearch(t, &x.finder, model, query)
		compareNearest(t, &x.finder, model, query.Min)
		if shared != nil {
			compareSearch(t, &shared.finder, atShare, query)
		}
	})
}

func compareSearch(t *rapid.T, f *finder, model []boxed, query Envelope) {
	var want []uint32
	for _, it := range model {
		if it.env.Meets(query) {
			want = append(want, it.id)
		}
	}
	got := slices.Sorted(f.Search(query))
	slices.Sort(want)
	if f.Len() != len(model) || !slices.Equal(got, want) {
		t.Fatalf("Search gave %d items, want %d; Len = %d, want %d", len(got), len(want), f.Len(), len(model))
	}
}

func compareNearest(t *rapid.T, f *finder, model []boxed, p Point) {
	var got []float64
	for _, metres := range f.Nearest(p) {
		got = append(got, metres)
	}
	plane := planeAt(p)
	var want []float64
	for _, it := range model {
		x0, y0 := plane.metres(it.env.Min)
		x1, y1 := plane.metres(it.env.Max)
		want = append(want, math.Hypot(max(x0, -x1, 0), max(y0, -y1, 0)))
	}
	slices.Sort(want)
	if !slices.EqualFunc(got, want, func(a, b float64) bool { return math.Abs(a-b) < 1e-6 }) {
		t.Fatalf("Nearest gave %d distances, want %d, or other ones", len(got), len(want))
	}
}

// Far from its first item the index may find a little too much, never too
// little.
func TestIndexMissesNothingFarAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var x Index
		x.Insert(0, Envelope{At(-179, -89), At(-179, -89)})
		env := drawEnvelope(t, At(rapid.Float64Range(-170, 170).Draw(t, "at"), 60), 1_000_000)
		x.Insert(1, env)
		corner := Envelope{env.Max, env.Max}
		if got := slices.Collect(x.Search(corner)); !slices.Equal(got, []uint32{1}) {
			t.Fatalf("Search at the corner = %v, want item 1", got)
		}
		apart := Point{env.Max.Lon + 300, env.Max.Lat}
		if got := slices.Collect(x.Search(Envelope{apart, apart})); len(got) > 0 {
			t.Fatalf("Search 300 units away = %v, want nothing", got)
		}
	})
}

func TestIndexRefusesAnInvertedEnvelope(t *testing.T) {
	var x Index
	defer func() {
		if recover() == nil || x.Len() != 0 {
			t.Error("an inverted envelope went in")
		}
	}()
	x.Insert(1, Envelope{Point{2, 2}, Point{1, 1}})
}

func TestLoadEqualsInsert(t *testing.T) {
	var x Index
	x.Load(func(yield func(uint32, Envelope) bool) {
		for i := range uint32(5000) {
			p := Point{int32(i*7919%5000) * 1000, int32(i*104729%5000) * 1000}
			if !yield(i, Envelope{p, p}) {
				return
			}
		}
	})
	if x.Len() != 5000 {
		t.Fatalf("Len = %d, want 5000", x.Len())
	}
	for i := range uint32(5000) {
		p := Point{int32(i*7919%5000) * 1000, int32(i*104729%5000) * 1000}
		if !slices.Contains(slices.Collect(x.Search(Envelope{p, p})), i) {
			t.Fatalf("item %d is lost", i)
		}
	}
}

// A step moves two items together. No reader may ever see them apart.
func TestSnapshotIsNeverTorn(t *testing.T) {
	var x Index
	at := func(lon int32) Envelope { return Envelope{Point{lon, 1}, Point{lon, 1}} }
	for i := range uint32(500) { // company, so that nodes are really shared
		x.Insert(i+10, Envelope{Point{int32(i), 5}, Point{int32(i), 5}})
	}
	x.Insert(1, at(0))
	x.Insert(2, at(0))
	var live sync.Map
	live.Store("now", x.Share())

	var wg sync.WaitGroup
	deadline := time.Now().Add(200 * time.Millisecond)
	for range 4 {
		wg.Go(func() {
			for time.Now().Before(deadline) {
				now, _ := live.Load("now")
				var seen []int32
				for lon := range int32(20) {
					for id := range now.(*Snapshot).Search(at(lon)) {
						if id < 10 {
							seen = append(seen, lon)
						}
					}
				}
				if len(seen) != 2 || seen[0] != seen[1] {
					t.Errorf("torn read: %v", seen)
					return
				}
			}
		})
	}
	for i := int32(0); time.Now().Before(deadline); i++ {
		from, to := at(i%20), at((i+1)%20)
		x.Replace(1, from, to)
		x.Replace(2, from, to)
		live.Store("now", x.Share())
	}
	wg.Wait()
}
