package simulate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// maxOpen is the most events that are open at once.
const maxOpen = 60

// A happening is an event on its way from the first report to its end.
type happening struct {
	event
	next time.Time // when its state changes
}

// A category is what can happen, and how often among the others.
type category struct {
	code, title string
	weight      int
	urgent      int // in a hundred
}

func categories() []category {
	return []category{
		{"rubbish", "垃圾堆放点满溢", 16, 0}, {"parking", "车辆占道停放", 14, 2}, {"manhole", "井盖松动", 6, 30},
		{"lamp", "路灯不亮", 10, 0}, {"water", "水管漏水", 9, 20}, {"blocked", "消防通道被占用", 6, 50},
		{"lift", "电梯停运", 4, 40}, {"neighbours", "邻里噪声纠纷", 8, 0}, {"care", "独居老人走访", 12, 5}, {"fire", "烟感报警", 2, 100},
	}
}

// after returns the state that follows, and how long an event stays in it; the
// empty state is its removal.
func after(state string) (next string, stays time.Duration) {
	switch state {
	case "reported":
		return "dispatched", 40 * time.Second
	case "dispatched":
		return "handling", 90 * time.Second
	case "handling":
		return "checking", 40 * time.Second
	case "checking":
		return "closed", 60 * time.Second
	}
	return "", 0
}

// adopt takes over events that an earlier run left open.
func (s *Simulation) adopt(ctx context.Context, now time.Time) ([]*happening, error) {
	found, err := s.api.events(ctx)
	if err != nil {
		return nil, err
	}
	var open []*happening
	for _, e := range found {
		open = append(open, &happening{e, now.Add(s.wait(30 * time.Second))})
	}
	return open, nil
}

// happen lets an event come when it is time, and moves the open ones on.
func (s *Simulation) happen(ctx context.Context, now time.Time) error {
	var errs []error
	if !now.Before(s.nextEvent) && len(s.open) < maxOpen && len(s.walkers) > 0 {
		s.nextEvent = now.Add(s.wait(s.Events))
		errs = append(errs, s.raise(ctx, now))
	}
	var left []*happening
	for _, h := range s.open {
		if now.Before(h.next) {
			left = append(left, h)
			continue
		}
		stays, err := s.advanceEvent(ctx, h, now)
		if stays {
			left = append(left, h)
		}
		errs = append(errs, failed("event", h.ID, err))
	}
	s.open = left
	return errors.Join(errs...)
}

// raise reports an event where a worker is just now.
func (s *Simulation) raise(ctx context.Context, now time.Time) error {
	c := s.draw()
	lon, lat := s.place(pick(s.chance, s.walkers)).Degrees()
	urgency := "routine"
	if s.chance.IntN(100) < c.urgent {
		urgency = "urgent"
	}
	body := map[string]any{
		"category": c.code, "title": c.title, "urgency": urgency,
		"lon": lon, "lat": lat, "occurred_at": now.UTC(),
	}
	h := &happening{next: now.Add(s.wait(20 * time.Second))}
	if err := s.api.do(ctx, http.MethodPost, "/api/events", 0, body, &h.event); err != nil {
		return err
	}
	s.open = append(s.open, h)
	return nil
}

func (s *Simulation) draw() category {
	all := categories()
	sum := 0
	for _, c := range all {
		sum += c.weight
	}
	n := s.chance.IntN(sum)
	for _, c := range all {
		if n -= c.weight; n < 0 {
			return c
		}
	}
	return all[0]
}

// advanceEvent moves one event on and reports whether it is still there.
func (s *Simulation) advanceEvent(ctx context.Context, h *happening, now time.Time) (stays bool, err error) {
	path := fmt.Sprintf("/api/events/%d", h.ID)
	state, span := after(h.State)
	h.next = now.Add(s.wait(span))
	if state == "" {
		err = s.api.do(ctx, http.MethodDelete, path, h.Revision, nil, nil)
	} else {
		err = s.api.do(ctx, http.MethodPatch, path, h.Revision, map[string]string{"state": state}, &h.event)
	}
	if errors.Is(err, errStale) {
		return false, nil // somebody else works on it: it is theirs now
	}
	return state != "" || err != nil, err
}
