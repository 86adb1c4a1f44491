package gpkg

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"syscall"

	"quanxi/feed"
)

// side is what stands beside the file and does not travel with it: which epoch
// the file at this place is in, which file that was, and how far its log had
// come. A file that was copied here, or put back to an earlier state, does not
// fit it any more. Locks between processes are beside the file too.
type side struct {
	path string // of the store

	mu    sync.Mutex
	file  *os.File // guarded by mu
	noted int64    // position last written; guarded by mu
}

// A sideNote is the content of the side file.
type sideNote struct {
	Epoch feed.Epoch
	identity
	Pos int64
}

func openSide(path string) (*side, error) {
	f, err := os.OpenFile(path+"-epoch", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	return &side{path: path, file: f}, nil
}

func (s *side) close() error { return s.file.Close() }

// reopen turns to the note that now stands beside the file.
func (s *side) reopen() error {
	another, err := openSide(s.path)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.file.Close() // its note is of the file that was
	s.file, s.noted = another.file, 0
	return nil
}

// read returns the note, and a zero one if there is none that makes sense.
func (s *side) read() sideNote {
	s.mu.Lock()
	defer s.mu.Unlock()
	var n sideNote
	buf := make([]byte, 256)
	size, _ := s.file.ReadAt(buf, 0)
	if _, err := fmt.Sscanf(string(buf[:size]), "%d %d:%d %s", &n.Pos, &n.Device, &n.Inode, &n.Epoch); err != nil {
		return sideNote{}
	}
	return n
}

// write replaces the note, synced to disk.
func (s *side) write(n sideNote) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	line := fmt.Sprintf("%020d %d:%d %s\n", n.Pos, n.Device, n.Inode, n.Epoch)
	if err := s.file.Truncate(int64(len(line))); err != nil {
		return err
	}
	if _, err := s.file.WriteAt([]byte(line), 0); err != nil {
		return err
	}
	s.noted = n.Pos
	return s.file.Sync()
}

// note moves the position on. It is not synced, and may fail unseen: the note
// may lag behind the file, never the other way round.
func (s *side) note(pos int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if pos > s.noted {
		s.noted = pos
		_, _ = s.file.WriteAt(fmt.Appendf(nil, "%020d", pos), 0)
	}
}

// shareLoads tells other processes that a load of ours is open.
func (s *side) shareLoads() (release func(), err error) {
	f, err := s.lock("-loads", syscall.LOCK_SH)
	if err != nil {
		return nil, err
	}
	return func() { _ = f.Close() }, nil
}

// aloneWithLoads reports whether nobody has a load open.
func (s *side) aloneWithLoads() bool {
	f, err := s.lock("-loads", syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		return false
	}
	return f.Close() == nil
}

// tryRelay takes the relay lock; ok is false if another handle has it.
func (s *side) tryRelay() (f *os.File, ok bool, err error) {
	f, err = s.lock("-relay", syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, false, nil
	}
	return f, err == nil, err
}

// lock opens and locks the file with the given suffix. Closing it, or the end of
// the process, gives the lock back.
func (s *side) lock(suffix string, how int) (*os.File, error) {
	f, err := os.OpenFile(s.path+suffix, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), how); err != nil {
		return nil, errors.Join(&fs.PathError{Op: "lock", Path: f.Name(), Err: err}, f.Close())
	}
	return f, nil
}
