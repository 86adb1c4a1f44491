package access

import (
	"context"
	"errors"
	"fmt"

	"quanxi/grid"
)

// ErrOtherKey reports a store whose identities were sealed under another master key.
var ErrOtherKey = errors.New("the master key is not that of the store: the names in it cannot be opened")

// CheckKey tries a vault on what a store holds. The error wraps ErrOtherKey if it
// opens nothing of it: such a key would show no name, and seal new ones apart from
// the old. A nil vault stands for a key that is missing. It is nil if the store
// holds no identity yet.
func CheckKey(ctx context.Context, s grid.Store, vault grid.Vault) error {
	for _, kind := range []grid.Kind{grid.People, grid.Workers} {
		e, key, err := firstSealed(ctx, s, kind)
		if err != nil {
			return err
		}
		if e == nil {
			continue
		}
		if vault == nil {
			return ErrOtherKey
		}
		_, err = vault.Open(key, *sealedOf(e))
		if errors.Is(err, ErrSealed) {
			return fmt.Errorf("%w: %w", ErrOtherKey, err)
		}
		return err
	}
	return nil
}

// sealedTries is how many entities are asked for one with an identity: few have
// none, or had it erased.
const sealedTries = 100

// firstSealed returns an entity whose identity is there, and its key; nil if the
// first ones of the kind have none.
func firstSealed(ctx context.Context, s grid.Store, kind grid.Kind) (grid.Entity, grid.SubjectKey, error) {
	var some []grid.Entity
	for e, err := range s.Entities(ctx, kind, grid.Query{Limit: sealedTries}) {
		if err != nil {
			return nil, grid.SubjectKey{}, err
		}
		if len(*sealedOf(e)) > 0 {
			some = append(some, e)
		}
	}
	for _, e := range some {
		key, err := s.SubjectKey(ctx, kind, e.Entity().ID)
		if err == nil {
			return e, key, nil
		}
		if !errors.Is(err, grid.ErrNotFound) {
			return nil, grid.SubjectKey{}, err
		}
	}
	return nil, grid.SubjectKey{}, nil
}
