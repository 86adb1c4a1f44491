package postgis

import (
	"fmt"

	"github.com/jackc/pgx/v5"

	"quanxi/grid"
	"quanxi/store"
)

var dialect = store.Dialect{Table: rowTable, Loads: "quanxi.loads", Over: "quanxi.load_over", Kept: "NOT removed", Arg: "$1"}

// queueChecks makes the batch fail with the error of the first check that fails.
func queueChecks(batch *pgx.Batch, checks []store.LinkCheck, arg int64) {
	for _, c := range checks {
		batch.Queue(c.Query, arg).QueryRow(func(row pgx.Row) error {
			var fails bool
			if err := row.Scan(&fails); err != nil || !fails {
				return err
			}
			return c.Err
		})
	}
}

// holdNamed waits for those who remove what a load names, and has others wait until it is
// live: the checks that follow see what has gone. What the load brings itself nobody removes.
func holdNamed(batch *pgx.Batch, load int64) {
	for _, l := range grid.Links() {
		batch.Queue(fmt.Sprintf(`SELECT 1 FROM %s WHERE load <> $1 AND id IN (SELECT r.%[2]q FROM %[3]s r WHERE r.load = $1 AND r.load <> 0 AND r.%[2]q <> 0)
			ORDER BY id, replaced_by FOR KEY SHARE`, rowTable(l.To), l.Column, rowTable(l.Kind)), load)
	}
}
