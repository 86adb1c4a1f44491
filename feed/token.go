package feed

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
)

// ErrToken reports a token or cursor that this installation did not seal, or
// sealed for somebody else.
var ErrToken = errors.New("not a valid token")

// A Mark names a write: the mark of its grid.Receipt, in the epoch it was written.
type Mark struct {
	Epoch Epoch
	Mark  int64
}

// A Cursor names a place in the feed.
type Cursor struct {
	Epoch Epoch
	Pos   int64
}

// A Sealer turns marks and cursors into tokens that tell their holder nothing:
// a position would say how much happens elsewhere (RULES C4). It is safe for
// concurrent use. Nodes with the same key open each other's.
type Sealer struct {
	aead cipher.AEAD
	work sync.Pool // of *sealing
}

// NewSealer returns the sealer of a secret, which all nodes share.
func NewSealer(secret []byte) *Sealer {
	key := sha256.Sum256(append([]byte("quanxi feed tokens\x00"), secret...))
	block, err := aes.NewCipher(key[:])
	if err != nil {
		panic(err) // 32 bytes are always a key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err)
	}
	return &Sealer{aead: aead, work: sync.Pool{New: func() any { return new(sealing) }}}
}

// The uses of a token. One does not open as the other.
const (
	markUse   = "mark"
	cursorUse = "cursor"
)

// SealMark returns the read-your-writes token of m. Any account may show it.
func (s *Sealer) SealMark(m Mark) string {
	return string(s.seal(nil, markUse, "", m.Epoch, m.Mark))
}

// OpenMark opens a token of SealMark; the error wraps ErrToken.
func (s *Sealer) OpenMark(token string) (Mark, error) {
	epoch, mark, err := s.open(markUse, "", token)
	return Mark{epoch, mark}, err
}

// SealCursor appends a cursor that opens for the same one alone. Every frame of every screen
// has one, so none costs an allocation.
func (s *Sealer) SealCursor(dst []byte, c Cursor, whose string) []byte {
	return s.seal(dst, cursorUse, whose, c.Epoch, c.Pos)
}

// OpenCursor opens a cursor of SealCursor; the error wraps ErrToken.
func (s *Sealer) OpenCursor(token, whose string) (Cursor, error) {
	epoch, pos, err := s.open(cursorUse, whose, token)
	return Cursor{epoch, pos}, err
}

func (s *Sealer) seal(dst []byte, use, account string, epoch Epoch, number int64) []byte {
	w := s.work.Get().(*sealing)
	defer s.work.Put(w)
	w.plain = append(binary.BigEndian.AppendUint64(w.plain[:0], uint64(number)), epoch...)
	w.context = appendContext(w.context[:0], use, account)
	w.sealed = s.aead.Seal(w.sealed[:0], nil, w.plain, w.context)
	return base64.RawURLEncoding.AppendEncode(dst, w.sealed)
}

// A sealing is the memory of making a token.
type sealing struct{ plain, context, sealed []byte }

// appendContext appends what a token is bound to besides its content.
func appendContext(dst []byte, use, account string) []byte {
	return append(append(append(dst, use...), 0), account...)
}

func (s *Sealer) open(use, account, token string) (Epoch, int64, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return "", 0, fmt.Errorf("%s: %w", use, ErrToken)
	}
	plain, err := s.aead.Open(nil, nil, sealed, appendContext(nil, use, account))
	if err != nil || len(plain) < 8 {
		return "", 0, fmt.Errorf("%s: %w", use, ErrToken)
	}
	return Epoch(plain[8:]), int64(binary.BigEndian.Uint64(plain)), nil
}

// WaitFor returns nil when the node has applied the write that m names. It
// returns ErrEpoch if the write is of another history, which this node will never
// reach, or the context's error. It is safe for concurrent use.
func (n *Node) WaitFor(ctx context.Context, m Mark) error {
	for {
		n.mu.Lock()
		at, moved := n.at, n.moved
		n.mu.Unlock()
		switch {
		case at.Epoch != m.Epoch && at.Epoch != "":
			return fmt.Errorf("write of epoch %s, node of %s: %w", m.Epoch, at.Epoch, ErrEpoch)
		case at.Epoch == m.Epoch && at.Horizon >= m.Mark:
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-moved:
		}
	}
}
