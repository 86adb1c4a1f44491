package feed

import "context"

// Advance makes visible what changes by time alone, such as an event that becomes
// overdue, and tells the audience. It is meant to be called now and then, from any
// goroutine, while Run runs. It waits for an application to be told, or for ctx.
func (n *Node) Advance(ctx context.Context) {
	// The only error is that ctx has ended, and the caller knows.
	_ = n.inTurn(ctx, func() error {
		n.audience.Touch(n.to.Advance())
		if n.part != nil && n.Status().Ready && n.part.Lacks() {
			n.bring(ctx)
		}
		return nil
	})
}

// bring has a part take what time alone has made it want, and tells the audience. What it
// cannot have now it takes with the next change. It is called in turn.
func (n *Node) bring(ctx context.Context) {
	at := n.position()
	r := reading{part: n.part, log: n.log, epoch: at.Epoch}
	effects, err := n.to.Apply(at, r.steps(ctx, nil))
	if err != nil {
		if ctx.Err() == nil {
			n.Logger.WarnContext(ctx, "what is wanted cannot be read", "err", err)
		}
		return
	}
	n.audience.Touch(effects)
}

// position returns where the node stands, for who is in turn.
func (n *Node) position() Position {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.at
}

// inTurn calls show, which makes something visible and tells of it, when nobody else
// does. Were the two not one step, a border could move between an application and its
// telling: viewers of the old area would be told that an event is gone, and then
// how it changed. It returns show's error, or ctx's if that ends before.
func (n *Node) inTurn(ctx context.Context, show func() error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case n.turn <- struct{}{}:
	}
	defer func() { <-n.turn }()
	return show()
}
