package gpkg

import (
	"database/sql"
	"errors"
	"fmt"

	"quanxi/grid"
	"quanxi/store"
)

// fetch adds to state all rows of an entity and of whoever holds its external id.
func (t tx) fetch(s *store.State, kind grid.Kind, id int64, external string) error {
	if id != 0 {
		if err := t.fetchRows(s, kind, id); err != nil {
			return err
		}
	}
	if external == "" {
		return nil
	}
	var holder int64
	err := t.row(fmt.Sprintf("SELECT id FROM %q WHERE external = ? AND external <> '' AND removed = 0 AND replaced_by = 0", rowTable(kind)),
		[]any{external}, &holder)
	if errors.Is(err, sql.ErrNoRows) || err == nil && holder == id {
		return nil
	}
	if err != nil {
		return err
	}
	return t.fetchRows(s, kind, holder)
}

func (t tx) fetchRows(s *store.State, kind grid.Kind, id int64) error {
	if s.Knows(kind, id) {
		return nil
	}
	rows, err := t.rows(fmt.Sprintf(`SELECT r.id, r.revision, r.external, r.removed, r.load, r.replaced_by,
		COALESCE(own.state, ''), COALESCE(own.bump, 0), COALESCE(own.edited, 0),
		COALESCE(over.state, ''), COALESCE(over.bump, 0), COALESCE(over.spoilt, 0)
		FROM %q r LEFT JOIN loads own ON own.id = r.load LEFT JOIN loads over ON over.id = r.replaced_by
		WHERE r.id = ?`, rowTable(kind)), id)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v, err := store.ScanVersion(rows)
		if err != nil {
			return err
		}
		s.Add(kind, v)
	}
	return rows.Err()
}

// apply carries out a plan.
func (t tx) apply(p *store.Plan) error {
	for _, r := range p.Rows {
		if err := t.applyRow(r); err != nil {
			return err
		}
	}
	for _, load := range p.Edited {
		if err := t.exec("UPDATE loads SET edited = 1 WHERE id = ?", load); err != nil {
			return err
		}
	}
	for _, load := range p.Spoilt {
		if err := t.exec("UPDATE loads SET spoilt = 1 WHERE id = ?", load); err != nil {
			return err
		}
	}
	return nil
}

func (t tx) applyRow(r *store.Row) error {
	l, err := t.w.layout(r.Kind)
	if err != nil {
		return err
	}
	if r.Act == store.Move {
		return t.exec(l.move, r.To, r.Revision, r.ID, r.From)
	}
	args, err := l.args(r)
	if err != nil {
		return err
	}
	if r.Act == store.Insert {
		return t.exec(l.insert, args...)
	}
	return t.exec(l.replace, append(args, r.ID, r.From)...)
}
