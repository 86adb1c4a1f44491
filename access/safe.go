package access

import (
	"bytes"
	"context"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/minio/sio"
)

// Why what SealTo wrote is not opened.
var (
	// ErrNotSealed reports bytes that SealTo did not write.
	ErrNotSealed = errors.New("not sealed under a master key")
	// ErrOtherSeal reports what is sealed under a master key that is not at hand.
	ErrOtherSeal = errors.New("sealed under another master key")
	// ErrBroken reports what was changed or cut off since it was sealed.
	ErrBroken = errors.New("damaged or not whole")
)

// ErrNothing reports that there was nothing to seal, as of a program that failed at once.
var ErrNothing = errors.New("nothing was read, so nothing is sealed")

// What is sealed begins with the kind and the version, the mark of the master key (which tells
// nothing of it) and a salt; DARE 2.0 of the rest follows, under a key of this salt alone.
const (
	sealedHead = "quanxi sealed 1\n"
	saltSize   = 32
)

// SealTo returns a writer to something of which nobody reads or changes a byte without the
// master key: all of it is encrypted, and cut off it is not whole. It is whole once
// something was written and it is closed, which does not close to.
func (k MasterKey) SealTo(to io.Writer) (io.WriteCloser, error) {
	salt := make([]byte, saltSize)
	rand.Read(salt) // never fails: it ends the process instead
	if _, err := to.Write(slices.Concat([]byte(sealedHead), k.mark(), salt)); err != nil {
		return nil, err
	}
	return sio.EncryptWriter(onlyWriter{to}, k.sealing(salt))
}

// SealFile writes what is read to a new file, sealed, synced and its owner's alone. None is
// left if it fails, the context ends first, or nothing is read, which is ErrNothing; a file that
// is there already stays as it is.
func (k MasterKey) SealFile(ctx context.Context, from io.Reader, to string) error {
	file, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	sealed, err := k.SealTo(file)
	if err == nil {
		err = copyAll(ctx, sealed, from)
	}
	if err == nil {
		err = sealed.Close()
	}
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return errors.Join(err, os.Remove(to))
	}
	return syncFolder(filepath.Dir(to))
}

// copyAll copies what there is. Who ends the whole pipe ends the reader as well, which then
// has read what looks like all: it is not.
func copyAll(ctx context.Context, to io.Writer, from io.Reader) error {
	n, err := io.Copy(to, whileAlive{ctx, from})
	if err == nil {
		err = ctx.Err()
	}
	if err == nil && n == 0 {
		err = ErrNothing
	}
	return err
}

// whileAlive reads until its context ends.
type whileAlive struct {
	ctx context.Context
	io.Reader
}

func (r whileAlive) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
}

// OpenSealed returns what one of the keys has sealed, to be read until the context ends. The
// error wraps ErrNotSealed or ErrOtherSeal; that of reading wraps ErrBroken before a changed
// byte is handed out, and at the end if it was cut off.
func OpenSealed(ctx context.Context, from io.Reader, keys ...MasterKey) (io.Reader, error) {
	head := make([]byte, len(sealedHead)+markSize+saltSize)
	n, err := io.ReadFull(from, head)
	if n < len(sealedHead) || string(head[:len(sealedHead)]) != sealedHead {
		return nil, ErrNotSealed
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	mark, salt := head[len(sealedHead):][:markSize], head[len(sealedHead)+markSize:]
	at := slices.IndexFunc(keys, func(k MasterKey) bool { return bytes.Equal(k.mark(), mark) })
	if at < 0 {
		return nil, ErrOtherSeal
	}
	plain, err := sio.DecryptReader(from, keys[at].sealing(salt))
	return whileAlive{ctx, brokenReader{plain}}, err
}

// sealing returns how the stream of a salt is sealed.
func (k MasterKey) sealing(salt []byte) sio.Config {
	key, err := hkdf.Key(sha256.New, k[:], salt, "quanxi sealed stream", 32)
	if err != nil {
		panic(err) // only a length over 255 hashes is refused
	}
	return sio.Config{MinVersion: sio.Version20, Key: key}
}

// An onlyWriter keeps whoever closes what writes to it from closing it.
type onlyWriter struct{ io.Writer }

// A brokenReader says ErrBroken of all that goes wrong.
type brokenReader struct{ io.Reader }

func (r brokenReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: %w", ErrBroken, err)
	}
	return n, err
}
