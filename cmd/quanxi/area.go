package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"quanxi/grid"
)

// checkArea refuses an area that is none, before anything is made or changed: a node of it
// would hold nothing, and look as if nothing were there.
func (nf nodeFlags) checkArea(ctx context.Context, f storeFlags) error {
	code := grid.Code(nf.Area)
	if code == "" {
		return nil
	}
	if !code.Valid() {
		return fmt.Errorf("--area %.20q is no code of a division: 6 digits are a county's, 9 a town's", nf.Area)
	}
	s, err := f.openExisting(ctx)
	if err != nil {
		return fmt.Errorf("--area %s: %w", code, err)
	}
	return errors.Join(inForce(ctx, s, code, grid.DateOf(time.Now())), s.Close())
}

// inForce returns nil if a division is in force under a code today, else why not.
func inForce(ctx context.Context, s grid.Store, code grid.Code, today grid.Date) error {
	var other *grid.Division
	for e, err := range s.Entities(ctx, grid.Divisions, grid.Query{Column: "code", Values: []string{string(code)}}) {
		if err != nil {
			return fmt.Errorf("--area %s: %w", code, err)
		}
		other = e.(*grid.Division)
		if other.From <= today && (other.To == 0 || today < other.To) {
			return nil
		}
	}
	switch {
	case other == nil:
		return fmt.Errorf("--area %s: the store has no division with this code%s", code, others(ctx, s, code))
	case today < other.From:
		return fmt.Errorf("--area %s: %s comes into force on %s", code, other.Name, other.From)
	}
	return fmt.Errorf("--area %s: %s is in force no more since %s", code, other.Name, other.To)
}

// mostNamed is how many divisions an error names.
const mostNamed = 40

// others names the divisions that might have been meant: those of the same level that are
// managed alike; empty if there are none.
func others(ctx context.Context, s grid.Store, code grid.Code) string {
	var names []string
	query := grid.Query{Column: "level", Values: []string{fmt.Sprint(int32(code.Level()))}}
	for e, err := range s.Entities(ctx, grid.Divisions, query) {
		d, ok := e.(*grid.Division)
		if err != nil || len(names) == mostNamed {
			break
		}
		if ok && begin(d.Code) == begin(code) {
			names = append(names, fmt.Sprintf("%s %s", d.Code, d.Name))
		}
	}
	if len(names) == 0 {
		return ""
	}
	return "; it has " + strings.Join(names, ", ")
}

// begin returns what the codes of divisions begin with that are mostly managed alike.
func begin(code grid.Code) grid.Code {
	if code.Level() <= grid.CountyLevel {
		return code[:2]
	}
	return code[:len(code)-3]
}
