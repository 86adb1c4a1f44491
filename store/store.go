// Package store holds what both stores share: which of the stored versions of an
// entity is the live one, and what a write or a bulk load does to them.
//
// It knows no SQL, no files and no network: a store reads versions into a State,
// lets a Plan decide, and carries out the plan's rows in order.
//
// # Versions
//
// An entity has one row, until a bulk load replaces it. The load puts a new row
// beside the old one, marks the old as replaced by the load, and both stay:
// which of them readers see depends on the state of the load alone, so that one
// small update of the load's row flips half a million entities, and flips them
// back. An edit changes the row that readers see, in place, and leaves a mark on
// the loads concerned: a load whose rows were edited cannot be undone, and one
// that would replace a row that was edited meanwhile cannot commit.
//
// Revisions never restart. An undone load makes rows reappear whose revision is
// lower than what was seen since; the load's Bump is added to theirs.
package store
