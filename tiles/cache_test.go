package tiles_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"quanxi/tiles"
)

var townKey = tiles.Key{Layers: "base", ID: town}

// ask takes a tile of key from the cache and says whether it was drawn anew.
func ask(t *testing.T, c *tiles.Cache, key tiles.Key, version uint64, coding, content string) (tiles.Tile, bool) {
	t.Helper()
	fresh := false
	tile, err := c.Tile(t.Context(), key, version, coding, func() ([]byte, error) {
		fresh = true
		return []byte(content), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return tile, fresh
}

func TestCacheKeepsATileUntilItsVersionMoves(t *testing.T) {
	c := tiles.NewCache(1 << 20)
	first, _ := ask(t, c, townKey, 3, "", "old")
	other := townKey
	other.Viewer = "town 500112001"
	for _, tt := range []struct {
		name    string
		key     tiles.Key
		version uint64
		draws   bool
		want    string
	}{
		{"the same version", townKey, 3, false, "old"},
		{"an older version", townKey, 2, false, "old"},
		{"another viewer", other, 3, true, "new"},
		{"a newer version", townKey, 4, true, "new"},
		{"the newer version again", townKey, 4, false, "new"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, fresh := ask(t, c, tt.key, tt.version, "", "new")
			if fresh != tt.draws || string(got.Body) != tt.want {
				t.Errorf("%q, drawn %v; want %q", got.Body, fresh, tt.want)
			}
			if (got.Digest == first.Digest) != (tt.want == "old") {
				t.Errorf("digest %s after %s", got.Digest, first.Digest)
			}
		})
	}
}

func TestCacheCompresses(t *testing.T) {
	c := tiles.NewCache(1 << 20)
	content := string(bytes.Repeat([]byte("网格"), 500))
	for coding, open := range map[string]func(io.Reader) (io.Reader, error){
		"":     func(r io.Reader) (io.Reader, error) { return r, nil },
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"zstd": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
	} {
		tile, _ := ask(t, c, townKey, 1, coding, content)
		if tile.Coding != coding || coding != "" && len(tile.Body) > 200 {
			t.Errorf("%d bytes in coding %q, want %q", len(tile.Body), tile.Coding, coding)
		}
		r, err := open(bytes.NewReader(tile.Body))
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := io.ReadAll(r); err != nil || string(plain) != content {
			t.Errorf("%q gives back %d bytes, %v", coding, len(plain), err)
		}
	}
	if tile, _ := ask(t, c, tiles.Key{Layers: "empty"}, 1, "gzip", ""); len(tile.Body) != 0 || tile.Coding != "" {
		t.Errorf("an empty tile has %d bytes in coding %q", len(tile.Body), tile.Coding)
	}
}

func TestCacheHoldsNoMoreBytesThanItMay(t *testing.T) {
	const most = 20_000
	c := tiles.NewCache(most)
	content := string(make([]byte, 1000))
	for i := range uint32(100) {
		key := tiles.Key{Layers: "base", ID: tiles.ID{Z: 20, X: i}}
		ask(t, c, key, 1, "gzip", content)
		if n, size := c.Size(); size > most {
			t.Fatalf("%d tiles of %d bytes", n, size)
		}
		if _, fresh := ask(t, c, tiles.Key{Layers: "base", ID: tiles.ID{Z: 20}}, 1, "", content); fresh && i > 0 {
			t.Fatal("the tile used all the time was let go")
		}
	}
	if _, fresh := ask(t, c, tiles.Key{Layers: "base", ID: tiles.ID{Z: 20, X: 1}}, 1, "", content); !fresh {
		t.Error("the tile unused for longest was kept")
	}
}

func TestOfManyWhoAskOneDraws(t *testing.T) {
	c := tiles.NewCache(1 << 20)
	var drawn atomic.Int32
	begun, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	askOne := func() {
		tile, err := c.Tile(t.Context(), townKey, 1, "", func() ([]byte, error) {
			if drawn.Add(1) == 1 {
				close(begun)
			}
			<-release
			return []byte("one"), nil
		})
		if err != nil || string(tile.Body) != "one" {
			t.Errorf("%q, %v", tile.Body, err)
		}
	}
	wg.Go(askOne)
	<-begun
	for range 20 {
		wg.Go(askOne)
	}
	close(release)
	if wg.Wait(); drawn.Load() != 1 {
		t.Errorf("drawn %d times", drawn.Load())
	}
}

func TestAFailureIsNotKeptAndNobodyHangs(t *testing.T) {
	c := tiles.NewCache(1 << 20)
	broken := errors.New("broken")
	begun, release := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		_, err := c.Tile(t.Context(), townKey, 1, "", func() ([]byte, error) {
			close(begun)
			<-release
			return nil, broken
		})
		if !errors.Is(err, broken) {
			t.Errorf("err = %v", err)
		}
	})
	<-begun
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Tile(cancelled, townKey, 1, "", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("who has gone waits on: %v", err)
	}
	close(release)
	wg.Wait()
	if tile, fresh := ask(t, c, townKey, 1, "", "whole"); !fresh || string(tile.Body) != "whole" {
		t.Errorf("after a failure: %q, drawn %v", tile.Body, fresh)
	}
}

func TestAPanicWhileDrawingLetsOthersThrough(t *testing.T) {
	c := tiles.NewCache(1 << 20)
	func() {
		defer func() { _ = recover() }()
		_, _ = c.Tile(t.Context(), townKey, 1, "", func() ([]byte, error) { panic("drawing") })
	}()
	if _, fresh := ask(t, c, townKey, 1, "", "whole"); !fresh {
		t.Error("a tile was kept from a panic")
	}
}

func BenchmarkCached(b *testing.B) {
	c := tiles.NewCache(1 << 20)
	content := []byte(fmt.Sprint(make([]byte, 30_000)))
	draw := func() ([]byte, error) { return content, nil }
	for b.Loop() {
		if _, err := c.Tile(b.Context(), townKey, 1, "gzip", draw); err != nil {
			b.Fatal(err)
		}
	}
}
