package feed

import (
	"context"
	"time"

	"quanxi/geo"
	"quanxi/grid"
)

// A Transport carries batches from the relay to every node. It may lose, repeat
// and reorder: the log has everything, and nodes read it where the transport
// fails them. It is safe for concurrent use. bus.Bus implements it over NATS.
type Transport interface {
	// Publish sends b to every node, this one included. It does not wait for their
	// arrival.
	Publish(ctx context.Context, b Batch) error

	// Subscribe calls deliver for each batch that arrives, one at a time, until
	// stop has returned. deliver does not block.
	Subscribe(deliver func(Batch)) (stop func(), err error)
}

// A Move is where a worker is: the last one of each worker counts, none is stored.
type Move struct {
	ID    int64     `json:"id"` // of the worker
	Name  string    `json:"name"`
	Area  grid.Code `json:"area"` // that the worker answers for: who may see the move
	Place geo.Point `json:"place"`
	At    time.Time `json:"at"`
}

// A MoveTransport carries moves between nodes, beside the changes and without
// any promise. It is safe for concurrent use.
type MoveTransport interface {
	PublishMove(m Move) error
	// SubscribeMoves calls deliver for each move that arrives, one at a time, until
	// stop has returned. deliver does not block.
	SubscribeMoves(deliver func(Move)) (stop func(), err error)
}
