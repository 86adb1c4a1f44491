package feedload

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sys/unix"
)

// screens are all open screens of the process. One goroutine reads them all and sleeps
// while none has anything: on the machine that is measured, a goroutine a screen took a
// third of the processors from what is measured.
type screens struct {
	list  []*screen
	epoll int
	stop  int           // an eventfd that ends the reading
	ended chan struct{} // closed when nothing is read any more
}

// open connects all screens, and returns when each has got the tiles of its look.
func open(ctx context.Context, c Config) (*screens, error) {
	s := &screens{list: make([]*screen, c.Screens), ended: make(chan struct{})}
	opening, ctx := errgroup.WithContext(ctx)
	opening.SetLimit(max(1, c.Opening))
	if c.Opening == 0 {
		opening.SetLimit(64)
	}
	for i := range s.list {
		opening.Go(func() (err error) {
			s.list[i], err = openScreen(ctx, c, c.Looks[i%len(c.Looks)])
			return err
		})
	}
	if err := opening.Wait(); err != nil {
		return nil, err
	}
	if err := s.watch(); err != nil {
		return nil, fmt.Errorf("screens: %w", err)
	}
	go s.read()
	return s, nil
}

// watch has the system say which screens have something.
func (s *screens) watch() (err error) {
	if s.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return err
	}
	if s.stop, err = unix.Eventfd(0, unix.EFD_CLOEXEC); err != nil {
		return err
	}
	err = s.add(s.stop, -1)
	for i, one := range s.list {
		err = errors.Join(err, s.add(one.fd, int32(i)))
	}
	return err
}

// add has events on a descriptor carry a number, in the field that is meant for it.
func (s *screens) add(fd int, number int32) error {
	return unix.EpollCtl(s.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: number})
}

// read takes what comes until stop is written to.
func (s *screens) read() {
	defer close(s.ended)
	events, buf := make([]unix.EpollEvent, 256), make([]byte, 64<<10)
	for {
		n, err := unix.EpollWait(s.epoll, events, -1)
		if err != nil && !errors.Is(err, unix.EINTR) {
			panic(fmt.Sprintf("epoll: %v", err)) // only a descriptor of ours that is none
		}
		for _, e := range events[:max(n, 0)] {
			if e.Fd < 0 {
				return
			}
			one := s.list[e.Fd]
			if one.err = one.read(buf); one.err != nil {
				_ = unix.EpollCtl(s.epoll, unix.EPOLL_CTL_DEL, one.fd, nil) // it is ours, and in
			}
		}
	}
}

// close ends all connections and adds up what they got. The error is that of the
// first screen that had ended before.
func (s *screens) close() (Totals, error) {
	if _, err := unix.Write(s.stop, []byte{1, 0, 0, 0, 0, 0, 0, 0}); err != nil {
		return Totals{}, fmt.Errorf("screens: %w", err)
	}
	<-s.ended
	err := errors.Join(unix.Close(s.epoll), unix.Close(s.stop))
	var all Totals
	for _, one := range s.list {
		all.Receipts = append(all.Receipts, one.totals.Receipts...)
		all.Tiles += one.totals.Tiles
		all.Resyncs += one.totals.Resyncs
		if err == nil {
			err = one.err
		}
		err = errors.Join(err, unix.Close(one.fd))
	}
	return all, err
}
