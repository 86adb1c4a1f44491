package store

import (
	"bytes"
	"encoding/json"

	"quanxi/grid"
)

// Repetition returns the receipt of the first write under an idempotency key,
// from the digest and the receipt that are stored with the key. The error wraps
// grid.ErrKeyUsed if the key was used for something else.
func Repetition(once grid.Once, digest, receipt []byte) (first grid.Receipt, err error) {
	if !bytes.Equal(digest, once.Digest) {
		return first, grid.ErrKeyUsed
	}
	err = json.Unmarshal(receipt, &first)
	first.Repeated = true
	return first, err
}
