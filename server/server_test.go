package server_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"quanxi/access"
	"quanxi/geo"
	"quanxi/grid"
	"quanxi/server"
	"quanxi/store/gpkg"
	"quanxi/world"
)

// now is when every test happens.
var now = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// townDesk answers for one town of two.
var townDesk = access.Viewer{Account: "town", SignedIn: true, Scope: grid.NewScope(grid.Under("500106003"))}

// A rig is a server over a real store and a real World, without a feed: a write
// is applied to the World when its token is waited for.
type rig struct {
	*server.Server
	store  *gpkg.Store
	world  *world.World
	moved  []access.Position
	viewer access.Viewer
	ready  bool
}

func newRig(t *testing.T) *rig {
	t.Helper()
	store, err := gpkg.Open(t.Context(), filepath.Join(t.TempDir(), "map.gpkg"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	var master access.MasterKey
	r := &rig{store: store, viewer: access.Local(), ready: true}
	r.world = world.New(world.Options{Now: func() time.Time { return now }})
	views := access.NewViews(access.Sources{
		Store: store, Vault: access.NewVault(master), Master: master, World: r.world,
		Clock:     func() time.Time { return now },
		Positions: func(p access.Position) error { r.moved = append(r.moved, p); return nil },
	})
	r.Server = server.New(server.Options{
		Views:  views,
		Viewer: func(*http.Request) access.Viewer { return r.viewer },
		Tokens: r,
		Status: func() server.NodeStatus {
			return server.NodeStatus{Epoch: "e1", Ready: r.ready, Why: "the World is loading"}
		},
		Files: fstest.MapFS{
			"index.html":         {Data: []byte("<!doctype html><title>全息</title>")},
			"m/index.html":       {Data: []byte("<title>phone</title>")},
			"assets/app-1.js":    {Data: []byte("plain")},
			"assets/app-1.js.br": {Data: []byte("brotli")},
			"assets/app-1.js.gz": {Data: []byte("gzip")},
			".keep":              {Data: []byte("hidden")},
		},
		Version: "test",
		Log:     slog.New(slog.NewTextHandler(io.Discard, nil)),
		Metrics: prometheus.NewRegistry(),
	})
	return r
}
