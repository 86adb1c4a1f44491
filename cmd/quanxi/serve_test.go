package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"quanxi/access"
)

// serveTemp starts the whole of `quanxi serve` on a folder of its own and returns
// its address. It stops with the test.
func serveTemp(t *testing.T, data string) string {
	t.Helper()
	c := &serveCommand{storeFlags: storeFlags{Data: data}, listenFlags: listenFlags{Addr: "127.0.0.1:0"}}
	p := newParts(t.Context())
	at, err := c.start(t.Context(), p, slog.New(slog.DiscardHandler), io.Discard, openDoor)
	t.Cleanup(func() {
		if err := p.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	awaitReady(t, at)
	return at
}

// awaitReady asks until the World is loaded.
func awaitReady(t *testing.T, at string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for ctx.Err() == nil {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, at+"/readyz", nil)
		if err != nil {
			t.Fatal(err)
		}
		if reply, err := http.DefaultClient.Do(req); err == nil {
			reply.Body.Close()
			if reply.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
	t.Fatal("the server does not get ready")
}

// ask sends a request and returns status, headers and body. Like any client it
// asks again when it is told to come back later, which a busy machine may say.
func ask(t *testing.T, method, url, body string, header ...string) (int, http.Header, string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		status, got, text := askOnce(t, method, url, body, header...)
		if status != http.StatusServiceUnavailable || time.Now().After(deadline) {
			return status, got, text
		}
		select {
		case <-t.Context().Done():
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func askOnce(t *testing.T, method, url, body string, header ...string) (int, http.Header, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	reply, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, reply.Header, string(text)
}

// listen opens the feed with a view of everything and hands on its text frames.
func listen(t *testing.T, at string) <-chan map[string]any {
	t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"quanxi.v1"}}
	ws, _, err := dialer.DialContext(t.Context(), "ws"+strings.TrimPrefix(at, "http")+"/feed", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	for _, message := range []string{
		`{"op":"hello"}`,
		`{"op":"view","bbox":[106,29,107,30],"zoom":16,"layers":["buildings"],"topics":["events","workers"]}`,
	} {
		if err := ws.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
			t.Fatal(err)
		}
	}
	frames := make(chan map[string]any, 100)
	go func() {
		defer close(frames)
		for {
			kind, data, err := ws.ReadMessage()
			if err != nil {
				return
			}
			var frame map[string]any
			if kind == websocket.TextMessage && json.Unmarshal(data, &frame) == nil {
				frames <- frame
			}
		}
	}()
	return frames
}

// awaitFrame returns the next frame of an operation.
func awaitFrame(t *testing.T, frames <-chan map[string]any, op string) map[string]any {
	t.Helper()
	for {
		select {
		case frame, ok := <-frames:
			if !ok {
				t.Fatalf("the feed ended before %s", op)
			}
			if frame["op"] == op {
				return frame
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("no frame %s", op)
		}
	}
}

const tower = `{"name":"新楼","floors":20,"height_cm":6000,"geometry":{"type":"Polygon","coordinates":[[[106.1,29.5],[106.101,29.5],[106.101,29.501],[106.1,29.501],[106.1,29.5]]]}}`

// TestAWriteReachesTilesAndScreens is the whole path of the product: command,
// store, log, World, tile, feed, and after a restart the same again.
func TestAWriteReachesTilesAndScreens(t *testing.T) {
	data := t.TempDir()
	at := serveTemp(t, data)
	const tile = "/tiles/buildings/17/104166/54286.mvt"
	if status, _, _ := ask(t, http.MethodGet, at+tile, ""); status != http.StatusNoContent {
		t.Fatalf("an empty town has a tile: %d", status)
	}
	frames := listen(t, at)
	if welcome := awaitFrame(t, frames, "welcome"); welcome["epoch"] == "" {
		t.Errorf("welcome %v", welcome)
	}

	status, header, body := ask(t, http.MethodPost, at+"/api/buildings", tower)
	if status != http.StatusCreated {
		t.Fatalf("create: %d %s", status, body)
	}
	status, _, drawn := ask(t, http.MethodGet, at+tile, "", "Quanxi-Token", header.Get("Quanxi-Token"))
	if status != http.StatusOK || !strings.Contains(drawn, "新楼") {
		t.Errorf("the tile after the write: %d %q", status, drawn)
	}

	status, header, body = ask(t, http.MethodPost, at+"/api/events", `{"category":"water","title":"漏水","lon":106.1005,"lat":29.5005}`)
	if status != http.StatusCreated {
		t.Fatalf("create: %d %s", status, body)
	}
	change := awaitFrame(t, frames, "change")
	if change["kind"] != "events" || change["data"].(map[string]any)["title"] != "漏水" {
		t.Errorf("frame %v", change)
	}
	path := header.Get("Location")
	if status, _, body := ask(t, http.MethodDelete, at+path, "", "If-Match", "1"); status != http.StatusOK {
		t.Fatalf("remove: %d %s", status, body)
	}
	if gone := awaitFrame(t, frames, "gone"); gone["kind"] != "events" {
		t.Errorf("frame %v", gone)
	}

	_, _, worker := ask(t, http.MethodPost, at+"/api/workers", `{"name":"陈网格","role":"grid-worker","area":"500106003001001","phone":"10300005678"}`)
	var made struct{ ID int64 }
	if err := json.Unmarshal([]byte(worker), &made); err != nil {
		t.Fatal(err)
	}
	position := fmt.Sprintf(`{"lon":106.1,"lat":29.5,"at":%q}`, time.Now().UTC().Format(time.RFC3339))
	if status, _, body := ask(t, http.MethodPost, fmt.Sprintf("%s/api/workers/%d/position", at, made.ID), position); status != http.StatusNoContent {
		t.Fatalf("position: %d %s", status, body)
	}
	if state := awaitFrame(t, frames, "state"); state["topic"] != "workers" {
		t.Errorf("frame %v", state)
	}
}

func TestARestartFindsEverything(t *testing.T) {
	data := t.TempDir()
	t.Run("before", func(t *testing.T) {
		at := serveTemp(t, data)
		if status, _, body := ask(t, http.MethodPost, at+"/api/buildings", tower); status != http.StatusCreated {
			t.Fatalf("create: %d %s", status, body)
		}
	})
	t.Run("after", func(t *testing.T) {
		at := serveTemp(t, data)
		if _, _, body := ask(t, http.MethodGet, at+"/api/identify?lon=106.1005&lat=29.5005", ""); !strings.Contains(body, "新楼") {
			t.Errorf("identify after a restart: %s", body)
		}
	})
}

// Each refusal is one line that says why.
func TestServeRefuses(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"a port in use", []string{"serve", "--addr", taken.Addr().String()}, "address already in use"},
		{"a port in use, by name of the flag", []string{"serve", "--addr", taken.Addr().String()}, "--addr " + taken.Addr().String()},
		{"a port for metrics in use", []string{"serve", "--addr", "127.0.0.1:0", "--metrics-addr", taken.Addr().String()}, "--metrics-addr " + taken.Addr().String()},
		{"the open network", []string{"serve", "--addr", "0.0.0.0:0"}, "--insecure-http to send passwords over the network as they are"},
		{"the open network by an empty host", []string{"serve", "--addr", ":0"}, "not on loopback"},
		{"an address that is none", []string{"serve", "--addr", "nonsense"}, "--addr: address nonsense: missing port"},
		{"a kind that is not imported, with those that are", []string{"import", "x", "--as", "households"}, "there are [divisions "},
		{"an audit of a result that there is not", []string{"audit", "export", "--result", "fine"}, "--result must be one of"},
		{"an audit of half an object", []string{"audit", "export", "--object", "people"}, "want KIND/ID"},
		{"metrics on the open network", []string{"serve", "--addr", "127.0.0.1:0", "--metrics-addr", "0.0.0.0:0"}, "--metrics-addr"},
		{"a database that cannot be reached", []string{"serve", "--addr", "127.0.0.1:0", "--metrics-addr", "", "--database", "postgres://127.0.0.1:1/none?connect_timeout=2"}, "refused"},
		{"a master key that is none", []string{"serve", "--addr", "127.0.0.1:0", "--metrics-addr", "", "--key", "secret"}, "hexadecimal"},
		{"half of a certificate", []string{"serve", "--tls-cert", "serve_test.go"}, "belong together"},
		{"a command that there is not", []string{"fly"}, "unexpected argument"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
			defer cancel()
			args := tt.args
			if args[0] == "serve" {
				args = append(args, "--data", filepath.Join(t.TempDir(), "data"))
			}
			err := run(ctx, args, io.Discard, io.Discard)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want one that says %q", err, tt.want)
			}
			if told := oneLine(err); strings.ContainsAny(told, "\n\t") || !strings.Contains(told, tt.want) {
				t.Errorf("the reason is told as %q", told)
			}
		})
	}
}

// copyMasterKey puts the key of a store where another is to be restored.
func copyMasterKey(t *testing.T, from, to string) {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(from, "keys", "master"))
	if err == nil {
		err = os.MkdirAll(filepath.Join(to, "keys"), 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(to, "keys", "master"), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A backup lies where others come: without the key nobody reads of it so much as a street.
func TestABackupIsEncryptedWhole(t *testing.T) {
	data, copied, file := t.TempDir(), filepath.Join(t.TempDir(), "copy"), filepath.Join(t.TempDir(), "backup")
	quanxi := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), args, &out, io.Discard)
		return out.String(), err
	}
	t.Run("serve", func(t *testing.T) {
		at := serveTemp(t, data)
		if status, _, body := ask(t, http.MethodPost, at+"/api/buildings", tower); status != http.StatusCreated {
			t.Fatalf("create: %d %s", status, body)
		}
	})
	if _, err := quanxi("backup", file, "--data", data); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(filepath.Join(data, "tmp")); err != nil || len(left) > 0 {
		t.Errorf("it leaves %v, %v", left, err)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"SQLite", "buildings", "新楼"} {
		if bytes.Contains(whole, []byte(text)) {
			t.Errorf("it shows %q", text)
		}
	}
	if plain, err := quanxi("keys", "open", file, "--data", data); err != nil || !strings.Contains(plain, "新楼") {
		t.Errorf("opened with the key: %d bytes, %v", len(plain), err)
	}
	if _, err := quanxi("restore", file, "--data", copied); !errors.Is(err, access.ErrOtherSeal) || !strings.Contains(err.Error(), filepath.Join(copied, "keys", "master")) {
		t.Errorf("restored without the key: %v", err)
	}
	if _, err := quanxi("keys", "seal", filepath.Join(copied, "dump"), "--data", copied); err == nil || !strings.Contains(err.Error(), "no master key") {
		t.Errorf("sealed under a new key, of which nobody has a copy: %v", err)
	}
	if err := os.WriteFile(file, whole[:len(whole)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	copyMasterKey(t, data, copied)
	if _, err := quanxi("restore", file, "--data", copied); !errors.Is(err, access.ErrBroken) {
		t.Errorf("restored without its last byte: %v", err)
	}
	if shown, err := quanxi("keys", "open", file, "--data", data); !errors.Is(err, access.ErrBroken) || shown != "" {
		t.Errorf("opened without its last byte: %d bytes, %v", len(shown), err)
	}
	if left, _ := filepath.Glob(filepath.Join(copied, "*.gpkg*")); len(left) > 0 {
		t.Errorf("a refused restore leaves %v", left)
	}
}

func TestBackupAndRestore(t *testing.T) {
	data, copied, file := t.TempDir(), filepath.Join(t.TempDir(), "copy"), filepath.Join(t.TempDir(), "backup.gpkg")
	t.Run("write and back up under a running server", func(t *testing.T) {
		at := serveTemp(t, data)
		if status, _, body := ask(t, http.MethodPost, at+"/api/buildings", tower); status != http.StatusCreated {
			t.Fatalf("create: %d %s", status, body)
		}
		if err := run(t.Context(), []string{"backup", file, "--data", data}, io.Discard, io.Discard); err != nil {
			t.Fatal(err)
		}
	})
	copyMasterKey(t, data, copied)
	if err := run(t.Context(), []string{"restore", file, "--data", copied}, io.Discard, io.Discard); err != nil {
		t.Fatal(err)
	}
	at := serveTemp(t, copied)
	if _, _, body := ask(t, http.MethodGet, at+"/api/identify?lon=106.1005&lat=29.5005", ""); !strings.Contains(body, "新楼") {
		t.Errorf("identify after a restore: %s", body)
	}
	if err := run(t.Context(), []string{"restore", file, "--data", copied}, io.Discard, io.Discard); err == nil {
		t.Error("a restore over a store that is there was not refused")
	}
}
