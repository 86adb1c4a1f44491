package socket

import (
	"errors"
	"testing"

	"quanxi/feed"
)

// CheckMessage reads a message as a connection does: it is taken or refused with
// a code and a detail, and nothing else may happen.
func CheckMessage(t *testing.T, data []byte) {
	sets := feed.NewSets([]string{"base", "events"})
	op, err := parse(data)
	if err == nil {
		switch op := op.(type) {
		case *viewOp:
			_, err = op.view(sets)
		case *tileOp:
			_, _, err = op.tile(sets)
		}
	}
	var refused *refusal
	if err != nil && (!errors.As(err, &refused) || refused.code == "" || refused.detail == "") {
		t.Errorf("%q: %v", data, err)
	}
}
