package store

import (
	"bytes"
	"encoding/json"
	"fmt"

	"quanxi/grid"
)

// Repetition returns the receipt of the first write under an idempotency key,
// from the digest and the receipt that are stored with the key. The error wraps
// grid.ErrConflict if the key was used for something else.
func Repetition(once grid.Once, digest, receipt []byte) (first grid.Receipt, err error) {
	if !bytes.Equal(digest, once.Digest) {
		return first, fmt.Errorf("idempotency key was used for something else: %w", grid.ErrConflict)
	}
	err = json.Unmarshal(receipt, &first)
	first.Repeated = true
	return first, err
}
