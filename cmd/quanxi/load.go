package main

import (
	"context"

	"quanxi/grid"
)

// A loader puts entities into a bulk load in batches, sealing what is personal. While
// the store takes one batch, the next is made ready. It is for one goroutine, which
// must call wait or flush before it lets go of the load.
type loader struct {
	load     grid.Load
	vault    grid.Vault
	told     func(n int) // called after each batch
	entities []grid.Entity
	keys     []grid.SubjectKey
	putting  chan taken // of the batch that the store is taking; nil if there is none
}

// A taken is what came of one batch.
type taken struct {
	n   int
	err error
}

// batchSize is how many entities are staged at a time: enough that a transaction
// is cheap for each, few enough that it is short.
const batchSize = 2000

// add takes an entity that has its id, and its identity if it has one. The entity
// belongs to the loader until flush has returned.
func (l *loader) add(ctx context.Context, e grid.Entity, identity *grid.Identity) error {
	if identity != nil && *identity != (grid.Identity{}) {
		if err := l.seal(e, *identity); err != nil {
			return err
		}
	}
	l.entities = append(l.entities, e)
	if len(l.entities) < batchSize {
		return nil
	}
	return l.put(ctx)
}

func (l *loader) seal(e grid.Entity, identity grid.Identity) error {
	seal, err := l.vault.Seal(e.Kind(), e.Entity().ID, identity)
	if err != nil {
		return err
	}
	switch e := e.(type) {
	case *grid.Person:
		e.Identity, e.IDDigest, e.PhoneDigest = seal.Identity, seal.IDDigest, seal.PhoneDigest
	case *grid.Worker:
		e.Identity = seal.Identity
	}
	l.keys = append(l.keys, seal.Key)
	return nil
}

// put hands what has gathered to the store, once it has taken the batch before.
func (l *loader) put(ctx context.Context) error {
	if err := l.wait(); err != nil || len(l.entities) == 0 {
		return err
	}
	entities, keys, done := l.entities, l.keys, make(chan taken, 1)
	go func() { done <- taken{len(entities), l.load.Put(ctx, entities, keys)} }()
	l.entities, l.keys, l.putting = nil, nil, done
	return nil
}

// wait returns when the store has taken the last batch that it was handed.
func (l *loader) wait() error {
	if l.putting == nil {
		return nil
	}
	p := <-l.putting
	l.putting = nil
	if p.err == nil {
		l.told(p.n)
	}
	return p.err
}

// flush stages what has gathered, to the last.
func (l *loader) flush(ctx context.Context) error {
	if err := l.put(ctx); err != nil {
		return err
	}
	return l.wait()
}
