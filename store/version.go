package store

import "quanxi/grid"

// A Version is one stored row of an entity, without its fields.
type Version struct {
	ID       int64
	Revision int64 // as stored; see Effective
	External string
	Removed  bool // a tombstone
	// Load is the bulk load that brought the row; zero for an ordinary write.
	Load int64
	// ReplacedBy is the load that puts another row in this one's place; zero if
	// none does, and -Load for a row that is out of use for ever. It is unique
	// among the rows of an entity.
	ReplacedBy int64
	Own        LoadMark // of Load
	By         LoadMark // of ReplacedBy
}

// A LoadMark is what a row needs to know of a load.
type LoadMark struct {
	State grid.LoadState // empty if there is no load
	Bump  int64          // zero unless the load was undone
	// Marked reports, of the load that brought the row, that some row of it was
	// edited; of the load that replaces the row, that some row it replaces was.
	Marked bool
}

func (m LoadMark) dead() bool { return m.State == grid.LoadUndone || m.State == grid.LoadAborted }

// Effective returns the revision that readers see.
func (v *Version) Effective() int64 { return v.Revision + v.Own.Bump + v.By.Bump }

// shown reports whether readers see the row, if only as a tombstone.
func (v *Version) shown() bool {
	brought := v.Load == 0 || v.Own.State == grid.LoadLive
	stays := v.ReplacedBy == 0 || v.ReplacedBy > 0 && v.By.State != grid.LoadLive
	return brought && stays
}

// A State is what a store knows of the entities that a plan touches. The plan
// keeps it up to date, so that a later part of a write sees an earlier one.
type State struct {
	rows    map[key][]*Version
	holders map[external]int64
	pending map[*Version]*Row // inserted by the plan itself
}

type key struct {
	kind grid.Kind
	id   int64
}

type external struct {
	kind grid.Kind
	id   string
}

// ScanVersion reads a row of the columns of Version, those of Own and By last.
func ScanVersion(row interface{ Scan(...any) error }) (v Version, err error) {
	err = row.Scan(&v.ID, &v.Revision, &v.External, &v.Removed, &v.Load, &v.ReplacedBy,
		&v.Own.State, &v.Own.Bump, &v.Own.Marked, &v.By.State, &v.By.Bump, &v.By.Marked)
	return v, err
}

// NewState returns an empty state.
func NewState() *State {
	return &State{map[key][]*Version{}, map[external]int64{}, map[*Version]*Row{}}
}

// Add notes a stored row. A row that is not replaced and not removed holds its
// external id.
func (s *State) Add(kind grid.Kind, v Version) {
	k := key{kind, v.ID}
	s.rows[k] = append(s.rows[k], &v)
	s.hold(kind, &v)
}

func (s *State) hold(kind grid.Kind, v *Version) {
	if v.External != "" && v.ReplacedBy == 0 && !v.Removed {
		s.holders[external{kind, v.External}] = v.ID
	}
}

func (s *State) release(kind grid.Kind, v *Version) {
	e := external{kind, v.External}
	if v.ReplacedBy == 0 && s.holders[e] == v.ID {
		delete(s.holders, e)
	}
}

// Holder returns the id of the entity that holds an external id.
func (s *State) Holder(kind grid.Kind, externalID string) (int64, bool) {
	id, ok := s.holders[external{kind, externalID}]
	return id, ok
}

// shown returns the row that readers see, tombstones included, or nil.
func (s *State) shown(kind grid.Kind, id int64) *Version {
	for _, v := range s.rows[key{kind, id}] {
		if v.shown() {
			return v
		}
	}
	return nil
}

// current returns the row that nothing replaces, or nil.
func (s *State) current(kind grid.Kind, id int64) *Version {
	for _, v := range s.rows[key{kind, id}] {
		if v.ReplacedBy == 0 {
			return v
		}
	}
	return nil
}

// top returns the highest revision that the entity ever had, and zero if there
// never was one.
func (s *State) top(kind grid.Kind, id int64) int64 {
	var top int64
	for _, v := range s.rows[key{kind, id}] {
		top = max(top, v.Effective())
	}
	return top
}

// Knows reports whether rows of an entity were added.
func (s *State) Knows(kind grid.Kind, id int64) bool { return len(s.rows[key{kind, id}]) > 0 }
