package access_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"quanxi/access"
	"quanxi/events"
	"quanxi/grid"
)

// Between the first time and the repetition the house of the home was pulled down:
// the same words would be refused today.
func TestARepeatedCreationIsAnsweredThoughItWouldBeRefusedNow(t *testing.T) {
	d := newDesk(t)
	built := d.create(t, grid.Buildings, house)
	home, once := fmt.Appendf(nil, `{"building":%d,"floor":2,"room":"2-1","state":"own"}`, built.ID), access.Origin{Once: "home-1"}
	first, err := d.city.Create(t.Context(), grid.Dwellings, home, once)
	if err != nil {
		t.Fatal(err)
	}
	for _, ref := range []grid.Ref{{Kind: grid.Dwellings, ID: first.ID, Revision: first.Revision}, {Kind: grid.Buildings, ID: built.ID, Revision: built.Revision}} {
		if _, err := d.city.Remove(t.Context(), ref, access.Origin{}); err != nil {
			t.Fatal(err)
		}
	}
	again, err := d.city.Create(t.Context(), grid.Dwellings, home, once)
	if err != nil || !again.Receipt.Repeated || again.ID != first.ID || again.Receipt.Mark != first.Receipt.Mark {
		t.Errorf("first %+v, again %+v, %v", first.Receipt, again.Receipt, err)
	}
	if _, err := d.city.Create(t.Context(), grid.Dwellings, home, access.Origin{Once: "home-2"}); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("under another key: %v, want ErrInvalid", err)
	}
}

// fading is a store that can be read no more once something was written.
type fading struct {
	grid.Store
	faded bool
}

func (s *fading) Write(ctx context.Context, w grid.Write) (grid.Receipt, error) {
	receipt, err := s.Store.Write(ctx, w)
	s.faded = s.faded || err == nil
	return receipt, err
}

func (s *fading) SubjectKey(ctx context.Context, kind grid.Kind, id int64) (grid.SubjectKey, error) {
	if s.faded {
		return grid.SubjectKey{}, grid.ErrUnavailable
	}
	return s.Store.SubjectKey(ctx, kind, id)
}

func TestWhatIsWrittenIsAnsweredThoughTheStoreFades(t *testing.T) {
	d := newDesk(t)
	store := &fading{Store: d.store}
	master := masterKey(t, "1")
	city := access.NewViews(access.Sources{Store: store, Vault: access.NewVault(master), Master: master, World: d.world, Clock: clock}).For(access.Local(), "")
	body, once := []byte(`{"name":"欧阳小明","phone":"10300005678","residence":"living","geometry":{"type":"Point","coordinates":[106.4005,29.5005]}}`), access.Origin{Once: "person-1"}
	person, err := city.Create(t.Context(), grid.People, body, once)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	mustHold(t, string(person.JSON), []string{"欧阳**", "103****5678"}, []string{"小明"})
	again, err := city.Create(t.Context(), grid.People, body, once)
	if err != nil || again.ID != person.ID || again.Revision != person.Revision {
		t.Errorf("repeated: %+v, %v", again.Receipt, err)
	}
	store.faded = false
	ref := grid.Ref{Kind: grid.People, ID: person.ID, Revision: person.Revision}
	edited, err := city.Edit(t.Context(), ref, []byte(`{"sex":"f"}`), access.Origin{})
	if err != nil {
		t.Fatalf("edit: %v", err)
	}
	mustHold(t, string(edited.JSON), []string{"欧阳**", "103****5678"}, []string{"小明"})
	ref.Revision = edited.Revision
	if _, err := city.Edit(t.Context(), ref, []byte(`{"sex":"m"}`), access.Origin{}); !errors.Is(err, grid.ErrUnavailable) {
		t.Errorf("an edit that could not be answered: %v, want ErrUnavailable before it is written", err)
	}
}

// crowded is a store in which somebody else comes between a question and its use.
type crowded struct {
	grid.Store
	between func()
}

func (s *crowded) Seen(ctx context.Context, account string, once grid.Once) (grid.Receipt, bool, error) {
	receipt, found, err := s.Store.Seen(ctx, account, once)
	if between := s.between; between != nil {
		s.between = nil
		between()
	}
	return receipt, found, err
}

// A telephone sends an edit again because no answer came; the first arrives while
// the second is already looking whether there was one.
func TestTwoOfOneEditAtOnceAreOne(t *testing.T) {
	d := newDesk(t)
	built := d.create(t, grid.Buildings, house)
	store := &crowded{Store: d.store}
	master := masterKey(t, "1")
	city := access.NewViews(access.Sources{Store: store, Vault: access.NewVault(master), Master: master, World: d.world, Clock: clock}).For(access.Local(), "")
	ref, patch, once := grid.Ref{Kind: grid.Buildings, ID: built.ID, Revision: built.Revision}, []byte(`{"name":"新名"}`), access.Origin{Once: "edit-1"}
	var first access.Written
	store.between = func() {
		var err error
		if first, err = city.Edit(t.Context(), ref, patch, once); err != nil {
			t.Errorf("the first: %v", err)
		}
	}
	second, err := city.Edit(t.Context(), ref, patch, once)
	if err != nil || !second.Receipt.Repeated || second.Receipt.Mark != first.Receipt.Mark {
		t.Errorf("the second: %+v, %v, want the answer of the first %+v", second.Receipt, err, first.Receipt)
	}
}

func TestAnEventIsClosedThoughItsBuildingIsGone(t *testing.T) {
	d := newDesk(t)
	built := d.create(t, grid.Buildings, house)
	event := d.create(t, events.Events, fmt.Sprintf(`{"category":"water","lon":106.4005,"lat":29.5005,"building":%d}`, built.ID))
	if _, err := d.city.Remove(t.Context(), grid.Ref{Kind: grid.Buildings, ID: built.ID, Revision: built.Revision}, access.Origin{}); err != nil {
		t.Fatal(err)
	}
	ref := grid.Ref{Kind: events.Events, ID: event.ID, Revision: event.Revision}
	if _, err := d.city.Edit(t.Context(), ref, []byte(`{"state":"closed"}`), access.Origin{}); err != nil {
		t.Errorf("closing it: %v", err)
	}
	ref.Revision++
	if _, err := d.city.Edit(t.Context(), ref, []byte(`{"building":99}`), access.Origin{}); !errors.Is(err, grid.ErrInvalid) {
		t.Errorf("naming another that is not there: %v, want ErrInvalid", err)
	}
}
