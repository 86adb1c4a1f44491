package feed

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// ErrMessage reports a transport message that is not a well-formed batch.
var ErrMessage = errors.New("not a batch")

// MaxMessage is the largest encoded batch, in bytes. NATS refuses messages over
// 1 MB unless it is told otherwise, and an external server may not have been.
const MaxMessage = 768 << 10

// Encode writes b for the transport as JSON. Bodies over MaxInline are left out
// and marked Large, then the largest of the others until the message fits. b
// itself stays as it is. The error wraps ErrMessage if the heads alone do not fit.
func (b Batch) Encode() ([]byte, error) {
	b.Changes = slices.Clone(b.Changes)
	room := MaxMessage - headSize*(len(b.Changes)+1)
	for _, i := range bySize(b.Changes) {
		if c := &b.Changes[i]; len(c.Body) > MaxInline || len(c.Body) > room {
			c.Body, c.Large = nil, true
		} else {
			room -= len(c.Body)
		}
	}
	data, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("batch after %d: %w: %w", b.After, ErrMessage, err)
	}
	if len(data) > MaxMessage {
		return nil, fmt.Errorf("batch after %d: %w: %d bytes", b.After, ErrMessage, len(data))
	}
	return data, nil
}

// headSize is more than a change takes on the wire besides its body.
const headSize = 256

// bySize returns the indices of changes, smallest body first.
func bySize(changes []Change) []int {
	order := make([]int, len(changes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, k int) int { return cmp.Compare(len(changes[i].Body), len(changes[k].Body)) })
	return order
}

// DecodeBatch reads what Encode wrote. The error wraps ErrMessage; what comes
// back without one has contiguous positions from After+1 to Pos.
func DecodeBatch(data []byte) (Batch, error) {
	var b Batch
	if err := json.Unmarshal(data, &b); err != nil {
		return Batch{}, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	if b.Epoch == "" || b.After < 0 || b.Pos-b.After != int64(len(b.Changes)) {
		return Batch{}, fmt.Errorf("%w: %d changes from %d to %d", ErrMessage, len(b.Changes), b.After, b.Pos)
	}
	for i, c := range b.Changes {
		if c.Pos != b.After+int64(i)+1 {
			return Batch{}, fmt.Errorf("%w: position %d where %d belongs", ErrMessage, c.Pos, b.After+int64(i)+1)
		}
	}
	return b, nil
}
