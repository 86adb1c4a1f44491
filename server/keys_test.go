package server_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"quanxi/access"
	"quanxi/grid"
	"quanxi/server"
)

// keyCounter is a store that counts the questions for keys of data subjects.
type keyCounter struct {
	grid.Store
	questions int
}

func (s *keyCounter) SubjectKey(ctx context.Context, kind grid.Kind, id int64) (grid.SubjectKey, error) {
	s.questions++
	return s.Store.SubjectKey(ctx, kind, id)
}

func (s *keyCounter) LiveKeys(ctx context.Context, kind grid.Kind, ids []int64) (map[int64]grid.SubjectKey, error) {
	s.questions++
	return s.Store.LiveKeys(ctx, kind, ids)
}

// However many people a page or a file holds, their keys are one question for a thousand.
func TestKeysAreAskedForTogether(t *testing.T) {
	r := newRig(t)
	p := r.exportPeople(t)
	r.settle(t, 3, 20)
	counter, master := &keyCounter{Store: r.store}, access.MasterKey{}
	o := r.Options
	o.Metrics = prometheus.NewRegistry()
	o.Views = access.NewViews(access.Sources{Store: counter, Vault: access.NewVault(master), Master: master, World: r.world, Clock: clock})
	r.Server = server.New(o)
	r.become(p.secretary)
	asked := r.ask(t, grid.People, "csv")
	for name, c := range map[string]call{
		"a page of a list":  {line: "/api/people?limit=100"},
		"a page of an area": {line: "POST /api/within", body: `{"rectangle":[106,29,106.5,30],"list":"people"}`},
		"a file":            {line: fmt.Sprintf("/api/exports/%d/file", asked.ID)},
	} {
		counter.questions = 0
		if reply := r.do(t, c); reply.Code != http.StatusOK || len(reply.Body.String()) < 21*50 {
			t.Errorf("%s: %d %s", name, reply.Code, reply.Body)
		}
		if counter.questions != 1 {
			t.Errorf("%s: %d questions for keys, want 1", name, counter.questions)
		}
	}
}
