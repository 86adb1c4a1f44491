package main

import (
	"context"

	"quanxi/grid"
)

// A loader puts entities into a bulk load in batches, sealing what is personal.
// It is for one goroutine.
type loader struct {
	load     grid.Load
	vault    grid.Vault
	told     func(n int) // called after each batch
	entities []grid.Entity
	keys     []grid.SubjectKey
}

// batchSize is how many entities are staged at a time: enough that a transaction
// is cheap for each, few enough that it is short.
const batchSize = 2000

// add takes an entity that has its id, and its identity if it has one.
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
	return l.flush(ctx)
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

// flush stages what has gathered.
func (l *loader) flush(ctx context.Context) error {
	if len(l.entities) == 0 {
		return nil
	}
	if err := l.load.Put(ctx, l.entities, l.keys); err != nil {
		return err
	}
	l.told(len(l.entities))
	l.entities, l.keys = nil, nil
	return nil
}
