package gpkg

import (
	"context"
	"database/sql/driver"
	"net/url"
	"strconv"

	"modernc.org/sqlite"
)

// connector opens connections that know the function of our triggers. A driver
// of its own keeps the function from every other SQLite user of the process.
type connector struct{ dsn string }

// Connect opens one connection.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.open() }

func (c connector) open() (driver.Conn, error) {
	d := new(sqlite.Driver)
	err := d.RegisterScalarFunction(writerFunction, 0,
		func(*sqlite.FunctionContext, []driver.Value) (driver.Value, error) { return int64(1), nil })
	if err != nil {
		return nil, err
	}
	return d.Open(c.dsn)
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
