package postgis_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"quanxi/store/postgis"
	"quanxi/store/postgis/pgtest"
	"quanxi/store/storetest"
)

func TestPostGIS(t *testing.T) {
	server := pgtest.Start(t)
	for name, part := range map[string]func(*testing.T, *pgtest.Server){
		"the contract":                        contract,
		"a load through many readers":         stretches,
		"the audit":                           auditing,
		"an outage":                           outage,
		"transactions that block publication": blockers,
		"a relay that lost its lock":          lostLock,
		"a copied database is another epoch":  epochs,
		"loads of dead processes":             sweeping,
		"what other tools see":                sql,
		"an unsuitable server":                unsuitable,
		"a lock that is not given back":       lockTimeout,
	} {
		t.Run(name, func(t *testing.T) { part(t, server) })
	}
}

func contract(t *testing.T, server *pgtest.Server) {
	storetest.Run(t, func(t *testing.T) storetest.Place {
		url := server.Database(t)
		return storetest.Place{
			Open: func(t *testing.T) storetest.Store { return open(t, url) },
			Audit: func(t *testing.T, action string) int {
				var n int
				if err := foreign(t, url).QueryRow(t.Context(), "SELECT count(*) FROM quanxi.audit WHERE action = $1", action).Scan(&n); err != nil {
					t.Fatal(err)
				}
				return n
			},
			Tamper: func(t *testing.T, query string) int64 {
				conn := foreign(t, url)
				defer func() { _ = conn.Close(t.Context()) }()
				if _, err := conn.Exec(t.Context(), "SET session_replication_role = replica"); err != nil {
					t.Fatal(err)
				}
				tag, err := conn.Exec(t.Context(), strings.ReplaceAll(query, "AUDIT", "quanxi.audit"))
				if err != nil {
					t.Fatalf("%s: %v", query, err)
				}
				return tag.RowsAffected()
			},
		}
	})
}

func open(t *testing.T, url string) *postgis.Store {
	t.Helper()
	s, err := postgis.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// foreign connects as another program would.
func foreign(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	return conn
}
