package access

import (
	"crypto/cipher"
	"sync"
	"time"

	"quanxi/access/signin"
	"quanxi/events"
	"quanxi/grid"
	"quanxi/tiles"
	"quanxi/world"
)

// Sources are what Views read and write.
type Sources struct {
	Store grid.Store
	Vault *Vault
	// Master is the key from which cursors are sealed.
	Master MasterKey
	Clock  func() time.Time
	World  *world.World
	// Tended reports whether anybody may know of private events in an area, were there no
	// division under a code: see Directory.Tends. Nil takes it for granted.
	Tended func(p events.Privacy, area, without grid.Code) bool
	// Positions sends the last position of a worker to every node.
	Positions func(Position) error
	// Journal remembers who was erased.
	Journal *Journal
	// Meters count what an account may do so often only; nil for some that no other node
	// hears of.
	Meters *signin.Meters
	// Shown hears of whom somebody is shown, and how many records about people: see
	// Traces.NoteMany. Nil is for whoever is at the machine, where each command leaves its own row.
	Shown func(what Trace, people int64)
}

// Views makes Views. It is safe for concurrent use.
type Views struct{ sources }

// sources are what all Views share.
type sources struct {
	store   grid.Store
	vault   *Vault
	cursors cipher.AEAD
	clock   func() time.Time
	world   *world.World

	tended    func(p events.Privacy, area, without grid.Code) bool
	positions func(Position) error
	eraser    *Eraser
	meters    *signin.Meters
	shown     func(what Trace, people int64)
	finds     *signin.Meter // by account
	opens     *signin.Meter // records shown in the open, by account
	lists     *signin.Meter // records about people shown as the viewer may see them, by account
	counting  sync.Mutex
	totals    *total // the last; guarded by counting
	cache     *tiles.Cache
	encoders  *sync.Pool // of *tiles.Encoder
}

// NewViews returns the maker of Views over the sources.
func NewViews(s Sources) *Views {
	if s.Meters == nil {
		s.Meters = s.Master.Meters(s.Clock)
	}
	return &Views{sources{
		store: witnessed(s.Store, s.Vault, nil), vault: s.Vault, cursors: newAEAD(s.Master.Derive("list cursors")),
		clock: s.Clock, world: s.World, positions: s.Positions,
		cache:    tiles.NewCache(tileBytes),
		eraser:   &Eraser{Store: s.Store, Vault: s.Vault, Journal: s.Journal, Clock: s.Clock},
		meters:   s.Meters,
		shown:    s.Shown,
		tended:   s.Tended,
		finds:    s.Meters.Add("find", findRate),
		opens:    s.Meters.Add("open", openRate),
		lists:    s.Meters.Add("list", listRate),
		encoders: &sync.Pool{New: func() any { return tiles.NewEncoder() }},
	}}
}

// A View is everything that one viewer may see and do, and nothing else. What
// the viewer may not see looks like what is not there. Handlers hold Views, never
// a store or a World. It is safe for concurrent use and costs nothing to make.
type View struct {
	*sources
	viewer *Viewer
	from   string // network address, for rows of the audit
}

// For returns the View of a viewer who asks from a network address, without the port; empty
// for whoever is at the machine.
func (vs *Views) For(viewer *Viewer, from string) *View { return &View{&vs.sources, viewer, from} }

// take takes of what the viewer's account may do so often only, or is a WaitError.
func (v *View) take(of *signin.Meter, count int) error {
	if wait := of.TakeMany(v.meters.Name(v.viewer.account), count, v.meters.Now()); wait > 0 {
		return &WaitError{For: wait}
	}
	return nil
}

// Viewer returns whose View it is.
func (v *View) Viewer() *Viewer { return v.viewer }
