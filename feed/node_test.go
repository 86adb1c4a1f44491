package feed_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quanxi/events"
	"quanxi/feed"
	"quanxi/feed/feedtest"
	"quanxi/grid"
)

const town = grid.Code("500101001")

var errAway = errors.New("the database is away")

func TestNodes(t *testing.T) {
	for name, run := range map[string]func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member){
		"what was stored before the start is loaded": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			log.Put(feedtest.Building(1, town, 106.5, 29.5))
			pass(time.Second)
			late := join(t, log, wire)
			pass(time.Second)
			level(t, log, m, late)
		},
		"a change arrives without waiting for a beat": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			pass(2 * time.Second)
			log.Put(feedtest.Event(1, town, 106.5, 29.5))
			synctest.Wait()
			level(t, log, m)
		},
		"a lost tail is noticed by the next beat": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			pass(time.Second)
			wire.Cut()
			log.Put(feedtest.Event(1, town, 106.5, 29.5))
			synctest.Wait()
			wire.Mend()
			pass(300 * time.Millisecond)
			level(t, log, m)
			if m.world.Begun() != 1 {
				t.Error("a hole was answered by a full load")
			}
		},
		"a body too large for the wire is read from the log": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			pass(time.Second)
			big := feedtest.Event(1, town, 106.5, 29.5)
			big.Title = strings.Repeat("长", feed.MaxInline/2)
			log.Put(big, feedtest.Event(2, town, 106.5, 29.5))
			synctest.Wait()
			level(t, log, m)
		},
		"fields and kinds of the next version are passed over": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			pass(time.Second)
			log.PutNewer(feedtest.Event(1, town, 106.5, 29.5))
			synctest.Wait()
			level(t, log, m)
			if m.world.Begun() != 1 {
				t.Error("the World was loaded anew")
			}
		},
		"a load is one step, and its undoing another": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			pass(time.Second)
			log.Put(feedtest.Event(9, town, 106.5, 29.5))
			log.PutLoad(4, feedtest.Building(1, town, 106.5, 29.5), feedtest.Building(2, town, 106.6, 29.5))
			synctest.Wait()
			level(t, log, m)
			log.UndoLoad(4)
			synctest.Wait()
			level(t, log, m)
		},
		"a load whose reading breaks off is not seen at all, and then as a whole": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			pass(time.Second)
			before := m.world.State()
			log.CutLoads(2, errAway)
			log.PutLoad(4, feedtest.Building(1, town, 106.5, 29.5), feedtest.Event(2, town, 106.6, 29.5), feedtest.Building(3, town, 106.6, 29.5))
			log.Put(feedtest.Event(9, town, 106.5, 29.5))
			pass(5 * time.Second)
			if diff := cmp.Diff(before, m.world.State()); diff != "" {
				t.Errorf("half a load is seen (-before +now):\n%s", diff)
			}
			log.CutLoads(0, nil)
			pass(5 * time.Second)
			level(t, log, m)
			if m.world.Begun() != 1 {
				t.Error("an outage was answered by a full load")
			}
		},
		"a log that misses a row is no history": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			pass(time.Second)
			wire.Cut()
			for id := range int64(4) {
				log.Put(feedtest.Event(id+1, town, 106.5, 29.5))
			}
			pass(time.Second)
			log.Lose(2)
			wire.Mend()
			pass(time.Second)
			level(t, log, m)
			if m.world.Begun() < 2 || len(m.audience.News()) != 0 {
				t.Errorf("begun %d times, told %d news: the rows beside the hole were applied", m.world.Begun(), len(m.audience.News()))
			}
		},
		"a removal removes": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			log.Put(feedtest.Event(1, town, 106.5, 29.5), feedtest.Event(2, town, 106.5, 29.5))
			log.Remove(events.Events, 1)
			pass(time.Second)
			level(t, log, m)
		},
		"a restored backup is loaded anew": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			for id := range int64(5) {
				log.Put(feedtest.Event(id+1, town, 106.5, 29.5))
			}
			pass(time.Second)
			log.Restore(2)
			log.Put(feedtest.Event(77, town, 106.5, 29.5))
			pass(5 * time.Second)
			level(t, log, m)
			if resets := m.audience.Resets(); len(resets) != 2 {
				t.Errorf("%d resets, want one at the start and one for the new epoch", len(resets))
			}
		},
		"a store that was put back unnoticed is found out when the relay speaks again": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			for id := range int64(5) {
				log.Put(feedtest.Event(id+1, town, 106.5, 29.5))
			}
			pass(3 * time.Second)
			wire.Cut()
			pass(1500 * time.Millisecond)
			log.Rewrite(4)
			log.Put(feedtest.Event(77, town, 106.5, 29.5))
			log.Put(feedtest.Event(78, town, 106.5, 29.5))
			wire.Mend()
			pass(400 * time.Millisecond)
			level(t, log, m)
		},
		"another installation on the same wire is ignored": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			pass(time.Second)
			foreign := feed.Batch{Epoch: "foreign", Pos: 1, Changes: []feed.Change{{Pos: 1, Kind: events.Events, ID: 5, Revision: 1, Op: feed.Remove}}}
			if err := wire.Publish(t.Context(), foreign); err != nil {
				t.Fatal(err)
			}
			pass(time.Second)
			level(t, log, m)
			if m.world.Begun() != 1 {
				t.Error("a foreign message was answered by a full load")
			}
		},
		"a World that refuses is loaded anew": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			pass(time.Second)
			m.world.RefuseNext()
			log.Put(feedtest.Event(1, town, 106.5, 29.5))
			pass(time.Second)
			level(t, log, m)
		},
		"while the database is away the World stays, ready and fresh, and then goes on": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			log.Put(feedtest.Event(1, town, 106.5, 29.5))
			pass(time.Second)
			log.Fail(errAway)
			pass(time.Minute)
			if s := m.node.Status(); !s.Ready || !s.Fresh {
				t.Errorf("%+v, want ready and fresh", s)
			}
			level(t, log, m)
			log.Fail(nil)
			log.Put(feedtest.Event(2, town, 106.5, 29.5))
			pass(5 * time.Second)
			level(t, log, m)
			if m.world.Begun() != 1 {
				t.Error("an outage was answered by a full load")
			}
		},
		"a relay that cannot reach its store for long stops vouching for it": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			pass(time.Second)
			log.Fail(errAway)
			pass(20 * time.Minute)
			if m.node.Serves() {
				t.Error("still fresh")
			}
		},
		"a node that hears nothing is not fresh": func(t *testing.T, log *feedtest.Log, wire *feedtest.Wire, m *member) {
			pass(time.Second)
			wire.Cut()
			pass(1100 * time.Millisecond)
			if m.node.Serves() {
				t.Error("fresh in silence")
			}
			wire.Mend()
			pass(300 * time.Millisecond)
			if !m.node.Serves() {
				t.Error("not fresh again")
			}
		},
	} {
		t.Run(name, inBubble(func(t *testing.T) {
			log, wire := feedtest.NewLog(rand.New(rand.NewPCG(1, 2))), feedtest.NewWire(nil)
			run(t, log, wire, join(t, log, wire))
		}))
	}
}

func TestAPageOfAHoleEndsWhereAWriteEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := feedtest.NewLog(nil), feedtest.NewWire(nil)
		m := join(t, log, wire)
		pass(time.Second)
		wire.Cut()
		for range 4999 { // one less than a page
			log.Put(feedtest.Event(1, town, 106.5, 29.5))
		}
		log.Put(feedtest.Event(2, town, 106.5, 29.5), feedtest.Event(3, town, 106.6, 29.5))
		log.Put(feedtest.Event(4, town, 106.5, 29.5))
		pass(time.Second)
		wire.Mend()
		pass(time.Second)
		level(t, log, m)
		if updates := m.audience.Updates(); len(updates) != 2 || updates[0].Pos != 5001 || updates[1].Pos != 5002 {
			t.Errorf("%d applications, the first up to %d; want 5001, where the write ends", len(updates), updates[0].Pos)
		}
	})
}

// What is published while a node loads lies beyond what it loaded. It is not ready
// before it has that too, though nothing tells it.
func TestANodeIsReadyOnlyWhenItHasWhatCameDuringItsLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := feedtest.NewLog(nil), feedtest.NewWire(nil)
		wire.Cut()
		log.DuringLoad(func() {
			log.Put(feedtest.Event(1, town, 106.5, 29.5))
			if _, err := log.Publish(t.Context(), 10); err != nil {
				t.Error(err)
			}
		})
		m := join(t, log, wire)
		pass(time.Millisecond)
		if !m.node.Status().Ready {
			t.Error("not ready")
		}
		level(t, log, m)
	})
}

func TestReadYourWrites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := feedtest.NewLog(nil), feedtest.NewWire(nil)
		m := join(t, log, wire)
		pass(time.Second)
		epoch := m.node.Status().Epoch
		mark := feed.Mark{Epoch: epoch, Mark: log.Put(feedtest.Event(1, town, 106.5, 29.5))}
		if err := m.node.WaitFor(t.Context(), mark); err != nil {
			t.Fatal(err)
		}
		level(t, log, m)

		wire.Cut()
		mark.Mark = log.Put(feedtest.Event(2, town, 106.5, 29.5))
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if err := m.node.WaitFor(ctx, mark); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("WaitFor = %v while nothing arrives", err)
		}
		if err := m.node.WaitFor(t.Context(), feed.Mark{Epoch: "older"}); !errors.Is(err, feed.ErrEpoch) {
			t.Errorf("WaitFor = %v for another epoch", err)
		}
	})
}

func TestRevisionsComeInOrderWithinABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log, wire := feedtest.NewLog(rand.New(rand.NewPCG(3, 4))), feedtest.NewWire(nil)
		m := join(t, log, wire)
		pass(time.Second)
		var states []grid.Entity
		for range 20 {
			for id := range int64(3) {
				states = append(states, feedtest.Event(id+1, town, 106.5, 29.5))
			}
		}
		log.Put(states...)
		synctest.Wait()
		seen := make(map[int64]int64)
		for _, news := range m.audience.News() {
			if news.Revision != seen[news.ID]+1 {
				t.Fatalf("event %d: revision %d after %d", news.ID, news.Revision, seen[news.ID])
			}
			seen[news.ID] = news.Revision
		}
		if diff := cmp.Diff(map[int64]int64{1: 20, 2: 20, 3: 20}, seen); diff != "" {
			t.Error(diff)
		}
	})
}

// Whatever the wire and the store do, every World ends as the log says, and every
// audience hears the last revision of everything.
func TestNodesEndAtTheTruth(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Uint64().Draw(r, "seed")
		synctest.Test(t, func(t *testing.T) {
			log := feedtest.NewLog(rand.New(rand.NewPCG(seed, 1)))
			wire := feedtest.NewWire(rand.New(rand.NewPCG(seed, 2)))
			small := feed.RelayOptions{Limit: 3} // batches that cut orders of transactions in two
			members := []*member{joinWith(t, log, wire, small), joinWith(t, log, wire, small)}
			for range rapid.IntRange(1, 40).Draw(r, "acts") {
				act(r, log, wire, members)
				if rapid.Bool().Draw(r, "pause") {
					pass(time.Duration(rapid.IntRange(1, 900).Draw(r, "ms")) * time.Millisecond)
				}
			}
			log.Fail(nil)
			wire.Mend()
			pass(10 * time.Second)
			level(t, log, members...)
			for _, m := range members {
				hearsTheEnd(t, log, m)
				m.stop()
			}
		})
	})
}

func act(r *rapid.T, log *feedtest.Log, wire *feedtest.Wire, members []*member) {
	id := rapid.Int64Range(1, 6).Draw(r, "id")
	switch rapid.IntRange(0, 11).Draw(r, "act") {
	case 0:
		log.Remove(events.Events, id)
	case 1:
		wire.Cut()
	case 2:
		wire.Mend()
	case 3:
		log.BreakLock()
	case 4:
		log.Fail(errAway)
	case 5:
		log.Fail(nil)
	case 6:
		members[id%2].world.RefuseNext()
	case 7:
		log.PutLoad(100*id+int64(wire.Sent()), feedtest.Building(id, town, 106.5, 29.5))
	default:
		log.Put(feedtest.Event(id, town, 106.5, 29.5), feedtest.Event(id%3+1, town, 106.6, 29.5))
	}
}

// hearsTheEnd checks that since its last reset an audience heard no revision of an
// event go backwards, and that what it heard last is the truth.
func hearsTheEnd(t *testing.T, log *feedtest.Log, m *member) {
	t.Helper()
	last := make(map[grid.Ref]feed.News)
	for _, news := range m.audience.News() {
		key := grid.Ref{Kind: news.Kind, ID: news.ID}
		if news.Revision <= last[key].Revision && m.world.Begun() == 1 {
			t.Errorf("%v went from revision %d to %d", key, last[key].Revision, news.Revision)
		}
		last[key] = news
	}
	state := log.State()
	for key, news := range last {
		if m.world.Begun() == 1 && string(news.Body) != state[key] {
			t.Errorf("%v: heard last %s, stored %s", key, news.Body, state[key])
		}
	}
}
