package postgis

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"quanxi/grid"
)

// classify adds the sentinel that an error of the database stands for.
func classify(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return classifyCode(err, refused)
	}
	var dial *pgconn.ConnectError
	var network net.Error
	switch {
	case err == nil, errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.As(err, &dial), errors.As(err, &network), pgconn.SafeToRetry(err), strings.Contains(err.Error(), "closed pool"),
		strings.Contains(err.Error(), "conn closed"), strings.Contains(err.Error(), "unexpected EOF"):
		return fmt.Errorf("%w: %w", grid.ErrUnavailable, err)
	}
	return err
}

// classifyCode judges by SQLSTATE. What the server says of a violated constraint
// quotes the value, which may be somebody's: it is left out.
func classifyCode(err error, refused *pgconn.PgError) error {
	switch code := refused.Code; {
	case code == "23505" && strings.HasSuffix(refused.ConstraintName, "_rows_external"):
		return &grid.FieldError{Kind: grid.Kind(strings.TrimSuffix(refused.TableName, "_rows")), Field: "external", Why: "is taken"}
	case code == "23505", code == "40001", code == "40P01":
		return fmt.Errorf("%w: SQLSTATE %s", grid.ErrConflict, code)
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57"), strings.HasPrefix(code, "58"),
		code == "25006", code == "55P03", code == "25P03", code == otherEpoch:
		return fmt.Errorf("%w: %w", grid.ErrUnavailable, err)
	}
	return err
}

// notFound says in our words that a query found no row.
func notFound(err error) error {
	if errors.Is(err, pgx.ErrNoRows) {
		return grid.ErrNotFound
	}
	return err
}
