package events_test

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

func sound() *events.Event {
	return &events.Event{Category: "water", Title: "管道漏水", Place: geo.At(106.5, 29.5), State: events.Reported, Urgency: events.Routine,
		OccurredAt: time.Date(2026, 11, 8, 2, 10, 0, 0, time.UTC)}
}

func TestAnEventThatMayNotBeStoredNamesTheField(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spoil func(*events.Event)
		field string
	}{
		{"no place", func(e *events.Event) { e.Place = geo.Point{} }, "geometry"},
		{"a category that nobody knows", func(e *events.Event) { e.Category = "gossip" }, "category"},
		{"a state that is none", func(e *events.Event) { e.State = "lost" }, "state"},
		{"an urgency that is none", func(e *events.Event) { e.Urgency = "very" }, "urgency"},
		{"no time", func(e *events.Event) { e.OccurredAt = time.Time{} }, "occurred_at"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := sound()
			if err := e.Validate(); err != nil {
				t.Fatalf("before it was spoilt: %v", err)
			}
			tt.spoil(e)
			if err := e.Validate(); !errors.Is(err, grid.ErrInvalid) || !strings.Contains(err.Error(), tt.field) {
				t.Errorf("err = %v, want ErrInvalid that names %s", err, tt.field)
			}
		})
	}
}

func TestAnEventTakesAPointOnly(t *testing.T) {
	e := sound()
	if err := e.SetGeometry(geo.MultiLine{}); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("a line: err = %v, want ErrInvalid", err)
	}
	if err := e.SetGeometry(nil); err != nil || e.Geometry() != nil {
		t.Errorf("nothing: %v, %v; want no place", err, e.Geometry())
	}
}

// A mark is one character, so that it can be read on the map at a glance.
func TestEveryCategoryHasAMarkOfOneCharacter(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range events.Categories() {
		if utf8.RuneCountInString(c.Mark) != 1 || len(c.Short) != 2 || c.Name == "" || c.Hours <= 0 {
			t.Errorf("category %+v is not complete", c)
		}
		for _, sign := range []string{c.Code, c.Mark, c.Short} {
			if seen[sign] {
				t.Errorf("%q stands for two categories", sign)
			}
			seen[sign] = true
		}
	}
}

// Which categories are private is one column of their table, and what is not in it is private.
func TestWhoMayKnowOfAnEventFollowsFromItsCategory(t *testing.T) {
	for category, want := range map[string]events.Privacy{"water": events.Ordinary, "neighbours": events.Ordinary, "care": events.Care, "of a later version": events.Care, "": events.Care} {
		if got := (&events.Event{Category: category}).Privacy(); got != want {
			t.Errorf("%q: privacy %d, want %d", category, got, want)
		}
	}
	for _, c := range events.Categories() {
		if c.Privacy >= events.Privacies {
			t.Errorf("%s has a privacy that there is not", c.Code)
		}
	}
}

func TestEveryKindHasAnEntity(t *testing.T) {
	for _, kind := range events.Kinds() {
		e, err := events.New(kind)
		if err != nil || e.Kind() != kind {
			t.Errorf("New(%s) = %v, %v", kind, e, err)
		}
	}
	if _, err := events.New("gossip"); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("an unknown kind: err = %v, want ErrInvalid", err)
	}
}
