package postgis

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"quanxi/geo"
	"quanxi/geo/wkb"
	"quanxi/grid"
	"quanxi/store"
)

// registerGeometry teaches a connection that geometry is bytes: EWKB both ways.
func registerGeometry(ctx context.Context, conn *pgx.Conn) error {
	var oid uint32
	if err := conn.QueryRow(ctx, "SELECT 'geometry'::regtype::oid").Scan(&oid); err != nil {
		return err
	}
	conn.TypeMap().RegisterType(&pgtype.Type{Name: "geometry", OID: oid, Codec: pgtype.ByteaCodec{}})
	return nil
}

// bind returns the value of a column as PostgreSQL keeps it.
func bind(value any) (any, error) {
	switch v := value.(type) {
	case *time.Time:
		if v.IsZero() {
			return nil, nil
		}
		return *v, nil
	case *geo.Point:
		if v.IsZero() {
			return nil, nil
		}
		return wkb.AppendEWKB(nil, *v), nil
	}
	return store.Bind(value)
}

// args returns the values of insert and replace for a row.
func (l layout) args(r *store.Row) ([]any, error) {
	args := make([]any, 0, 8+len(l.columns))
	args = append(args, r.ID, r.Revision, r.External, r.Removed, r.Load, r.To)
	for _, c := range r.Entity.Columns() {
		v, err := bind(c.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", l.kind, c.Name, err)
		}
		args = append(args, v)
	}
	if !l.shaped {
		return args, nil
	}
	if g := r.Entity.Geometry(); g != nil {
		return append(args, wkb.AppendEWKB(nil, g)), nil
	}
	return append(args, nil), nil
}

// binary asks for results in the form that decode reads.
func inBinary() pgx.QueryResultFormats { return pgx.QueryResultFormats{pgx.BinaryFormatCode} }

// decode fills e from the raw columns of read, without reflection: a city has
// tens of millions of rows. It keeps no part of raw.
func (l layout) decode(raw [][]byte, e grid.Entity) error {
	head := e.Entity()
	head.ID, head.Revision, head.External = bigint(raw[0]), bigint(raw[1]), string(raw[2])
	raw = raw[3:]
	for i, c := range e.Columns() {
		if err := decodeColumn(raw[i], c.Value); err != nil {
			return fmt.Errorf("%s %d: %s: %w", l.kind, head.ID, c.Name, err)
		}
	}
	if !l.shaped {
		return nil
	}
	g, err := wkb.Parse(raw[len(raw)-1])
	if err != nil {
		return fmt.Errorf("%s %d: geometry: %w", l.kind, head.ID, err)
	}
	return e.SetGeometry(g)
}

func bigint(raw []byte) int64 {
	if len(raw) != 8 {
		return 0
	}
	return int64(binary.BigEndian.Uint64(raw))
}

func integer(raw []byte) int32 {
	if len(raw) != 4 {
		return 0
	}
	return int32(binary.BigEndian.Uint32(raw))
}

// epoch2000 is when PostgreSQL's timestamps begin, in microseconds of Unix time.
const epoch2000 = 946_684_800_000_000

// decodeColumn reads one value in PostgreSQL's binary format; NULL is nil.
func decodeColumn(raw []byte, to any) error {
	switch to := to.(type) {
	case *string:
		*to = string(raw)
	case *int32:
		*to = integer(raw)
	case *int64:
		*to = bigint(raw)
	case *grid.Date:
		*to = grid.Date(integer(raw))
	case *bool:
		*to = len(raw) == 1 && raw[0] == 1
	case *[]byte:
		*to = append([]byte(nil), raw...)
	case *time.Time:
		*to = time.Time{}
		if raw != nil {
			*to = time.UnixMicro(bigint(raw) + epoch2000).UTC()
		}
	case *geo.Point:
		g, err := wkb.Parse(raw)
		*to, _ = g.(geo.Point) // nil is no place
		return err
	case *[]string:
		return store.ParseList(raw, to)
	case *[]grid.Entrance:
		return store.ParseList(raw, to)
	default:
		return fmt.Errorf("type %T: %w", to, grid.ErrInvalid)
	}
	return nil
}
