package generate

import (
	"context"
	"fmt"
	"sync"
)

// Run makes every town of the plan: see RunTowns.
func (g *Generator) Run(ctx context.Context, emit func(TownResult) error, progress func(done, total int)) error {
	return g.RunTowns(ctx, g.Towns(), emit, progress)
}

// RunTowns makes some towns of the plan and hands them to emit in the order given,
// one at a time. Workers run ahead of emit by a window of two towns each, so memory
// is the window and not the county. progress, which may be nil, is called after
// each emit. RunTowns returns the first error, ctx's included, after its workers
// have ended.
func (g *Generator) RunTowns(ctx context.Context, towns []Town, emit func(TownResult) error, progress func(done, total int)) error {
	ctx, cancel := context.WithCancel(ctx)
	jobs := make(chan int)
	window := make(chan struct{}, 2*g.opt.Workers) // a token for each town begun and not yet emitted
	results := make([]chan outcome, len(towns))
	for i := range results {
		results[i] = make(chan outcome, 1) // so that a worker never waits to deliver
	}
	var workers sync.WaitGroup
	defer workers.Wait()
	defer cancel() // runs before Wait, and lets every goroutine end
	workers.Go(func() { g.dispatch(ctx, jobs, window, len(towns)) })
	for range g.opt.Workers {
		workers.Go(func() {
			for i := range jobs {
				r, err := g.Town(ctx, towns[i].Code)
				results[i] <- outcome{r, err}
			}
		})
	}
	for i := range towns {
		select {
		case <-ctx.Done():
			return fmt.Errorf("generate: %w", ctx.Err())
		case o := <-results[i]:
			<-window
			if o.err != nil {
				return o.err
			}
			if err := emit(o.town); err != nil {
				return fmt.Errorf("generate: town %s: %w", towns[i].Code, err)
			}
		}
		if progress != nil {
			progress(i+1, len(towns))
		}
	}
	return nil
}

type outcome struct {
	town TownResult
	err  error
}

// dispatch hands out towns in order as the window allows.
func (g *Generator) dispatch(ctx context.Context, jobs chan<- int, window chan<- struct{}, n int) {
	defer close(jobs)
	for i := range n {
		select {
		case <-ctx.Done():
			return
		case window <- struct{}{}:
		}
		select {
		case <-ctx.Done():
			return
		case jobs <- i:
		}
	}
}
