package gpkg

import (
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"

	"quanxi/feed"
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
	is, err := identify(s.path)
	if err != nil {
		return err
	}
	n := s.side.read()
	if epoch != "" && n.Epoch == epoch && n.identity == is && n.Pos <= last {
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
	return s.side.write(sideNote{epoch, is, last})
}

func newEpoch() (feed.Epoch, error) {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return "", err
	}
	return feed.Epoch(hex.EncodeToString(id)), nil
}
