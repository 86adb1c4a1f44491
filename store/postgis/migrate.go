package postgis

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"quanxi/feed"
	"quanxi/store"
)

//go:embed migrations/*.sql
var migrations embed.FS

// ErrServer reports a server that this program cannot work with, and why.
var ErrServer = errors.New("unsuitable database server")

// migrationLock keeps nodes that start together from migrating together.
const migrationLock = 0x7175616e7869

// migrate checks the server and brings the schema up to date.
func (s *Store) migrate(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, s.direct.Copy())
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if err := checkServer(ctx, conn); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLock)); err != nil {
		return err
	}
	if err := checkSchema(ctx, conn); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "CREATE SCHEMA IF NOT EXISTS quanxi"); err != nil {
		return err
	}
	if err := s.migrateTables(ctx); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if s.layouts, err = store.Layouts(layoutOf); err != nil {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return makeKinds(ctx, tx) })
}

// checkSchema refuses a database that a newer program has brought up to date, before
// anything is changed in it.
func checkSchema(ctx context.Context, conn *pgx.Conn) error {
	var migrated, made int64
	for table, query := range map[string]struct {
		text string
		to   *int64
	}{
		"quanxi.migrations":   {"SELECT COALESCE(max(version_id), 0) FROM quanxi.migrations", &migrated},
		"quanxi.installation": {"SELECT schema FROM quanxi.installation", &made},
	} {
		var there bool
		if err := conn.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&there); err != nil {
			return err
		}
		if !there {
			continue
		}
		if err := conn.QueryRow(ctx, query.text).Scan(query.to); err != nil {
			return err
		}
	}
	newest, err := newestMigration()
	if err != nil {
		return err
	}
	if err := store.CheckSchema(migrated, newest); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return store.CheckSchema(made, store.SchemaVersion)
}

// newestMigration returns the number of the last one that this program knows.
func newestMigration() (number int64, err error) {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	for _, name := range files {
		n, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		number = max(number, n)
	}
	return number, err
}

// checkServer wants PostgreSQL 15 and PostGIS 3.3, which it installs if it may.
func checkServer(ctx context.Context, conn *pgx.Conn) error {
	var version int
	if err := conn.QueryRow(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return err
	}
	if version < 150000 {
		return fmt.Errorf("%w: PostgreSQL is version %d, at least 15 is needed", ErrServer, version/10000)
	}
	if _, err := conn.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS postgis"); err != nil {
		return fmt.Errorf("%w: PostGIS is missing; as a superuser run CREATE EXTENSION postgis: %w", ErrServer, err)
	}
	var major, minor int
	err := conn.QueryRow(ctx, `SELECT split_part(v, '.', 1)::int, split_part(v, '.', 2)::int
		FROM (SELECT extversion AS v FROM pg_extension WHERE extname = 'postgis') e`).Scan(&major, &minor)
	if err != nil {
		return err
	}
	if major < 3 || major == 3 && minor < 3 {
		return fmt.Errorf("%w: PostGIS is version %d.%d, at least 3.3 is needed", ErrServer, major, minor)
	}
	return nil
}

func (s *Store) migrateTables(ctx context.Context) error {
	folder, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	table, err := database.NewStore(database.DialectPostgres, "quanxi.migrations")
	if err != nil {
		return err
	}
	db := sql.OpenDB(stdlib.GetConnector(*s.direct.Copy()))
	provider, err := goose.NewProvider("", db, folder, goose.WithStore(table))
	if err != nil {
		return errors.Join(err, db.Close())
	}
	_, err = provider.Up(ctx)
	return errors.Join(err, provider.Close())
}

// makeKinds makes the tables and views of all kinds, and adds the columns that
// kinds have gained. It does nothing if the same definition made them before.
func makeKinds(ctx context.Context, tx pgx.Tx) error {
	var all []string
	for _, kind := range feed.Kinds() {
		e, err := feed.New(kind)
		if err != nil {
			return err
		}
		statements, err := definition(e)
		if err != nil {
			return err
		}
		all = append(all, statements...)
	}
	made := fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(all, "\n"))))
	var found string
	if _, err := tx.Exec(ctx, "UPDATE quanxi.installation SET schema = $1 WHERE schema < $1", store.SchemaVersion); err != nil {
		return err
	}
	if err := tx.QueryRow(ctx, "SELECT digest FROM quanxi.kinds").Scan(&found); err != nil || found == made {
		return err
	}
	for _, query := range all {
		if _, err := tx.Exec(ctx, query); err != nil {
			return fmt.Errorf("%w in %.60q", err, query)
		}
	}
	_, err := tx.Exec(ctx, "UPDATE quanxi.kinds SET digest = $1", made)
	return err
}
