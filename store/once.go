package store

import (
	"bytes"
	"encoding/json"

	"quanxi/grid"
)

// Repetition returns the receipt of the first write under an idempotency key,
// from the digest and the receipt that are stored with the key, and the epoch of the
// store now. The error wraps grid.ErrKeyUsed if the key was used for something else.
func Repetition(once grid.Once, digest, receipt []byte, epoch string) (first grid.Receipt, err error) {
	if !bytes.Equal(digest, once.Digest) {
		return first, grid.ErrKeyUsed
	}
	err = json.Unmarshal(receipt, &first)
	first.Repeated = true
	if first.Epoch != epoch {
		first.Mark, first.Epoch = 0, epoch
	}
	return first, err
}
