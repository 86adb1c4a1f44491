package store

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strings"

	"quanxi/feed"
	"quanxi/grid"
)

// Layouts returns what of makes of an empty entity of each kind.
func Layouts[L any](of func(grid.Entity) L) (map[grid.Kind]L, error) {
	all := map[grid.Kind]L{}
	for _, kind := range feed.Kinds() {
		e, err := feed.New(kind)
		if err != nil {
			return nil, err
		}
		all[kind] = of(e)
	}
	return all, nil
}

// One returns the entity that was found under an id; the error wraps
// grid.ErrNotFound if none was.
func One(kind grid.Kind, id int64, found iter.Seq2[grid.Entity, error]) (grid.Entity, error) {
	for e, err := range found {
		return e, err
	}
	return nil, fmt.Errorf("%s %d: %w", kind, id, grid.ErrNotFound)
}

// DigestsOf returns the columns of a kind that hold keyed digests of a data subject.
func DigestsOf(kind grid.Kind) []string {
	e, err := feed.New(kind)
	if err != nil {
		return nil
	}
	var names []string
	for _, c := range e.Columns() {
		if slices.Contains(grid.Digests(), c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}

// Unshown selects the versions that no reader is shown any more; loads is the table of
// loads.
func Unshown(loads string) string {
	return fmt.Sprintf("(replaced_by < 0 OR replaced_by IN (SELECT l.id FROM %s l WHERE l.state = 'live'))", loads)
}

// BlankColumns returns the columns of a kind with the values of an empty entity, its
// external id among them: that may be a number of the person.
func BlankColumns(kind grid.Kind, bind func(any) (any, error)) (names []string, values []any, err error) {
	e, err := feed.New(kind)
	if err != nil {
		return nil, nil, err
	}
	columns := append(e.Columns(), grid.Column{Name: "external", Value: &e.Entity().External})
	for _, c := range columns {
		v, err := bind(c.Value)
		if err != nil {
			return nil, nil, err
		}
		names, values = append(names, c.Name), append(values, v)
	}
	return names, values, nil
}

// SecretColumns returns what Rekey reads of a version of a kind, in SQL: the sealed
// identity and the two digests, NULL where the kind has none.
func SecretColumns(kind grid.Kind) string {
	list := []string{"identity"}
	for _, name := range grid.Digests() {
		if !slices.Contains(DigestsOf(kind), name) {
			name = "NULL"
		}
		list = append(list, name)
	}
	return strings.Join(list, ", ")
}

// An Update is one column of one version that Rekey has changed.
type Update struct {
	At     int64
	Column string
	Value  []byte
}

// Rekeyed returns the columns of a subject's versions that are not what they were.
func Rekeyed(before, after []grid.SecretRow) (all []Update) {
	for i, was := range before {
		for column, pair := range map[string][2][]byte{
			"id_digest": {was.IDDigest, after[i].IDDigest}, "phone_digest": {was.PhoneDigest, after[i].PhoneDigest},
		} {
			if !bytes.Equal(pair[0], pair[1]) {
				all = append(all, Update{was.At, column, pair[1]})
			}
		}
	}
	return all
}
