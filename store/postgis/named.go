package postgis

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"quanxi/grid"
)

// standing selects the rows that readers see, and those that an open load is about
// to show them.
const standing = `NOT removed AND (load = 0 OR load IN (SELECT l.id FROM quanxi.loads l WHERE l.state IN ('live', 'open')))
	AND (replaced_by = 0 OR replaced_by > 0 AND replaced_by NOT IN (SELECT l.id FROM quanxi.loads l WHERE l.state = 'live'))`

// queueUnnamed makes the batch fail with a grid.InUseError if something still names
// what was removed. Its rows are locked: who names it waits, and finds it gone.
func queueUnnamed(batch *pgx.Batch, ref grid.Ref) {
	queueLinks(batch, ref, fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM %%s WHERE %%q = $1 AND %s)", standing), ref.ID)
}

// queueUnnamedBeside makes the batch fail if something outside a load names what only
// the load has brought.
func queueUnnamedBeside(batch *pgx.Batch, load int64) {
	for _, kind := range grid.Kinds() {
		brought := fmt.Sprintf("SELECT id FROM %s WHERE load = $1 AND id NOT IN (SELECT id FROM %[1]s WHERE replaced_by = $1 AND NOT removed)", rowTable(kind))
		query := fmt.Sprintf("SELECT EXISTS (SELECT 1 FROM %%s WHERE %%q IN (%s) AND load <> $1 AND %s)", brought, standing)
		queueLinks(batch, grid.Ref{Kind: kind}, query, load)
	}
}

// queueLinks asks a query about the table and column of every link to a kind.
func queueLinks(batch *pgx.Batch, ref grid.Ref, query string, arg int64) {
	for _, l := range grid.Links() {
		if l.To != ref.Kind {
			continue
		}
		batch.Queue(fmt.Sprintf(query, rowTable(l.Kind), l.Column), arg).QueryRow(func(row pgx.Row) error {
			var named bool
			if err := row.Scan(&named); err != nil || !named {
				return err
			}
			return &grid.InUseError{Ref: ref, By: l.Kind}
		})
	}
}

// queueReturnsWhole makes the batch fail with a grid.GoneError if something that an
// undone load had replaced comes back and names what is not there.
func queueReturnsWhole(batch *pgx.Batch, load int64) {
	for _, l := range grid.Links() {
		query := fmt.Sprintf(`SELECT EXISTS (SELECT 1 FROM %s r WHERE r.replaced_by = $1 AND NOT r.removed AND r.%q <> 0
			AND r.%[2]q NOT IN (SELECT id FROM %[3]s WHERE %[4]s))`, rowTable(l.Kind), l.Column, rowTable(l.To), shown)
		batch.Queue(query, load).QueryRow(func(row pgx.Row) error {
			var broken bool
			if err := row.Scan(&broken); err != nil || !broken {
				return err
			}
			return &grid.GoneError{Link: l}
		})
	}
}
