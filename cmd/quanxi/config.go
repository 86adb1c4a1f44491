package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"quanxi/access"
	"quanxi/exchange"
	"quanxi/server"
)

// commands is the whole command line: every flag, variable and default.
type commands struct {
	Demo     demoCommand     `cmd:"" help:"A generated town, alive: generate if there is nothing yet, serve, simulate."`
	Serve    serveCommand    `cmd:"" help:"Serve the map."`
	Generate generateCommand `cmd:"" help:"Invent towns from a seed into the store."`
	Simulate simulateCommand `cmd:"" help:"Walk workers and raise events through the public API of a running server."`
	Import   importCommand   `cmd:"" help:"Bring files into the store, whole or not at all, also while a server runs on it."`
	Export   exportCommand   `cmd:"" help:"Write one kind of entities to a file."`
	Backup   backupCommand   `cmd:"" help:"Write a consistent copy of the embedded store."`
	Restore  restoreCommand  `cmd:"" help:"Put a backup in place of the embedded store; a new epoch begins."`
	Audit    auditCommand    `cmd:"" help:"Verify and export the trace of who did what."`
	User     userCommand     `cmd:"" help:"Accounts and posts: who may sign in, and as what."`
	Person   personCommand   `cmd:"" help:"A person's rights: find, show, copy, correct and erase what is held on somebody."`
	Keys     keysCommand     `cmd:"" help:"The master key."`
	Bench    benchCommand    `cmd:"" help:"Measure: a line a figure."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// An invocation is what every command gets besides its flags.
type invocation struct {
	ctx            context.Context
	stdout, stderr io.Writer
}

// storeFlags say where the data is.
type storeFlags struct {
	Data     string `help:"Folder of the embedded store and of the keys." default:"${data}" env:"QUANXI_DATA" type:"path" placeholder:"DIR"`
	Database string `help:"PostgreSQL with PostGIS instead of the embedded store." env:"QUANXI_DATABASE" placeholder:"URL"`
	Key      string `help:"Master key, 64 hexadecimal digits; default: DIR/keys/master, made at the first start." env:"QUANXI_KEY" placeholder:"HEX"`

	wrap func(store) store // put around the store by a measurement; nil for nothing
}

// file returns where the embedded store is.
func (f storeFlags) file() string { return filepath.Join(f.Data, "quanxi.gpkg") }

// masterKey returns the key that unlocks identities.
func (f storeFlags) masterKey() (access.MasterKey, error) {
	if f.Key != "" {
		return access.ParseMasterKey(f.Key)
	}
	return access.MasterKeyFile(f.keyFile())
}

// unlock returns the key that unlocks the identities of the store that the flags
// name. It makes one only where there is nothing yet to unlock.
func (f storeFlags) unlock(ctx context.Context, s store) (access.MasterKey, error) {
	if err := access.ShareKey(ctx, f.keyFolder()); err != nil {
		return access.MasterKey{}, fmt.Errorf("the master key is being changed: %w", err)
	}
	if f.Key == "" && exists(f.nextKeyFile()) {
		return access.MasterKey{}, errRotation
	}
	if f.Key == "" && !exists(f.keyFile()) {
		if err := access.Belongs(ctx, s); err != nil {
			return access.MasterKey{}, fmt.Errorf("%s is missing, put a copy of it there or give QUANXI_KEY: %w", f.keyFile(), err)
		}
	}
	master, err := f.masterKey()
	if err != nil {
		return access.MasterKey{}, err
	}
	return master, access.Claim(ctx, s, master)
}

// keyFile returns where the master key is kept if the environment does not give it.
func (f storeFlags) keyFile() string { return filepath.Join(f.Data, "keys", "master") }

// auditSealsFile returns where the seals of the audit are kept, out of the database's reach.
func (f storeFlags) auditSealsFile() string { return filepath.Join(f.Data, "keys", "seals") }

// scratch returns where files are made that nobody shall find.
func (f storeFlags) scratch() exchange.Scratch { return exchange.Scratch(filepath.Join(f.Data, "tmp")) }

// logFlags say how to log.
type logFlags struct {
	LogLevel  slog.Level `help:"debug, info, warn or error." default:"info" env:"QUANXI_LOG_LEVEL"`
	LogFormat string     `help:"json or text." enum:"json,text" default:"json" env:"QUANXI_LOG_FORMAT"`
}

func (f logFlags) logger(to io.Writer) *slog.Logger {
	options := &slog.HandlerOptions{Level: f.LogLevel}
	if f.LogFormat == "text" {
		return slog.New(slog.NewTextHandler(to, options))
	}
	return slog.New(slog.NewJSONHandler(to, options))
}

// listenFlags say where to answer.
type listenFlags struct {
	Addr         string   `help:"Address to listen on." default:"127.0.0.1:8080" env:"QUANXI_ADDR" placeholder:"HOST:PORT"`
	MetricsAddr  string   `help:"Loopback address for /metrics; empty for none." default:"127.0.0.1:9180" env:"QUANXI_METRICS_ADDR" placeholder:"HOST:PORT"`
	TLSCert      string   `help:"Certificate file." env:"QUANXI_TLS_CERT" type:"existingfile" placeholder:"FILE"`
	TLSKey       string   `help:"Key file of the certificate." env:"QUANXI_TLS_KEY" type:"existingfile" placeholder:"FILE"`
	InsecureHTTP bool     `name:"insecure-http" help:"Listen beyond loopback without TLS: passwords and what people see go over the network as they are." env:"QUANXI_INSECURE_HTTP"`
	Host         []string `help:"Names that the server answers to, beyond loopback." env:"QUANXI_HOST" placeholder:"NAME"`

	Drain time.Duration `help:"How long this server goes on after it was told to stop, no longer ready, so that a balancer before it sends nothing new." default:"0s" env:"QUANXI_DRAIN" placeholder:"SPAN"`

	Supervisor supervisor `name:"notify-socket" help:"Socket of the supervisor that started this server and is told when it is ready and when it stops, as systemd has it (Type=notify)." env:"NOTIFY_SOCKET" placeholder:"PATH"`

	TrustedProxies []string       `help:"Networks of proxies before this server, which are believed when they say for whom they ask (X-Forwarded-For and X-Forwarded-Proto)." env:"QUANXI_TRUSTED_PROXIES" placeholder:"CIDR"`
	Rates          map[string]int `help:"Most requests a second, ten seconds' worth at once: ${rates}; 0 for no limit." env:"QUANXI_RATES" mapsep:"," placeholder:"NAME=N"`
}

var errExposed = errors.New("refused")

// check refuses addresses that would show passwords and the city to the network.
func (f listenFlags) check() error {
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return fmt.Errorf("--tls-cert and --tls-key belong together: %w", errExposed)
	}
	for flag, addr := range map[string]string{"--addr": f.Addr, "--metrics-addr": f.MetricsAddr} {
		if _, _, err := net.SplitHostPort(addr); addr != "" && err != nil {
			return fmt.Errorf("%s: %w", flag, err)
		}
	}
	if _, err := f.proxies(); err != nil {
		return err
	}
	if _, err := f.rates(); err != nil {
		return err
	}
	if f.MetricsAddr != "" && !server.Loopback(f.MetricsAddr) {
		return fmt.Errorf("--metrics-addr %s is not on loopback: %w", f.MetricsAddr, errExposed)
	}
	if !server.Loopback(f.Addr) && !f.InsecureHTTP && f.TLSCert == "" {
		return fmt.Errorf("--addr %s is not on loopback: give --tls-cert and --tls-key, "+
			"or --insecure-http to send passwords over the network as they are: %w", f.Addr, errExposed)
	}
	return nil
}

// proxies returns the networks whose word counts.
func (f listenFlags) proxies() (server.Proxies, error) {
	var all server.Proxies
	for _, text := range f.TrustedProxies {
		network, err := netip.ParsePrefix(text)
		if at, single := netip.ParseAddr(text); single == nil {
			network, err = at.Prefix(at.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxies: %.60q is no network, such as 10.1.0.0/16", text)
		}
		all = append(all, network.Masked())
	}
	return all, nil
}

// rates returns how fast one may ask.
func (f listenFlags) rates() (server.Rates, error) {
	all, err := server.DefaultRates().With(f.Rates)
	if err != nil {
		return nil, fmt.Errorf("--rates: %w", err)
	}
	return all, nil
}

// hosts returns the names to answer to; none means loopback names.
func (f listenFlags) hosts() []string {
	if len(f.Host) == 0 && !server.Loopback(f.Addr) {
		return []string{"*"}
	}
	var names []string
	for _, h := range f.Host {
		names = append(names, strings.ToLower(h))
	}
	if len(names) > 0 {
		names = append(names, "localhost", "127.0.0.1", "::1")
	}
	return names
}

// secure returns the TLS settings, nil for plain HTTP.
func (f listenFlags) secure() (*tls.Config, error) {
	if f.TLSCert == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(f.TLSCert, f.TLSKey)
	if err != nil {
		return nil, fmt.Errorf("tls: %w", err)
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}}, nil
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(in *invocation) error {
	_, err := fmt.Fprintln(in.stdout, "quanxi", version)
	return err
}

// exists reports whether there is a file.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
