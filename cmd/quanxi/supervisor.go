package main

import (
	"context"
	"net"
	"time"

	"quanxi/server"
)

// supervisorBeat is how often is looked whether the supervisor has something to hear.
const supervisorBeat = 100 * time.Millisecond

// A supervisor started this process and hears how it stands: a service manager that speaks as
// systemd does (Type=notify). Its name is that of a socket; one without a name hears nothing.
type supervisor string

// follow tells how the node stands, whenever that is otherwise than before, until ctx ends.
// Whoever starts one node after the other by `systemctl restart` so waits for each.
func (s supervisor) follow(ctx context.Context, status func() server.NodeStatus) error {
	tick := time.NewTicker(supervisorBeat)
	defer tick.Stop()
	for told := ""; ; {
		said := "STATUS=ready\nREADY=1"
		if now := status(); !now.Ready() {
			said = "STATUS=" + now.Why()
		}
		if said != told {
			if err := s.tell(said); err != nil {
				return err
			}
			told = said
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// tell says something in the words of sd_notify(3).
func (s supervisor) tell(text string) error {
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: string(s), Net: "unixgram"})
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = conn.Write([]byte(text))
	return err
}
