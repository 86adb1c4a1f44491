package access

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"quanxi/grid"
)

// ErrJournal reports a journal of erasures that cannot be read or written.
var ErrJournal = errors.New("journal of erasures unusable")

// A Journal remembers who was erased, in a file that no backup of the store holds: a
// store that was put back to an earlier state forgets them again by it (RULES B8). It is
// safe for concurrent use, also by several processes.
type Journal struct{ path string }

// NewJournal returns the journal in a file, which is made with the first erasure.
func NewJournal(path string) *Journal { return &Journal{path} }

// An Erasure is a line of the journal. It says nothing of whom it is about but which
// keys: an id may be somebody else's in a store that was put back.
type Erasure struct {
	Token string    `json:"token"` // tells it from all others
	Kind  grid.Kind `json:"kind,omitempty"`
	ID    int64     `json:"id,omitempty"`
	Keys  []string  `json:"keys,omitempty"` // fingerprints; see Vault.Fingerprint
	At    time.Time `json:"at"`
	// Void takes back the erasure of the same token, which was not carried out.
	Void bool `json:"void,omitempty"`
}

// note adds erasures and syncs them. They count from then on, unless taken back.
func (j *Journal) note(list []Erasure) error {
	var text []byte
	for _, e := range list {
		line, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrJournal, err)
		}
		text = append(append(text, line...), '\n')
	}
	if err := j.append(text); err != nil {
		return fmt.Errorf("%w: %w", ErrJournal, err)
	}
	return nil
}

func (j *Journal) append(text []byte) error {
	if err := os.MkdirAll(filepath.Dir(j.path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(j.path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX) // until it is closed
	if err == nil {
		err = appendWhole(file, text)
	}
	return errors.Join(err, file.Close(), syncFolder(filepath.Dir(j.path)))
}

// appendWhole writes behind the last whole line, in place of what a process that died left
// of another, and syncs.
func appendWhole(file *os.File, text []byte) error {
	all, err := io.ReadAll(file)
	if err != nil {
		return err
	}
	end := int64(bytes.LastIndexByte(all, '\n') + 1)
	if err := file.Truncate(end); err != nil {
		return err
	}
	if _, err := file.WriteAt(text, end); err != nil {
		return err
	}
	return file.Sync()
}

// takeBack notes that erasures were not carried out.
func (j *Journal) takeBack(list []Erasure) error {
	var void []Erasure
	for _, e := range list {
		void = append(void, Erasure{Token: e.Token, At: e.At, Void: true})
	}
	return j.note(void)
}

// Standing returns the erasures that were not taken back, in their order; none if there
// is no file. What a process that died left of a line was never noted.
func (j *Journal) Standing() ([]Erasure, error) {
	all, err := j.read()
	if err != nil {
		return nil, err
	}
	void := map[string]bool{}
	for _, e := range all {
		void[e.Token] = void[e.Token] || e.Void
	}
	var list []Erasure
	for _, e := range all {
		if !void[e.Token] {
			list = append(list, e)
		}
	}
	return list, nil
}

func (j *Journal) read() (all []Erasure, err error) {
	file, err := os.Open(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrJournal, err)
	}
	defer file.Close()
	lines := bufio.NewReader(file)
	for n := 1; ; n++ {
		text, err := lines.ReadBytes('\n')
		if err == io.EOF {
			return all, nil
		}
		var e Erasure
		if err == nil {
			err = json.Unmarshal(text, &e)
		}
		if err != nil {
			return nil, fmt.Errorf("%w: %s, line %d: %w", ErrJournal, j.path, n, err)
		}
		all = append(all, e)
	}
}

func newToken() string {
	raw := make([]byte, 12)
	rand.Read(raw) // never fails: it ends the process instead
	return hex.EncodeToString(raw)
}
