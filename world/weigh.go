package world

import "quanxi/grid"

// Bytes returns what the records of the main kinds hold in memory, by kind: rows
// and the way from id to slot, without geometry, words and trees. It is slow.
func (s *Snapshot) Bytes() map[grid.Kind]int64 {
	return map[grid.Kind]int64{
		grid.Buildings:  s.buildings.register.bytes() + s.buildings.rows.bytes(),
		grid.Dwellings:  s.dwellings.register.bytes() + s.dwellings.rows.bytes(),
		grid.Households: s.households.register.bytes() + s.households.rows.bytes(),
		grid.People:     s.people.register.bytes() + s.people.rows.bytes(),
	}
}
