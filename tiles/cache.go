package tiles

import (
	"container/list"
	"context"
	"sync"
)

// A Key says which tile, and for whom.
type Key struct {
	Layers string // as in the URL, in a fixed order
	ID     ID
	// Viewer is everything that decides what is drawn, such as scopes and the
	// version of the role table; empty for layers that are the same for all.
	Viewer string
}

// A Cache keeps the tiles asked for last, up to a number of bytes. Of callers
// who want the same tile at once, one draws it and the others wait. It is safe
// for concurrent use.
type Cache struct {
	most int64

	mu      sync.Mutex
	bytes   int64
	held    map[Key]*list.Element
	order   *list.List // of *entry, the last used in front
	flights map[Key]*flight
}

// entry is a kept tile; the Cache's lock guards it.
type entry struct {
	key     Key
	version uint64
	tile    *drawn
	bytes   int64
}

// A flight is a tile that somebody is drawing.
type flight struct{ done chan struct{} }

// entryBytes is what an entry takes besides the bytes of its tile.
const entryBytes = 512

// NewCache returns a Cache that keeps at most so many bytes.
func NewCache(most int64) *Cache {
	return &Cache{most: most, held: make(map[Key]*list.Element), order: list.New(), flights: make(map[Key]*flight)}
}

// Tile returns the tile of key in a coding ("gzip", "zstd" or ""), at version or
// later. If it is not kept, draw makes it, in the caller's goroutine, and must
// show all changes up to version; its result is the Cache's from then on. Read
// the version before the state that draw uses: the other way round a change
// in between would be missed for ever. Errors are draw's, and ctx's when waiting.
func (c *Cache) Tile(ctx context.Context, key Key, version uint64, coding string, draw func() ([]byte, error)) (Tile, error) {
	for {
		d, mine := c.lookUp(key, version)
		if mine != nil {
			var err error
			if d, err = c.fly(key, version, mine, draw); err != nil {
				return Tile{}, err
			}
		}
		if d.tile != nil {
			return c.serve(key, d.tile, coding), nil
		}
		select {
		case <-d.wait:
		case <-ctx.Done():
			return Tile{}, ctx.Err()
		}
	}
}

// found is what lookUp returns: a tile, or what to wait for before looking again.
type found struct {
	tile *drawn
	wait chan struct{}
}

// lookUp returns the tile, or somebody else's flight to wait for, or a flight
// that the caller must make.
func (c *Cache) lookUp(key Key, version uint64) (found, *flight) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.held[key]; ok {
		if e := el.Value.(*entry); e.version >= version {
			c.order.MoveToFront(el)
			return found{tile: e.tile}, nil
		}
	}
	if f, ok := c.flights[key]; ok {
		return found{wait: f.done}, nil
	}
	f := &flight{make(chan struct{})}
	c.flights[key] = f
	return found{}, f
}

// fly draws the tile and lands even if draw panics, so that nobody waits for ever.
func (c *Cache) fly(key Key, version uint64, f *flight, draw func() ([]byte, error)) (found, error) {
	defer func() {
		c.mu.Lock()
		delete(c.flights, key)
		c.mu.Unlock()
		close(f.done)
	}()
	plain, err := draw()
	if err != nil {
		return found{}, err
	}
	return found{tile: c.put(key, version, newDrawn(plain))}, nil
}

// put keeps a tile, and returns what is kept: if the bytes are those of the
// version before, its compressed forms are used again.
func (c *Cache) put(key Key, version uint64, tile *drawn) *drawn {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.held[key]; ok {
		e := el.Value.(*entry)
		e.version = max(e.version, version)
		if string(e.tile.plain) != string(tile.plain) {
			c.bytes += tile.size() - e.bytes
			e.tile, e.bytes = tile, tile.size()
		}
		c.order.MoveToFront(el)
		c.shrink()
		return e.tile
	}
	e := &entry{key, version, tile, tile.size()}
	c.held[key] = c.order.PushFront(e)
	c.bytes += e.bytes
	c.shrink()
	return tile
}

// serve compresses outside the lock and then counts the bytes that came into
// being, if the tile is still kept.
func (c *Cache) serve(key Key, tile *drawn, coding string) Tile {
	out := tile.tile(coding)
	if out.Coding == "" {
		return out
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.held[key]; ok && el.Value.(*entry).tile == tile {
		e := el.Value.(*entry)
		size := tile.size()
		c.bytes += size - e.bytes
		e.bytes = size
		c.shrink()
	}
	return out
}

// shrink lets go of the tiles unused for longest. The caller holds c.mu.
func (c *Cache) shrink() {
	for c.bytes > c.most && c.order.Len() > 0 {
		e := c.order.Remove(c.order.Back()).(*entry)
		delete(c.held, e.key)
		c.bytes -= e.bytes
	}
}

// Size returns the number of tiles kept and of bytes that they take.
func (c *Cache) Size() (tiles int, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.order.Len(), c.bytes
}
