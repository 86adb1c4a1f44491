package world

import (
	"iter"

	"quanxi/geo"
	"quanxi/grid"
)

// Far out a tile shows little of what lies in it. So that it looks at no more than that,
// the entities that show below the zoom closeUp are also found by the zoom from which on
// they may. A kind above lastFar shows nothing there that its areas do not.
const (
	farthest = 5  // what shows there may as well show from zoom 0 on
	closeUp  = 11 // from here on everything that lies in a tile is looked at
	lastFar  = roads
)

// An overview is the writer's side: it finds what shows far out by its envelope.
type overview struct {
	index   [closeUp - farthest]geo.Index
	changed bool
}

// insert adds what may show from a zoom on, under its envelope.
func (o *overview) insert(from uint8, id uint32, env geo.Envelope) {
	if from < closeUp {
		o.index[farRank(from)].Insert(id, env)
		o.changed = true
	}
}

// delete takes out what insert added, by the same zoom and envelope.
func (o *overview) delete(from uint8, id uint32, env geo.Envelope) {
	if from < closeUp {
		o.index[farRank(from)].Delete(id, env)
		o.changed = true
	}
}

// share returns the present state for readers.
func (o *overview) share() (out outlook) {
	for i := range o.index {
		out[i] = o.index[i].Share()
	}
	o.changed = false
	return out
}

// An outlook is the state of an overview that readers see. The zero outlook is empty.
type outlook [closeUp - farthest]*geo.Snapshot

// search yields what meets env and may show at a zoom below closeUp, in no particular order.
func (o *outlook) search(env geo.Envelope, zoom uint8) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for _, found := range o[:farRank(zoom)+1] {
			if found == nil {
				continue
			}
			for id := range found.Search(env) {
				if !yield(id) {
					return
				}
			}
		}
	}
}

// farRank returns the place of a zoom below closeUp in an overview.
func farRank(zoom uint8) int { return int(max(zoom, farthest)) - farthest }

// visible yields the slots of a kind, of divisions the areas, that meet env and may show at
// a zoom, in no particular order.
func (s *Snapshot) visible(k sort, env geo.Envelope, zoom uint8) iter.Seq[uint32] {
	if k <= lastFar && zoom < closeUp {
		return s.outlooks[k].search(env, zoom)
	}
	return s.Slots(kindOf(k), env)
}

// showsFrom returns a zoom below which an entity of a kind up to lastFar never shows,
// closeUp if it is none that is far out.
func (s *state) showsFrom(k sort, slot uint32, env geo.Envelope) uint8 {
	switch k {
	case divisions:
		start := startOf(s.areas.rows.at(slot).level)
		return min(start.polygon, start.label)
	case greens:
		return max(greenStart, speckUntil(env))
	case water:
		if s.features[k-landuse].rows.at(slot).flags&isLine != 0 {
			return streamStart
		}
		return speckUntil(env)
	case roads:
		return roadStart(s.texts.get(s.features[k-landuse].rows.at(slot).class))
	}
	return closeUp
}

// speckUntil returns a zoom below which a polygon of an envelope is less than a speck,
// however its vertices are rounded; closeUp if that is no lower.
func speckUntil(env geo.Envelope) uint8 {
	nw := geo.Project(geo.Point{Lon: env.Min.Lon, Lat: env.Max.Lat})
	se := geo.Project(geo.Point{Lon: env.Max.Lon, Lat: env.Min.Lat})
	for zoom := uint8(0); zoom < closeUp; zoom++ {
		unit := float64(uint32(1) << (worldUnits - zoom))
		if (float64(se.X-nw.X)/unit+1)*(float64(se.Y-nw.Y)/unit+1) >= float64(speckAt(zoom)) {
			return zoom
		}
	}
	return closeUp
}

// worldUnits is the zoom whose tile units are pixels.
const worldUnits = 20

// highest returns the highest level among areas.
func (s *state) highest(areas []uint32) grid.Level {
	level := grid.MicroGridLevel
	for _, area := range areas {
		level = min(level, s.areas.rows.at(area).level)
	}
	return level
}
