package access

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// ErrSeals reports a file of seals that cannot be read or written.
var ErrSeals = errors.New("seals unusable")

// A Seal says where the chain of the audit ended at a moment. Seals are kept where
// the database role cannot write: whoever rebuilds the audit cannot rebuild them.
type Seal struct {
	Seq      int64     // of the last row; 0 for an empty chain
	MAC      []byte    // of the last row; empty for an empty chain
	At       time.Time // when the sealer saw it
	Count    int64     // rows since the seal before
	Restored bool      // somebody restored an older state: the seals above Seq are void
	Cut      *Cut      // what retention was about to remove then; nil for nothing
}

// A Cut says up to where the audit was removed, because it was kept long enough.
type Cut struct {
	Seq int64  // of the last row that is gone; the next is the first that is kept
	MAC []byte // of that row: what the next one follows
	By  string // why, and by whose setting
}

type cutLine struct {
	Through int64  `json:"through"`
	MAC     string `json:"mac"`
	By      string `json:"by"`
}

// sealLine is a Seal in its file, one a line.
type sealLine struct {
	Seq      int64     `json:"seq"`
	MAC      string    `json:"mac"`
	At       time.Time `json:"at"`
	Count    int64     `json:"count"`
	Restored bool      `json:"restored,omitempty"`
	Cut      *cutLine  `json:"cut,omitempty"`
}

func (s Seal) line() ([]byte, error) {
	l := sealLine{Seq: s.Seq, MAC: hex.EncodeToString(s.MAC), At: s.At.UTC(), Count: s.Count, Restored: s.Restored}
	if s.Cut != nil {
		l.Cut = &cutLine{s.Cut.Seq, hex.EncodeToString(s.Cut.MAC), s.Cut.By}
	}
	text, err := json.Marshal(l)
	return append(text, '\n'), err
}

func parseSeal(text []byte) (Seal, error) {
	var l sealLine
	if err := json.Unmarshal(text, &l); err != nil {
		return Seal{}, fmt.Errorf("%w: %w", ErrSeals, err)
	}
	mac, err := hex.DecodeString(l.MAC)
	if err != nil {
		return Seal{}, fmt.Errorf("%w: %w", ErrSeals, err)
	}
	seal := Seal{Seq: l.Seq, MAC: mac, At: l.At, Count: l.Count, Restored: l.Restored}
	if l.Cut == nil {
		return seal, nil
	}
	before, err := hex.DecodeString(l.Cut.MAC)
	if err != nil {
		return Seal{}, fmt.Errorf("%w: %w", ErrSeals, err)
	}
	seal.Cut = &Cut{l.Cut.Through, before, l.Cut.By}
	return seal, nil
}

// ReadSeals yields the seals of a file in their order, anew at each call. A last
// line without an end is left out: it is still being written. An error, which wraps
// ErrSeals, ends the sequence; a missing file is one.
func ReadSeals(path string) iter.Seq2[Seal, error] {
	return func(yield func(Seal, error) bool) {
		file, err := os.Open(path)
		if err != nil {
			yield(Seal{}, fmt.Errorf("%w: %w", ErrSeals, err))
			return
		}
		defer file.Close()
		lines := bufio.NewReader(file)
		for n := 1; ; n++ {
			text, err := lines.ReadBytes('\n')
			if err == io.EOF {
				return
			}
			var seal Seal
			if err == nil {
				seal, err = parseSeal(text)
			}
			if err != nil {
				err = fmt.Errorf("%s, line %d: %w", path, n, err)
			}
			if !yield(seal, err) || err != nil {
				return
			}
		}
	}
}

// AppendSeal adds a seal to a file, which it makes if there is none, and syncs it.
// Nothing in the file is ever overwritten. Several processes may append.
func AppendSeal(path string, seal Seal) error {
	file, err := openSeals(path)
	if err != nil {
		return err
	}
	return errors.Join(appendSeal(file, seal), file.Close())
}

func openSeals(path string) (*os.File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSeals, err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSeals, err)
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSeals, errors.Join(err, file.Close()))
	}
	return file, nil
}

func appendSeal(file *os.File, seal Seal) error {
	text, err := seal.line()
	if err == nil {
		_, err = file.Write(text)
	}
	if err = errors.Join(err, file.Sync()); err != nil {
		return fmt.Errorf("%w: %w", ErrSeals, err)
	}
	return nil
}

// tryLock keeps other sealers from the file; false if one has it. Closing the file
// gives the lock back.
func tryLock(file *os.File) (bool, error) {
	err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	if err != nil {
		return false, &fs.PathError{Op: "lock", Path: file.Name(), Err: err}
	}
	return true, nil
}

// tailSize is more than a line of the file takes.
const tailSize = 1024

// lastSeal returns the last seal of a file, a zero one if it is empty. What a
// process that died left of a line is cut off: it was never a seal. The caller has
// the lock.
func lastSeal(file *os.File) (Seal, error) {
	info, err := file.Stat()
	if err != nil {
		return Seal{}, fmt.Errorf("%w: %w", ErrSeals, err)
	}
	from := max(0, info.Size()-tailSize)
	tail := make([]byte, info.Size()-from)
	if _, err := file.ReadAt(tail, from); err != nil && err != io.EOF {
		return Seal{}, fmt.Errorf("%w: %w", ErrSeals, err)
	}
	whole := tail[:bytes.LastIndexByte(tail, '\n')+1]
	if len(whole) < len(tail) {
		if err := file.Truncate(from + int64(len(whole))); err != nil {
			return Seal{}, fmt.Errorf("%w: %w", ErrSeals, err)
		}
	}
	if len(whole) == 0 {
		return Seal{}, nil
	}
	begin := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + 1
	return parseSeal(whole[begin:])
}
