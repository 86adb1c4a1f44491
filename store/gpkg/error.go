package gpkg

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"quanxi/grid"
)

// classify adds the sentinel that an error of SQLite stands for. The error of a
// unique index says nothing of the value, which may be somebody's.
func classify(err error) error {
	var broken *sqlite.Error
	if !errors.As(err, &broken) {
		return err
	}
	switch broken.Code() & 0xff {
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED,
		sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", grid.ErrUnavailable, err)
	case sqlite3.SQLITE_CONSTRAINT:
		if strings.Contains(broken.Error(), ".external") {
			return &grid.FieldError{Field: "external", Why: "is taken"}
		}
		return fmt.Errorf("%w: %w", grid.ErrConflict, err)
	}
	return err
}

// notFound says in our words that a query found no row.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return grid.ErrNotFound
	}
	return err
}
