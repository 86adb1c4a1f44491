// Package pgtest starts throw-away PostgreSQL servers with PostGIS for tests,
// from the binaries of the system, and can stop and start them again to play an
// outage.
//
// It knows nothing of our tables.
package pgtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// ErrMissing reports that the system lacks PostgreSQL or PostGIS, and says how
// to get it.
var ErrMissing = errors.New("no PostgreSQL with PostGIS here: apt-get install -y postgresql postgis postgresql-postgis")

// patience is how long a server may take to start or stop.
const patience = 60 * time.Second

// template is the database that new ones are copied from.
const template = "with_postgis"

// A Server is one cluster in a folder of its own, on a port of its own, with
// fsync on. Its methods are safe for concurrent use, except Stop, Crash and Start.
type Server struct {
	bin, dir  string
	port      int
	as        *syscall.Credential // nil: as ourselves
	leash     io.WriteCloser      // the server ends when it closes
	done      chan error          // of the process under the leash
	databases atomic.Int32
}

// Start makes and starts a server, which ends with the test. It never skips:
// without PostgreSQL the test fails with the command that installs it.
func Start(t testing.TB) *Server {
	t.Helper()
	s, err := New(t.Context())
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return s
}

// New makes and starts a server. Call Close.
func New(ctx context.Context) (*Server, error) {
	s := new(Server)
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.remove())
	}
	if err := s.Start(ctx); err != nil {
		return nil, errors.Join(err, s.remove())
	}
	if err := s.makeTemplate(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) prepare(ctx context.Context) (err error) {
	if s.bin, err = binaries(); err != nil {
		return err
	}
	if s.dir, err = os.MkdirTemp("", "quanxi-pg-"); err != nil {
		return err
	}
	if os.Getuid() == 0 { // initdb refuses root
		if err := s.becomePostgres(); err != nil {
			return err
		}
	}
	if s.port, err = freePort(); err != nil {
		return err
	}
	initdb := exec.CommandContext(ctx, filepath.Join(s.bin, "initdb"), "--pgdata", s.data(), "--auth", "trust",
		"--username", "quanxi", "--encoding", "UTF8", "--locale", "C.UTF-8")
	initdb.Dir, initdb.SysProcAttr = s.dir, &syscall.SysProcAttr{Credential: s.as}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	return nil
}

func (s *Server) data() string { return filepath.Join(s.dir, "data") }

// binaries returns the folder of the newest PostgreSQL.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return "", ErrMissing
	}
	version := func(path string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path)))) // zero sorts first
		return n
	}
	return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })), nil
}

func (s *Server) becomePostgres() error {
	u, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrMissing, err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return err
	}
	s.as = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(s.dir, int(uid), int(gid))
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// leashed runs the server until a line names the signal to end it with, or the
// pipe closes because this process is no more.
const leashed = `"$@" & server=$!; read -r how; kill -"${how:-QUIT}" $server; wait $server; [ -n "$how" ] || rm -rf "$DIR"`

// Start starts a server that was stopped, and returns when it answers.
func (s *Server) Start(ctx context.Context) error {
	logs, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer logs.Close()
	cmd := exec.Command("sh", "-c", leashed, "sh", filepath.Join(s.bin, "postgres"), "-D", s.data(), "-p", strconv.Itoa(s.port),
		"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=60", "-c", "shared_buffers=256MB")
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, append(os.Environ(), "DIR="+s.dir), logs, logs
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.as, Setpgid: true}
	if s.leash, err = cmd.StdinPipe(); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.done = make(chan error, 1)
	go func(done chan<- error) { done <- cmd.Wait() }(s.done)
	return s.awaitAnswer(ctx)
}

func (s *Server) awaitAnswer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, s.URL("postgres"))
		if err == nil {
			return conn.Close(ctx)
		}
		select {
		case <-tick.C:
		case died := <-s.done:
			out, _ := os.ReadFile(filepath.Join(s.dir, "log"))
			return fmt.Errorf("server ended: %w: %s", errors.Join(died, err), out)
		case <-ctx.Done():
			return fmt.Errorf("server does not answer: %w", err)
		}
	}
}

// Stop ends the server in order: transactions under way are rolled back.
func (s *Server) Stop() error { return s.end("INT") }

// Crash ends the server as a loss of power would.
func (s *Server) Crash() error { return s.end("QUIT") }

func (s *Server) end(signal string) error {
	if s.leash == nil {
		return nil
	}
	_, err := io.WriteString(s.leash, signal+"\n")
	err = errors.Join(err, s.leash.Close())
	s.leash = nil
	select {
	case <-s.done: // its exit code says only that it was told to end
		return err
	case <-time.After(patience):
		return errors.Join(err, errors.New("server does not end"))
	}
}

// Close ends the server and removes all that it wrote.
func (s *Server) Close() error { return errors.Join(s.Crash(), s.remove()) }

func (s *Server) remove() error {
	if s.dir == "" {
		return nil
	}
	return os.RemoveAll(s.dir)
}

// URL returns the address of a database. Its user may do everything.
func (s *Server) URL(database string) string {
	return fmt.Sprintf("postgres://quanxi@127.0.0.1:%d/%s?sslmode=disable", s.port, database)
}

func (s *Server) makeTemplate(ctx context.Context) error {
	if err := s.Exec(ctx, "postgres", "CREATE DATABASE "+template); err != nil {
		return err
	}
	if err := s.Exec(ctx, template, "CREATE EXTENSION postgis"); err != nil {
		return fmt.Errorf("%w: %w", ErrMissing, err)
	}
	return nil
}

// Exec runs one statement in a database, on a connection of its own.
func (s *Server) Exec(ctx context.Context, database, query string) error {
	conn, err := pgx.Connect(ctx, s.URL(database))
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, query)
	return errors.Join(err, conn.Close(ctx))
}

// Dump writes a database as pg_dump does.
func (s *Server) Dump(ctx context.Context, database string, to io.Writer) error {
	var said bytes.Buffer
	dump := exec.CommandContext(ctx, filepath.Join(s.bin, "pg_dump"), s.URL(database))
	dump.Stdout, dump.Stderr = to, &said
	if err := dump.Run(); err != nil {
		return fmt.Errorf("pg_dump: %w\n%s", err, &said)
	}
	return nil
}

// Fill runs what pg_dump wrote in a database that is empty. What psql reads up to the end of its
// input stays there, be it half of a dump.
func (s *Server) Fill(ctx context.Context, database string, dump io.Reader) error {
	psql := exec.CommandContext(ctx, filepath.Join(s.bin, "psql"), "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", s.URL(database))
	psql.Stdin = dump
	if out, err := psql.CombinedOutput(); err != nil {
		return fmt.Errorf("psql: %w\n%s", err, out)
	}
	return nil
}

// Database makes an empty database with PostGIS and returns its address.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("test_%d", s.databases.Add(1))
	if err := s.Exec(t.Context(), "postgres", "CREATE DATABASE "+name+" TEMPLATE "+template); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return s.URL(name)
}
