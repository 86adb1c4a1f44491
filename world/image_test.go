package world_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

// TestAnImageIsAsGoodAsTheRows writes a World down amid a random history, takes it up
// again hours or days later and tells it what came since. Whatever a reader asks, it must
// answer as a World that is loaded from the rows, then and after more changes.
func TestAnImageIsAsGoodAsTheRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		steps, _ := drawHistory(t)
		clock := monday
		now := func() time.Time { return clock }
		cut := rapid.IntRange(0, len(steps)).Draw(t, "written after")
		loaded := rapid.IntRange(cut, len(steps)).Draw(t, "taken up at")

		first := world.New(world.Options{Now: now})
		for pos, batch := range batches(t, rapid.Permutation(steps[:cut]).Draw(t, "order")) {
			if _, err := first.Apply(world.Position{Epoch: "e", Pos: int64(pos)}, batch); err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "time passes") {
				clock = clock.Add(5 * time.Hour)
				first.Advance()
			}
		}
		image := imageOf(t, first.Snapshot())
		clock = clock.Add(time.Duration(rapid.IntRange(0, 30).Draw(t, "hours")) * time.Hour)

		fromImage := restore(t, now, image, rapid.Permutation(steps[cut:loaded]).Draw(t, "since"))
		fromRows := load(t, now, truthOf(steps[:loaded]))
		same(t, "taken up", fromImage, fromRows)
		agree(t, fromImage.Snapshot(), truthOf(steps[:loaded]), clock)

		for _, batch := range batches(t, steps[loaded:]) {
			clock = clock.Add(time.Duration(rapid.IntRange(0, 10).Draw(t, "hours")) * time.Hour)
			for _, w := range []*world.World{fromImage, fromRows} {
				if _, err := w.Apply(world.Position{Epoch: "e", Pos: 1000}, batch); err != nil {
					t.Fatal(err)
				}
			}
		}
		clock = clock.Add(26 * time.Hour)
		fromImage.Advance()
		fromRows.Advance()
		same(t, "changed since", fromImage, fromRows)
		agree(t, fromImage.Snapshot(), truthOf(steps), clock)
	})
}

// truthOf returns what is there after steps whose revisions grow.
func truthOf(steps []world.Step) model {
	truth := make(model)
	for _, s := range steps {
		if s.Entity == nil {
			delete(truth, grid.Ref{Kind: s.Remove.Kind, ID: s.Remove.ID})
			continue
		}
		truth[grid.Ref{Kind: s.Entity.Kind(), ID: s.Entity.Entity().ID}] = s.Entity
	}
	return truth
}

func imageOf(t interface{ Fatal(...any) }, s *world.Snapshot) []byte {
	var image bytes.Buffer
	if err := s.WriteImage(&image); err != nil {
		t.Fatal(err)
	}
	return image.Bytes()
}

// restore returns the World of an image and of what came since.
func restore(t *rapid.T, now func() time.Time, image []byte, since []world.Step) *world.World {
	w := world.New(world.Options{Now: now})
	l := w.Begin()
	if err := l.Restore(bytes.NewReader(image), int64(len(image))); err != nil {
		t.Fatal(err)
	}
	for _, s := range since {
		e := s.Entity
		if e == nil {
			e = drawEntity(t, s.Remove.Kind) // of which only the head counts
			*e.Entity() = grid.Head{ID: s.Remove.ID, Revision: -s.Remove.Revision}
		}
		if err := l.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Publish(world.Position{Epoch: "e", Pos: 1}); err != nil {
		t.Fatal(err)
	}
	return w
}

// same compares everything that two Worlds tell.
func same(t *rapid.T, when string, fromImage, fromRows *world.World) {
	t.Helper()
	if a, b := dump(t, fromImage.Snapshot()), dump(t, fromRows.Snapshot()); a != b {
		t.Fatalf("%s, from the image:\n%s\nfrom rows:\n%s", when, a, b)
	}
	if a, b := told(fromImage.Snapshot()), told(fromRows.Snapshot()); a != b {
		t.Fatalf("%s, from the image:\n%s\nfrom rows:\n%s", when, a, b)
	}
}

// told writes down what dump leaves out: tiles, the census, and what stands at places.
func told(s *world.Snapshot) string {
	var b strings.Builder
	everything, counted := of(grid.Everywhere()), &world.Scopes{world.OfNumbers: grid.Everywhere()}
	e := tiles.NewEncoder()
	for _, zoom := range []uint8{10, 14, 17} {
		id := tiles.Holding(geo.Project(at(ground/2, ground/2)), zoom)
		for _, layer := range world.Layers() {
			fmt.Fprintf(&b, "%s in %v: %x\n", layer.Name, id, s.DrawTile(e, id, everything, layer.Name))
		}
	}
	for _, c := range codes {
		if d, ok := s.Division(c); ok {
			fmt.Fprintf(&b, "%s: %+v, to who only counts %+v\n", c, d.CountersFor(of(grid.Everywhere())), d.CountersFor(counted))
		}
	}
	for x := 0; x <= ground; x += 16 {
		for y := 0; y <= ground; y += 16 {
			identified(&b, s.Identify(at(x, y), everything))
		}
	}
	for id := int64(1); id <= 5; id++ {
		if home, ok := s.Dwelling(id); ok {
			fmt.Fprintf(&b, "dwelling %d: %s %s %d %+v %v\n", id, home.Area(), home.State(), home.Households(), home.Homes(), residents(home))
		}
	}
	return b.String()
}

func identified(b *strings.Builder, all world.Identified) {
	var workers, near []string
	for _, w := range all.Workers {
		workers = append(workers, fmt.Sprint(w.ID(), w.Name(), w.Role()))
	}
	for _, n := range all.Near {
		near = append(near, fmt.Sprintf("%+v", n))
	}
	slices.Sort(workers)
	slices.Sort(near)
	fmt.Fprintln(b, all.Place, len(all.Chain), all.Found, all.Homes, workers, near)
}

func residents(home world.Dwelling) (all []string) {
	home.People(func(p world.Person) {
		all = append(all, fmt.Sprint(p.ID(), p.Born(), p.Residence(), p.Aged60(), p.Care()))
	})
	slices.Sort(all)
	return all
}

// TestAnImageForgetsWhoIsGone looks into the bytes of an image for what was removed or
// replaced before, as in an erasure.
func TestAnImageForgetsWhoIsGone(t *testing.T) {
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	pos := int64(0)
	apply := func(steps ...world.Step) {
		pos++
		if _, err := w.Apply(world.Position{Epoch: "e", Pos: pos}, steps); err != nil {
			t.Fatal(err)
		}
	}
	born := grid.Date(19431217)
	put := func(e grid.Entity, id, revision int64) world.Step {
		*e.Entity() = grid.Head{ID: id, Revision: revision}
		return world.Step{Entity: e}
	}
	gone := func(kind grid.Kind, id int64) world.Step {
		return world.Step{Remove: grid.Ref{Kind: kind, ID: id, Revision: 9}}
	}
	apply(
		put(&grid.Person{Born: born, Dwelling: 7}, 1, 1), put(&grid.Person{Born: born, Place: at(3, 3)}, 2, 1),
		put(&grid.Worker{Name: "欧阳去职", Area: "500101001001"}, 3, 1),
		put(&events.Event{Title: "老人旧题", Place: at(4, 4), State: events.Reported}, 4, 1),
		put(&grid.Component{Category: "lamp", Owner: "业主甲某", State: "intact", Place: at(5, 5)}, 5, 1),
		put(&grid.Worker{Name: "司马在岗", Area: "500101001001"}, 6, 1))
	traces := func(image []byte) (found []string) {
		place := geo.Project(at(3, 3))
		for name, trace := range map[string][]byte{
			"birth": binary.NativeEndian.AppendUint32(nil, uint32(born)), "worker": []byte("欧阳"), "title": []byte("旧题"), "owner": []byte("甲某"),
			"place": binary.NativeEndian.AppendUint32(binary.NativeEndian.AppendUint32(nil, place.X), place.Y), "who stays": []byte("司马"),
		} {
			if bytes.Contains(image, trace) {
				found = append(found, name)
			}
		}
		slices.Sort(found)
		return found
	}
	if got := traces(imageOf(t, w.Snapshot())); len(got) != 6 {
		t.Fatalf("this test finds only %v", got)
	}
	apply(gone(grid.People, 1), gone(grid.People, 2), gone(grid.Workers, 3), gone(grid.Components, 5),
		put(&events.Event{Title: "新题", Place: at(4, 4), State: events.Reported}, 4, 2))
	if got := traces(imageOf(t, w.Snapshot())); !slices.Equal(got, []string{"who stays"}) {
		t.Errorf("the image still holds %v", got)
	}
}

// small is a World with something of each kind.
func small(t interface{ Fatal(...any) }) *world.World {
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	var steps []world.Step
	for i, e := range []grid.Entity{
		&grid.Division{Code: "500101", Level: 2, Name: "县", Boundary: box(0, 0, 64, 64)},
		&grid.Division{Code: "500101001", Level: 3, Name: "长风街道", Parent: "500101", Boundary: box(0, 0, 32, 64)},
		&grid.Building{Head: grid.Head{ID: 1}, Name: "锦绣花园3幢", Address: "锦绣路12号", Footprint: box(1, 1, 4, 4), Floors: 6, Use: grid.Housing,
			Entrances: []grid.Entrance{{Place: at(1, 2), Unit: 1}}},
		&grid.Building{Footprint: append(box(10, 10, 4, 4), box(20, 20, 4, 4)...)},
		&grid.Dwelling{Building: 1, Floor: 2, Room: "2-1", State: grid.Rented},
		&grid.Household{Dwelling: 1},
		&grid.Person{Dwelling: 1, Household: 1, Born: 19500101, Care: []string{"living-alone"}},
		&grid.Person{Place: at(40, 40), Born: 20000101},
		&grid.Worker{Name: "秦一", Area: "500101001", Role: "grid-worker"},
		&grid.Road{Name: "锦绣路", Class: "lane", WidthCM: 500, Line: geo.MultiLine{{at(0, 0), at(9, 9)}}},
		&grid.Component{Category: "lamp", Owner: "街道", State: "intact", Place: at(5, 5)},
		&grid.Device{Name: "门磁", State: "online", Place: at(5, 6), Dwelling: 1},
		&events.Event{Category: "water", Title: "漏水", Place: at(6, 6), State: events.Reported, OccurredAt: monday, ReportedAt: monday, DueAt: monday.Add(4 * time.Hour)},
		&events.Event{Category: "care", Title: "走访", Place: at(7, 7), State: events.Reported, OccurredAt: monday, ReportedAt: monday, DueAt: monday.Add(4 * time.Hour)},
	} {
		id := int64(i + 1)
		if fixed := e.Entity().ID; fixed != 0 {
			id = fixed
		}
		*e.Entity() = grid.Head{ID: id, Revision: 1}
		steps = append(steps, world.Step{Entity: e})
	}
	steps = append(steps, world.Step{Remove: grid.Ref{Kind: grid.People, ID: 99, Revision: 2}})
	if _, err := w.Apply(world.Position{Epoch: "e", Pos: 1}, steps); err != nil {
		t.Fatal(err)
	}
	return w
}

// TestWhatAnImageMeans fails when the same World is written as other bytes. If the layout
// is another too, all is well: put the new values here. If only the bytes are, old images
// would be read as what they do not say: raise imageMeaning as well.
func TestWhatAnImageMeans(t *testing.T) {
	const layout, content = "06dab5a9b6fbb535", "86d478a37458fb63"
	sum := sha256.Sum256(imageOf(t, small(t).Snapshot()))
	if got := hex.EncodeToString(sum[:8]); world.ImageLayout() != layout || got != content {
		t.Errorf("layout %s, content %s; want %s, %s", world.ImageLayout(), got, layout, content)
	}
}

// TestAnImageThatIsCutOffIsNoWorld takes up each beginning of an image, and it with a byte more.
func TestAnImageThatIsCutOffIsNoWorld(t *testing.T) {
	w := small(t)
	whole := imageOf(t, w.Snapshot())
	for n := 0; n < len(whole); n += 1 + n/97 {
		if err := w.Begin().Restore(bytes.NewReader(whole[:n]), int64(n)); err == nil {
			t.Fatalf("%d of %d bytes were taken for a World", n, len(whole))
		}
	}
	if err := w.Begin().Restore(bytes.NewReader(append(whole, 0)), int64(len(whole)+1)); err == nil {
		t.Error("a byte more was not noticed")
	}
}

// FuzzRestore takes anything up: it is refused, or answers whatever it is asked.
func FuzzRestore(f *testing.F) {
	f.Add(imageOf(f, small(f).Snapshot()))
	f.Add(imageOf(f, world.New(world.Options{Now: func() time.Time { return monday }}).Snapshot()))
	f.Fuzz(func(t *testing.T, image []byte) {
		w := world.New(world.Options{Now: func() time.Time { return monday }})
		l := w.Begin()
		if l.Restore(bytes.NewReader(image), int64(len(image))) != nil {
			return
		}
		if err := l.Publish(world.Position{Epoch: "e", Pos: 1}); err != nil {
			t.Fatal(err)
		}
		told(w.Snapshot())
	})
}
