package gpkg

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"

	"quanxi/feed"
	"quanxi/grid"
)

// checkEpoch begins a new epoch if the file is not the one that the note beside
// it speaks of, or has a shorter log.
func (s *Store) checkEpoch(t tx) error {
	last, err := t.lastPos()
	if err != nil {
		return err
	}
	var epoch feed.Epoch
	err = t.row("SELECT value FROM meta WHERE name = 'epoch'", nil, &epoch)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	device, inode, err := s.side.identity()
	if err != nil {
		return err
	}
	n := s.side.read()
	if epoch != "" && n.Epoch == epoch && n.Device == device && n.Inode == inode && n.Pos <= last {
		s.side.note(last)
		return nil
	}
	if epoch, err = newEpoch(); err != nil {
		return err
	}
	if err := t.exec("INSERT INTO meta VALUES ('epoch', ?) ON CONFLICT DO UPDATE SET value = excluded.value", string(epoch)); err != nil {
		return err
	}
	// If the transaction is lost after this, the next one begins yet another epoch.
	return s.side.write(sideNote{epoch, device, inode, last})
}

func newEpoch() (feed.Epoch, error) {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return "", err
	}
	return feed.Epoch(hex.EncodeToString(id)), nil
}

// verify notices that another file was put in the place of the one that is open.
func (s *Store) verify(ctx context.Context) error {
	device, inode, err := s.side.identity()
	if err != nil {
		return fmt.Errorf("%w: %w", grid.ErrUnavailable, err)
	}
	if n := s.side.read(); n.Device != device || n.Inode != inode {
		return fmt.Errorf("another file stands at the store's path, open it anew: %w", grid.ErrUnavailable)
	}
	return ctx.Err()
}
