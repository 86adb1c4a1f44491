package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"quanxi/events/simulate"
)

// lifeFlags say how lively the town is.
type lifeFlags struct {
	LifeSeed uint64        `help:"Seed of what happens." default:"1" env:"QUANXI_LIFE_SEED"`
	Walkers  int           `help:"The most workers that walk." default:"200" env:"QUANXI_WALKERS"`
	Events   time.Duration `help:"Mean time between new events." default:"10s" env:"QUANXI_EVENTS"`
	Homes    time.Duration `help:"Mean time between homes that change hands." default:"20s" env:"QUANXI_HOMES"`
}

type simulateCommand struct {
	lifeFlags
	logFlags
	Server string `help:"Server to live in." default:"http://127.0.0.1:8080" env:"QUANXI_SERVER" placeholder:"URL"`
	Token  string `help:"Token of an account with posts where things are to happen." env:"QUANXI_TOKEN" placeholder:"TOKEN"`
}

// Run lives in the town until it is stopped.
func (c *simulateCommand) Run(in *invocation) error {
	return c.live(in.ctx, c.Server, c.Token, c.logger(in.stderr))
}

func (f lifeFlags) live(ctx context.Context, server, token string, log *slog.Logger) error {
	web := &http.Client{Timeout: 10 * time.Second}
	defer web.CloseIdleConnections()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	return simulate.New(web, simulate.Options{
		URL: strings.TrimSuffix(server, "/"), Token: token, Seed: f.LifeSeed,
		Workers: f.Walkers, Events: f.Events, Homes: f.Homes, Log: log,
	}).Run(ctx, tick.C)
}
