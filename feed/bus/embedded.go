package bus

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// The accounts. A client of one can neither read nor write the subjects of
// another: in the default account a sensor without credentials read our changes.
const (
	changesAccount   = "changes"
	telemetryAccount = "telemetry"
	objectsAccount   = "objects"
)

// maxPayload lets a batch through with room to spare.
const maxPayload = 4 << 20

// An embedded NATS server listens nowhere; only this process reaches it.
type embedded struct {
	*server.Server
	passwords map[string]string // by account, made anew at every start
}

// startEmbedded starts a server with an account and a user of its own for each
// kind of traffic.
func startEmbedded() (*embedded, error) {
	e := &embedded{passwords: make(map[string]string)}
	options := &server.Options{
		ServerName: "quanxi",
		DontListen: true,
		NoSigs:     true,
		NoLog:      true,
		MaxPayload: maxPayload,
	}
	for _, name := range []string{changesAccount, telemetryAccount, objectsAccount} {
		account := server.NewAccount(name)
		e.passwords[name] = rand.Text()
		options.Accounts = append(options.Accounts, account)
		options.Users = append(options.Users, &server.User{Username: name, Password: e.passwords[name], Account: account})
	}
	var err error
	if e.Server, err = server.NewServer(options); err != nil {
		return nil, fmt.Errorf("nats: start: %w", err)
	}
	e.Start()
	if !e.ReadyForConnections(10 * time.Second) {
		e.stop()
		return nil, errors.New("nats: the server in this process did not start within 10 s")
	}
	return e, nil
}

// as returns the options that connect in process to an account.
func (e *embedded) as(account string) []nats.Option {
	return []nats.Option{nats.InProcessServer(e.Server), nats.UserInfo(account, e.passwords[account])}
}

// stop ends the server and waits until it has ended.
func (e *embedded) stop() {
	e.Shutdown()
	e.WaitForShutdown()
}
