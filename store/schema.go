package store

import (
	"errors"
	"fmt"
)

// SchemaVersion is to be raised with every change of the tables, or of what the kinds of
// entities hold: a store says of which version it is, and an older program does not touch
// it. A test says when.
const SchemaVersion = 2

// ErrNewer reports a store that a newer version of the program has brought up to date: it
// holds what this one would not know to keep.
var ErrNewer = errors.New("made by a newer version of quanxi: start that one, or restore a backup from before it")

// CheckSchema returns an error that wraps ErrNewer if the version that a store says is
// above what this program knows.
func CheckSchema(found, known int64) error {
	if found > known {
		return fmt.Errorf("the store is of version %d, this program knows up to %d: %w", found, known, ErrNewer)
	}
	return nil
}
