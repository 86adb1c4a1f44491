package gpkg

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"strconv"

	"modernc.org/sqlite"

	"quanxi/geo"
	"quanxi/geo/wkb"
	"quanxi/store"
)

// connector opens connections that know our functions. A driver of its own keeps them
// from every other SQLite user of the process.
type connector struct{ dsn string }

// Connect opens one connection.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.open() }

func (c connector) open() (driver.Conn, error) {
	d := new(sqlite.Driver)
	err := errors.Join(
		d.RegisterScalarFunction(writerFunction, 0,
			func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) { return int64(1), nil }),
		d.RegisterDeterministicScalarFunction(meetsFunction, 5,
			func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) { return meetsValue(args) }))
	if err != nil {
		return nil, err
	}
	return d.Open(c.dsn)
}

// meetsFunction reports whether a geometry, or a place written as text, meets a box: its
// other arguments are west, south, east and north on the lattice.
const meetsFunction = "quanxi_meets"

func meetsValue(args []driver.Value) (driver.Value, error) {
	var corners [4]int32
	for i := range corners {
		n, _ := args[i+1].(int64)
		corners[i] = int32(n)
	}
	env := geo.Envelope{Min: geo.Point{Lon: corners[0], Lat: corners[1]}, Max: geo.Point{Lon: corners[2], Lat: corners[3]}}
	var around geo.Envelope
	var there bool
	var err error
	switch v := args[0].(type) {
	case []byte:
		around, there, err = wkb.EnvelopeGP(v)
	case string:
		var place geo.Point
		place, err = store.ParsePoint(v)
		around, there = place.Envelope()
	}
	return there && around.Meets(env), err
}

// Driver returns a plain driver; database/sql asks for it by contract.
func (connector) Driver() driver.Driver { return new(sqlite.Driver) }

// busyTimeout is how many milliseconds a connection waits for the lock of another.
const busyTimeout = 10_000

// dsn names the file and the settings of every connection. A writer waits for
// the lock of another process, and leaves nothing of deleted rows in the file. No
// connection makes a missing file: it may have been put aside for a restore.
func dsn(path, more string) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "mode=rw&_pragma=busy_timeout(" + strconv.Itoa(busyTimeout) + ")&_pragma=journal_mode(WAL)" +
		"&_pragma=synchronous(FULL)&_pragma=secure_delete(ON)&_pragma=cache_size(-32000)&_pragma=temp_store(MEMORY)" + more}
	return u.String()
}

// openFile reads what is in the file itself, whatever the log beside it says. A store is
// looked at in no other way than through SQLite: the locks on a file are the process's, and
// closing any other handle of it gives them up.
func openFile(path string) *sql.DB {
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: "mode=ro&immutable=1"}
	return sql.OpenDB(connector{u.String()})
}
