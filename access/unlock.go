package access

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"quanxi/grid"
)

// ErrOtherKey reports a store whose identities were sealed under another master key.
var ErrOtherKey = errors.New("the master key is not that of the store: nodes of one store share one, and names in it can be opened by no other")

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

// Claim has a store belong to a master key, if it belongs to none yet. The error wraps
// ErrOtherKey if it belongs to another: also of a store without a name in it all nodes have
// to use the same, or none would know what another has sealed or given out.
func Claim(ctx context.Context, s grid.Store, key MasterKey) error {
	if err := CheckKey(ctx, s, NewVault(key)); err != nil {
		return err
	}
	now, err := s.MarkKey(ctx, "", key.Mark())
	if err == nil && now != key.Mark() {
		err = ErrOtherKey
	}
	return err
}

// Disclaim has a store belong to no master key, if there is no name in it.
func Disclaim(ctx context.Context, s grid.Store) error {
	err := CheckKey(ctx, s, nil)
	if errors.Is(err, ErrOtherKey) {
		return nil
	}
	var mark string
	if err == nil {
		mark, err = s.MarkKey(ctx, "", "")
	}
	if err == nil {
		_, err = s.MarkKey(ctx, mark, "")
	}
	return err
}

// Belongs returns nil if a store belongs to one of some master keys, or to none yet: with
// no keys, if it belongs to none. The error wraps ErrOtherKey. It changes nothing.
func Belongs(ctx context.Context, s grid.Store, keys ...MasterKey) error {
	mark, err := s.MarkKey(ctx, "", "")
	if err != nil {
		return err
	}
	if mark != "" && !slices.ContainsFunc(keys, func(k MasterKey) bool { return k.Mark() == mark }) {
		return ErrOtherKey
	}
	vaults := make([]grid.Vault, max(1, len(keys)))
	for i, k := range keys {
		vaults[i] = NewVault(k)
	}
	for _, vault := range vaults {
		if err = CheckKey(ctx, s, vault); !errors.Is(err, ErrOtherKey) {
			return err
		}
	}
	return err
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
