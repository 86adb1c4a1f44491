package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quanxi/access"
)

// Whoever serves or fills a store under another key would show no name, and seal
// new ones apart from the old.
func TestAStoreWithNamesTakesOnlyItsOwnKey(t *testing.T) {
	data := t.TempDir()
	t.Run("a worker is named", func(t *testing.T) {
		at := serveTemp(t, data)
		status, _, body := ask(t, http.MethodPost, at+"/api/workers", `{"name":"陈网格","role":"grid-worker","area":"500106003001001","phone":"10300005678"}`)
		if status != http.StatusCreated {
			t.Fatalf("create: %d %s", status, body)
		}
	})
	own := filepath.Join(data, "keys", "master")
	kept, err := os.ReadFile(own)
	if err != nil {
		t.Fatal(err)
	}
	other, file := strings.Repeat("0f", 32), fileOf(t, "towers.geojson", square)
	for _, tt := range []struct {
		name, want string
		args       []string
		lost       bool // the key's file is
	}{
		{"serve under another key", "not that of the store", []string{"serve", "--key", other, "--addr", "127.0.0.1:0", "--metrics-addr", ""}, false},
		{"serve without the key", "is missing", []string{"serve", "--addr", "127.0.0.1:0", "--metrics-addr", ""}, true},
		{"a demo without the key", "is missing", []string{"demo", "--addr", "127.0.0.1:0", "--metrics-addr", ""}, true},
		{"import under another key", "not that of the store", []string{"import", file, "--as", "buildings", "--key", other}, false},
		{"import without the key", "is missing", []string{"import", file, "--as", "buildings"}, true},
		{"generate under another key", "not that of the store", []string{"generate", "--key", other}, false},
		{"import under its own", "", []string{"import", file, "--as", "buildings"}, false},
		{"import under its own from the environment", "", []string{"import", file, "--as", "buildings", "--key", strings.TrimSpace(string(kept))}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.lost {
				if err := os.Remove(own); err != nil {
					t.Fatal(err)
				}
				defer os.WriteFile(own, kept, 0o600)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			err := run(ctx, append(tt.args, "--data", data), io.Discard, io.Discard)
			if refused := errors.Is(err, access.ErrOtherKey); refused != (tt.want != "") || refused && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %q", err, tt.want)
			}
			if tt.lost && exists(own) {
				t.Error("a new key was made for old names")
			}
		})
	}
}
