package postgis

import (
	"github.com/jackc/pgx/v5"

	"quanxi/store"
)

var dialect = store.Dialect{Table: rowTable, Loads: "quanxi.loads", Kept: "NOT removed", Arg: "$1"}

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
