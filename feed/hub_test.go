package feed_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/geo"
	"quanxi/grid"
)

const (
	east = grid.Code("500101001001001") // grids of one community
	west = grid.Code("500101001001002")
)

// A stage is a node that tells a hub.
type stage struct {
	t     *testing.T
	log   *feedtest.Log
	world *feedtest.World
	hub   *feed.Hub
	sets  *feed.Sets
}

func newStage(t *testing.T, options feed.HubOptions) *stage {
	sets := feed.NewSets([]string{"base", "buildings", "events"})
	st := &stage{t: t, log: feedtest.NewLog(rand.New(rand.NewPCG(5, 6))), world: feedtest.NewWorld(), sets: sets, hub: feed.NewHub(sets, options)}
	wire := feedtest.NewWire(nil)
	run(t, feed.NewRelay(st.log, wire, feed.RelayOptions{}),
		feed.NewNode(feed.Sources{Log: st.log, Loads: st.log, Transport: wire, Applier: st.world, Audience: st.hub}, feed.NodeOptions{}))
	pass(time.Second)
	return st
}

func (st *stage) screen(viewer feedtest.Viewer) *screen {
	return newScreen(st.t, st.hub, st.world, viewer)
}

// put stores events and lets them arrive.
func (st *stage) put(list ...*events.Event) {
	entities := make([]grid.Entity, len(list))
	for i, e := range list {
		entities[i] = e
	}
	st.log.Put(entities...)
	synctest.Wait()
}

func ops(s *screen) []string {
	var out []string
	for _, m := range s.frames {
		out = append(out, fmt.Sprintf("%s %d", m.Op, m.ID))
	}
	return out
}

func TestScreens(t *testing.T) {
	everything := box(106, 29, 107, 30)
	for name, run := range map[string]func(t *testing.T, st *stage){
		"a change reaches those who look at it, and nobody else": func(t *testing.T, st *stage) {
			here, there := st.screen(feedtest.Everybody()), st.screen(feedtest.Everybody())
			here.look(box(106.4, 29.4, 106.6, 29.6), feed.EventsTopic)
			there.look(box(106.7, 29.4, 106.8, 29.6), feed.EventsTopic)
			st.put(feedtest.Event(1, east, 106.5, 29.5))
			here.read()
			there.read()
			wantOps(t, here, "change 1")
			wantOps(t, there)
		},
		"what moves out of view is gone, what moves in is a change": func(t *testing.T, st *stage) {
			left, right := st.screen(feedtest.Everybody()), st.screen(feedtest.Everybody())
			left.look(box(106, 29, 106.5, 30), feed.EventsTopic)
			right.look(box(106.6, 29, 107, 30), feed.EventsTopic)
			st.put(feedtest.Event(1, east, 106.4, 29.5))
			st.put(feedtest.Event(1, east, 106.7, 29.5))
			left.read()
			right.read()
			wantOps(t, left, "change 1", "gone 1")
			wantOps(t, right, "change 1")
		},
		"what moves out of the viewer's areas is gone, and says not where to": func(t *testing.T, st *stage) {
			mine, theirs := st.screen(feedtest.Of(east)), st.screen(feedtest.Of(west))
			mine.look(everything, feed.EventsTopic)
			theirs.look(everything, feed.EventsTopic)
			st.put(feedtest.Event(1, east, 106.4, 29.5))
			st.put(feedtest.Event(1, west, 106.5, 29.5))
			mine.read()
			theirs.read()
			wantOps(t, mine, "change 1", "gone 1")
			wantOps(t, theirs, "change 1")
		},
		"a removal is gone, for those who saw it": func(t *testing.T, st *stage) {
			mine, theirs := st.screen(feedtest.Of(east)), st.screen(feedtest.Of(west))
			mine.look(everything, feed.EventsTopic)
			theirs.look(everything, feed.EventsTopic)
			st.put(feedtest.Event(1, east, 106.4, 29.5))
			st.log.Remove(events.Events, 1)
			synctest.Wait()
			mine.read()
			theirs.read()
			wantOps(t, mine, "change 1", "gone 1")
			wantOps(t, theirs)
		},
		"an urgent new event is an alert, beyond the view and within the areas": func(t *testing.T, st *stage) {
			mine, theirs := st.screen(feedtest.Of(east)), st.screen(feedtest.Of(west))
			mine.look(box(106, 29, 106.1, 29.1), feed.AlertsTopic, feed.EventsTopic)
			theirs.look(everything, feed.AlertsTopic)
			fire := feedtest.Event(1, east, 106.5, 29.5)
			fire.Urgency = events.Urgent
			st.put(fire)
			st.put(fire) // a second state is no second alert
			mine.read()
			theirs.read()
			wantOps(t, mine, "alert 1")
			wantOps(t, theirs)
		},
		"an alert in view comes once, and its change once": func(t *testing.T, st *stage) {
			s := st.screen(feedtest.Everybody())
			s.look(everything, feed.AlertsTopic, feed.EventsTopic)
			fire := feedtest.Event(1, east, 106.5, 29.5)
			fire.Urgency = events.Urgent
			st.put(fire)
			s.read()
			wantOps(t, s, "alert 1", "change 1")
		},
		"an alert comes once, however many of the viewer's areas hold it": func(t *testing.T, st *stage) {
			both := st.screen(feedtest.Viewer{Account: "both", Scope: grid.NewScope(grid.Under(east), grid.Under(west))})
			both.look(box(106, 29, 106.1, 29.1), feed.AlertsTopic)
			fire := feedtest.Event(1, east, 106.5, 29.5)
			fire.Urgency = events.Urgent
			st.put(fire)
			both.read()
			wantOps(t, both, "alert 1")
		},
		"states conflate: the newest place of a worker wins": func(t *testing.T, st *stage) {
			s := st.screen(feedtest.Everybody())
			s.look(everything, feed.WorkersTopic)
			at := time.Now()
			for i := range 100 {
				st.hub.Move(feed.Move{ID: 3, Name: "何大勇", Area: east, Place: geo.At(106.5, 29.5+float64(i)/1e4), At: at.Add(time.Duration(i))})
			}
			pass(200 * time.Millisecond)
			s.read()
			if len(s.frames) != 1 || len(s.frames[0].Items) != 1 {
				t.Errorf("%+v, want one frame with one place", s.frames)
			}
		},
		"a place that arrives late is dropped": func(t *testing.T, st *stage) {
			s := st.screen(feedtest.Everybody())
			at := time.Now()
			st.hub.Move(feed.Move{ID: 3, Area: east, Place: geo.At(106.5, 29.5), At: at})
			st.hub.Move(feed.Move{ID: 3, Area: east, Place: geo.At(106.9, 29.9), At: at.Add(-time.Second)})
			s.look(box(106.8, 29.8, 107, 30), feed.WorkersTopic)
			pass(200 * time.Millisecond)
			s.read()
			if len(s.workers) != 0 || st.hub.Moves()[3].At != at {
				t.Errorf("shown at the older place: %v", st.hub.Moves())
			}
		},
		"a worker is shown to those who look, and gone when out of sight": func(t *testing.T, st *stage) {
			mine, theirs := st.screen(feedtest.Of(east)), st.screen(feedtest.Of(west))
			at := time.Now()
			st.hub.Move(feed.Move{ID: 3, Name: "何大勇", Area: east, Place: geo.At(106.5, 29.5), At: at})
			mine.look(box(106.4, 29.4, 106.6, 29.6), feed.WorkersTopic)
			theirs.look(everything, feed.WorkersTopic)
			pass(200 * time.Millisecond)
			mine.read()
			theirs.read()
			if !mine.workers[3] || len(theirs.workers) != 0 {
				t.Errorf("mine %v, theirs %v", mine.workers, theirs.workers)
			}
			st.hub.Move(feed.Move{ID: 3, Name: "何大勇", Area: east, Place: geo.At(106.9, 29.5), At: at.Add(1)})
			st.hub.Move(feed.Move{ID: 4, Name: "罗小燕", Area: east, Place: geo.At(106.5, 29.5), At: at.Add(1)})
			pass(200 * time.Millisecond)
			mine.read()
			if diff := cmp.Diff(map[int64]bool{3: false, 4: true}, mine.workers); diff != "" {
				t.Error(diff)
			}
			st.hub.Expire(at.Add(2))
			pass(200 * time.Millisecond)
			mine.read()
			if mine.workers[4] {
				t.Error("a worker who is off duty is still shown")
			}
		},
		"a slow reader is told to begin anew, and delays nobody": func(t *testing.T, st *stage) {
			slow, quick := st.screen(feedtest.Everybody()), st.screen(feedtest.Everybody())
			slow.look(everything, feed.EventsTopic)
			quick.look(everything, feed.EventsTopic)
			for range 250 {
				var ten []*events.Event
				for id := range int64(10) {
					ten = append(ten, feedtest.Event(id+1, east, 106.5, 29.5))
				}
				st.put(ten...)
				quick.read()
			}
			if s := slow.sub.Stats(); s.Waiting > 2048 || s.Bytes > 2<<20 || s.Resyncs == 0 {
				t.Errorf("the queue of a reader who never reads: %+v", s)
			}
			if len(quick.frames) != 2500 || len(quick.resyncs) != 0 {
				t.Errorf("the quick reader got %d frames and %d resyncs", len(quick.frames), len(quick.resyncs))
			}
			slow.read()
			if slow.frames[0].Op != "resync" || slow.frames[0].Reason != "slow" || len(slow.resyncs) != 1 {
				t.Errorf("first frame %+v, resyncs %v", slow.frames[0], slow.resyncs)
			}
			slow.atTheTruth()
		},
		"a bulk load with events makes everybody begin anew": func(t *testing.T, st *stage) {
			s := st.screen(feedtest.Everybody())
			s.look(everything, feed.EventsTopic)
			st.log.PutLoad(9, feedtest.Event(1, east, 106.5, 29.5), feedtest.Event(2, east, 106.5, 29.5))
			synctest.Wait()
			s.read()
			wantOps(t, s, "resync 0")
			s.atTheTruth()
		},
		"a broken connection goes on where it stopped": func(t *testing.T, st *stage) {
			s := st.screen(feedtest.Everybody())
			s.look(everything, feed.EventsTopic)
			st.put(feedtest.Event(1, east, 106.5, 29.5), feedtest.Event(2, east, 106.5, 29.5))
			s.read()
			s.drop()
			st.put(feedtest.Event(3, east, 106.5, 29.5))
			st.log.Remove(events.Events, 1)
			synctest.Wait()
			s.resume()
			s.read()
			if got := ops(s)[2:]; !slices.Equal(got, []string{"change 3", "gone 1"}) {
				t.Errorf("after the break: %v", got)
			}
			s.atTheTruth()
		},
		"who was away for too long begins anew": func(t *testing.T, st *stage) {
			s := st.screen(feedtest.Everybody())
			s.look(everything, feed.EventsTopic)
			s.drop()
			for range 200 {
				st.put(feedtest.Event(1, east, 106.5, 29.5))
			}
			s.resume()
			s.read()
			wantOps(t, s, "resync 0")
			s.atTheTruth()
		},
		"who comes back after a restore begins anew": func(t *testing.T, st *stage) {
			s := st.screen(feedtest.Everybody())
			s.look(everything, feed.EventsTopic)
			st.put(feedtest.Event(1, east, 106.5, 29.5))
			s.read()
			s.drop()
			st.log.Restore(0)
			pass(3 * time.Second)
			s.resume()
			s.read()
			if diff := cmp.Diff([]string{"reloaded"}, s.resyncs); diff != "" {
				t.Error(diff)
			}
			s.atTheTruth()
		},
	} {
		t.Run(name, inBubble(func(t *testing.T) { run(t, newStage(t, feed.HubOptions{History: 100})) }))
	}
}

func wantOps(t *testing.T, s *screen, want ...string) {
	t.Helper()
	if got := ops(s); !slices.Equal(got, want) {
		t.Errorf("%s was told %v, want %v", s.viewer.Account, got, want)
	}
}

func TestStaleTiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := newStage(t, feed.HubOptions{})
		s := st.screen(feedtest.Everybody())
		s.look(box(106, 29, 107, 30), feed.EventsTopic)
		buildings, err := st.sets.Number("buildings")
		if err != nil {
			t.Fatal(err)
		}
		both, err := st.sets.Number("buildings,base")
		if err != nil {
			t.Fatal(err)
		}
		p := geo.Project(geo.At(106.5, 29.5))
		at := func(set uint16, z uint8) feed.Tile {
			return feed.Tile{Set: set, Z: z, X: uint32(uint64(p.X) >> (32 - z)), Y: uint32(uint64(p.Y) >> (32 - z))}
		}
		away := at(buildings, 16)
		away.X += 3
		base := at(1, 16)
		for _, tile := range []feed.Tile{at(buildings, 16), at(both, 14), at(both, 0), at(both, 22), away, base} {
			s.sub.Hold(tile, 1)
		}
		st.log.Put(feedtest.Building(1, east, 106.5, 29.5))
		synctest.Wait()
		if tiles := s.read(); len(tiles) != 0 {
			t.Error("tiles are not collected")
		}
		pass(200 * time.Millisecond)
		got := s.read()
		want := []feed.Tile{at(buildings, 16), at(both, 14), at(both, 0), at(both, 22)}
		if diff := cmp.Diff(bySet(want), bySet(got)); diff != "" {
			t.Error(diff)
		}
		s.sub.Forget(at(both, 14))
		s.sub.Close()
		if st.hub.Stats().Tiles != 0 || st.hub.Stats().Subscribers != 0 {
			t.Errorf("%+v after the last has left", st.hub.Stats())
		}
	})
}

func TestABulkLoadMakesTilesStaleInBoundedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := newStage(t, feed.HubOptions{})
		s := st.screen(feedtest.Everybody())
		s.look(box(106, 29, 107, 30))
		p := geo.Project(geo.At(106.5, 29.5))
		inside := feed.Tile{Set: 2, Z: 14, X: p.X >> 18, Y: p.Y >> 18}
		outside := feed.Tile{Set: 2, Z: 14, X: inside.X + 400, Y: inside.Y}
		s.sub.Hold(inside, 1)
		s.sub.Hold(outside, 1)
		var town feed.Effects
		for i := range 50_000 {
			lon, lat := 106.4+float64(i%100)/500, 29.4+float64(i/1000)/500
			town.Touch(feed.Touch{Layer: "buildings", Envelope: box(lon, lat, lon, lat)})
		}
		if len(town.Touches) > 5000 {
			t.Errorf("%d touches are held for one layer", len(town.Touches))
		}
		town.Touch(feed.Touch{Layer: "events", Envelope: box(106.5, 29.5, 106.5, 29.5), Zooms: 1 << 9})
		for range 5000 {
			town.Touch(feed.Touch{Layer: "events", Envelope: box(106.5, 29.5, 106.5, 29.5), Zooms: 1 << 11})
		}
		for _, touch := range town.Touches {
			if touch.Layer == "events" && touch.Zooms == 1<<9 {
				t.Error("what is around touches of several zooms is of the first alone")
			}
		}
		st.hub.Touch(town)
		pass(time.Second)
		if got := s.read(); len(got) != 1 || got[0] != inside || len(s.resyncs) != 0 {
			t.Errorf("suspects %v, resyncs %v, want the one tile inside", got, s.resyncs)
		}
	})
}

func TestANumberIsToldOfTheZoomsThatShowItAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := newStage(t, feed.HubOptions{})
		s := st.screen(feedtest.Everybody())
		s.look(box(106, 29, 107, 30))
		p := geo.Project(geo.At(106.5, 29.5))
		shown := feed.Tile{Set: 2, Z: 11, X: p.X >> 21, Y: p.Y >> 21}
		s.sub.Hold(shown, 1)
		s.sub.Hold(feed.Tile{Set: 2, Z: 14, X: p.X >> 18, Y: p.Y >> 18}, 1)
		st.hub.Touch(feed.Effects{Touches: []feed.Touch{{Layer: "buildings", Envelope: box(106.5, 29.5, 106.5, 29.5), Zooms: 1<<9 | 1<<11}}})
		pass(time.Second)
		if got := s.read(); len(got) != 1 || got[0] != shown {
			t.Errorf("suspects %v, want %v", got, shown)
		}
	})
}

func TestWhatChangesWithTimeIsToldToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := newStage(t, feed.HubOptions{})
		s := st.screen(feedtest.Of(east))
		s.look(box(106, 29, 107, 30), feed.CountersTopic)
		st.hub.Touch(feed.Effects{Counters: []feed.Counted{{Code: east, Open: true}, {Code: west, Open: true}}})
		pass(200 * time.Millisecond)
		if d := s.sub.Take(); len(d.Counters) != 1 || d.Counters[0] != east {
			t.Errorf("counters of %v, want those of %s", d.Counters, east)
		}
	})
}

func bySet(tiles []feed.Tile) []feed.Tile {
	slices.SortFunc(tiles, func(a, b feed.Tile) int {
		return int(a.Set)*100 + int(a.Z) - int(b.Set)*100 - int(b.Z)
	})
	return tiles
}

func TestTheHubRemembersABoundedNumberOfTiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		st := newStage(t, feed.HubOptions{})
		s := st.screen(feedtest.Everybody())
		dropped := 0
		for x := range uint32(3000) {
			if _, any := s.sub.Hold(feed.Tile{Set: 1, Z: 16, X: x}, 1); any {
				dropped++
			}
		}
		if held := st.hub.Stats().Tiles; held+dropped != 3000 || held > 1024 {
			t.Errorf("%d held, %d dropped", held, dropped)
		}
	})
}

// Whatever happens, in whatever order, each screen ends at the truth, and no
// screen is ever told of what its viewer may not know.
func TestScreensEndAtTheTruth(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		synctest.Test(t, func(t *testing.T) {
			st := newStage(t, feed.HubOptions{History: 30})
			screens := []*screen{st.screen(feedtest.Everybody()), st.screen(feedtest.Of(east)), st.screen(feedtest.Of(west)), st.screen(feedtest.Of("5001")),
				st.screen(feedtest.Everybody().WithoutDuty()), st.screen(feedtest.Of(east).WithoutDuty())}
			open := make([]bool, len(screens))
			for i, s := range screens {
				s.look(drawBox(r), feed.EventsTopic, feed.AlertsTopic)
				open[i] = true
			}
			for range rapid.IntRange(1, 60).Draw(r, "acts") {
				i := rapid.IntRange(0, len(screens)-1).Draw(r, "screen")
				s := screens[i]
				switch act := rapid.IntRange(0, 7).Draw(r, "act"); {
				case act == 0 && open[i]:
					s.read()
				case act == 1 && open[i]:
					s.look(drawBox(r), feed.EventsTopic)
				case act == 2 && open[i]:
					s.drop()
					open[i] = false
				case act == 3 && !open[i]:
					s.resume()
					open[i] = true
				case act == 4:
					st.log.Remove(events.Events, rapid.Int64Range(1, 5).Draw(r, "id"))
				default:
					st.log.Put(drawEvent(r), drawEvent(r))
				}
				if rapid.Bool().Draw(r, "settle") {
					synctest.Wait()
				}
			}
			synctest.Wait()
			for i, s := range screens {
				if !open[i] {
					s.resume()
				}
				s.read()
				s.atTheTruth()
				s.drop()
			}
		})
	})
}

func drawBox(r *rapid.T) geo.Envelope {
	w, s := rapid.IntRange(0, 4).Draw(r, "w"), rapid.IntRange(0, 4).Draw(r, "s")
	e, n := rapid.IntRange(w, 5).Draw(r, "e"), rapid.IntRange(s, 5).Draw(r, "n")
	return box(106+float64(w)/10, 29+float64(s)/10, 106+float64(e)/10, 29+float64(n)/10)
}

func drawEvent(r *rapid.T) *events.Event {
	x, y := rapid.IntRange(0, 5).Draw(r, "x"), rapid.IntRange(0, 5).Draw(r, "y")
	e := feedtest.Event(rapid.Int64Range(1, 5).Draw(r, "id"), rapid.SampledFrom([]grid.Code{east, west, "500102001001001", ""}).Draw(r, "area"),
		106+float64(x)/10, 29+float64(y)/10)
	if rapid.Bool().Draw(r, "urgent") {
		e.Urgency = events.Urgent
	}
	if rapid.Bool().Draw(r, "private") {
		e.Category = "care"
	}
	return e
}
