// Command quanxi is the holographic grid map server: one binary that serves,
// generates, simulates, imports, backs up and measures.
//
// This package is the only one that knows all the others.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"quanxi/server"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the linker for releases.
var version = "dev"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if err != nil {
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			err = errors.New("stopped before it was done")
		}
		fmt.Fprintln(os.Stderr, "quanxi:", oneLine(err))
		os.Exit(1)
	}
}

// run parses the command line and runs the chosen command until it is done or
// ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	var cli commands
	parser, err := kong.New(&cli, kong.Name("quanxi"),
		kong.Description("Quanxi 全息: the holographic grid map server."),
		kong.Vars{"version": version, "data": "quanxi-data", "rates": server.DefaultRates().String()},
		kong.UsageOnError(), kong.Writers(stdout, stderr))
	if err != nil {
		return err
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return err
	}
	return chosen.Run(&invocation{ctx: ctx, stdout: stdout, stderr: stderr})
}

// oneLine tells the reason for an end in one line, as a supervisor's log needs it.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
