package access

import (
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"

	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

// tileBytes is how much memory the tiles asked for last may take.
const tileBytes = 128 << 20

// LayerNames returns the names of all tile layers, from below to above.
func LayerNames() []string {
	var names []string
	for _, layer := range world.Layers() {
		names = append(names, layer.Name)
	}
	return names
}

// Layers returns the tile layers that the viewer may ask for, from below to above.
func (v *View) Layers() []tiles.Layer {
	if !v.viewer.signedIn {
		return nil
	}
	return world.Layers()
}

// Public reports whether layers show the same to all staff.
func (v *View) Public(layers []string) bool {
	for _, layer := range world.Layers() {
		if layer.Scoped && slices.Contains(layers, layer.Name) {
			return false
		}
	}
	return true
}

// TileJSON describes the tiles of layers under a URL template. The error wraps
// grid.ErrNotFound.
func (v *View) TileJSON(layers []string, template string) (tiles.TileJSON, error) {
	set, err := v.layerSet(layers)
	if err != nil {
		return tiles.TileJSON{}, err
	}
	doc := tiles.NewTileJSON(template, set...)
	doc.Attribution = "Quanxi 全息"
	return doc, nil
}

// Tile returns the tile of a set of layers as the viewer gets it, in a coding
// ("gzip", "zstd" or "" for none). The error wraps grid.ErrNotFound for a layer
// that the viewer does not have, tiles.ErrAddress below the deepest zoom, and ErrNotHeld
// where nothing of the tile lies in the area that this node holds.
func (v *View) Tile(ctx context.Context, layers []string, id tiles.ID, coding string) (tiles.Tile, error) {
	set, err := v.layerSet(layers)
	if err != nil {
		return tiles.Tile{}, err
	}
	deepest := slices.MaxFunc(set, func(a, b tiles.Layer) int { return int(a.MaxZoom) - int(b.MaxZoom) }).MaxZoom
	if !id.Valid() || id.Z > deepest {
		return tiles.Tile{}, fmt.Errorf("%s: the deepest zoom is %d: %w", id, deepest, tiles.ErrAddress)
	}
	snapshot := v.world.Snapshot()
	if !snapshot.HoldsSome(id.Envelope()) {
		return tiles.Tile{}, fmt.Errorf("tile %s: %w", id, ErrNotHeld)
	}
	key := tiles.Key{ID: id}
	// Versions only grow, so their sum grows with each: unlike their maximum, which
	// one lively layer would hold above the changes of the others.
	version := uint64(0)
	for _, layer := range set {
		key.Layers += "," + layer.Name
		version += snapshot.TileVersion(layer.Name, id)
		if layer.Scoped {
			key.Viewer = v.viewer.decision()
		}
	}
	tile, err := v.cache.Tile(ctx, key, version, coding, func() ([]byte, error) {
		return v.draw(snapshot, set, id), nil
	})
	if err == nil && key.Viewer != "" {
		tile.Digest = tagFor(key.Viewer, tile.Digest)
	}
	return tile, err
}

// tagFor returns a digest of bytes as whoever is decided on alike gets them: that two
// others get the same bytes is nothing that their tags tell (RULES B7).
func tagFor(decision, digest string) string {
	sum := fnv.New64a()
	io.WriteString(sum, decision) // a hash takes everything
	io.WriteString(sum, digest)
	return fmt.Sprintf("%016x", sum.Sum64())
}

// draw encodes the layers into one tile.
func (v *View) draw(snapshot *world.Snapshot, set []tiles.Layer, id tiles.ID) []byte {
	encoder := v.encoders.Get().(*tiles.Encoder)
	defer v.encoders.Put(encoder)
	names := make([]string, len(set))
	for i, layer := range set {
		names[i] = layer.Name
	}
	return slices.Clone(snapshot.DrawTile(encoder, id, &v.viewer.scopes, names...))
}

// decision names everything about the viewer that decides what is drawn and told
// (RULES C3).
func (v *Viewer) decision() string {
	var key strings.Builder
	for _, scope := range v.scopes {
		for _, r := range scope.Ranges() {
			fmt.Fprintf(&key, "%s-%s;", r.From, r.To)
		}
		key.WriteByte('|')
	}
	return key.String()
}

// layerSet returns the named layers in the order in which they are drawn.
func (v *View) layerSet(names []string) ([]tiles.Layer, error) {
	var set []tiles.Layer
	for _, layer := range v.Layers() {
		if slices.Contains(names, layer.Name) {
			set = append(set, layer)
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(set, func(l tiles.Layer) bool { return l.Name == name }) {
			return nil, fmt.Errorf("layer %.40q: %w", name, grid.ErrNotFound)
		}
	}
	if len(set) == 0 {
		return nil, fmt.Errorf("no layer: %w", grid.ErrNotFound)
	}
	return set, nil
}
