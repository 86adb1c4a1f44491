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
type Sealer struct{ aead cipher.AEAD }

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
	return &Sealer{aead}
}

// The uses of a token. One does not open as the other.
const (
	markUse   = "mark"
	cursorUse = "cursor"
)

// SealMark returns the read-your-writes token of m. Any account may show it.
func (s *Sealer) SealMark(m Mark) string { return s.seal(markUse, "", m.Epoch, m.Mark) }

// OpenMark opens a token of SealMark; the error wraps ErrToken.
func (s *Sealer) OpenMark(token string) (Mark, error) {
	epoch, mark, err := s.open(markUse, "", token)
	return Mark{epoch, mark}, err
}

// SealCursor returns a cursor that only the same account can use.
func (s *Sealer) SealCursor(c Cursor, account string) string {
	return s.seal(cursorUse, account, c.Epoch, c.Pos)
}

// OpenCursor opens a cursor of SealCursor; the error wraps ErrToken.
func (s *Sealer) OpenCursor(token, account string) (Cursor, error) {
	epoch, pos, err := s.open(cursorUse, account, token)
	return Cursor{epoch, pos}, err
}

func (s *Sealer) seal(use, account string, epoch Epoch, number int64) string {
	plain := append(binary.BigEndian.AppendUint64(nil, uint64(number)), epoch...)
	return base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, plain, []byte(use+"\x00"+account)))
}

func (s *Sealer) open(use, account, token string) (Epoch, int64, error) {
	sealed, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return "", 0, fmt.Errorf("%s: %w", use, ErrToken)
	}
	plain, err := s.aead.Open(nil, nil, sealed, []byte(use+"\x00"+account))
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
