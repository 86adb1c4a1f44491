package exchange

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"

	"quanxi/geo"
	"quanxi/grid"
)

// Import describes one file to bring in.
type Import struct {
	Kind grid.Kind
	// Name stands before the ids of the file's features, and in the list of loads.
	Name  string
	Actor string
	// To turns the file's positions into degrees: what ProposeCRS found, or what
	// the caller declared.
	To Transform
	// SkipBad stores what is right and reports the rest; otherwise one bad record
	// refuses the whole file.
	SkipBad Tolerance
	// AreaAt returns the finest division that holds a point; empty outside all.
	AreaAt func(geo.Point) grid.Code
	Vault  grid.Vault
	// Progress is told of every record read, and how much of the work is done, 0 to
	// 1 over both passes; it may be nil.
	Progress func(records int, share float64)
}

// A Tolerance says what a bad record does to its file.
type Tolerance int

// The tolerances.
const (
	RefuseFile Tolerance = iota
	SkipRecord
)

// A Pass is one reading of the file.
type Pass int

// The passes: everything is checked before anything is stored.
const (
	Checking  Pass = iota + 1
	Gathering      // of pieces, if an id occurs twice
	Storing
)

// batchSize keeps the transactions of a load short, so that no other writer waits.
const batchSize = 1000

// ErrRefused reports that a file holds bad records, or nothing of the kind asked for,
// and nothing of it was stored.
var ErrRefused = errors.New("nothing was stored")

// Check reads the whole source without storing anything and reports what an
// import would do. It is the dry run, and the first pass of Run; its error is that
// of Run, so that a script that asks first is told.
func (im Import) Check(ctx context.Context, source Source, store grid.Store) (*Report, error) {
	if told := im.Progress; told != nil { // checking is all that there is to do
		im.Progress = func(records int, share float64) { told(records, min(2*share, 1)) }
	}
	p, err := im.check(ctx, source, store)
	if err != nil {
		return nil, err
	}
	return p.report, p.refusal()
}

// refusal is why nothing of the file is stored; nil if it is.
func (p *pump) refusal() error {
	if p.report.Bad > 0 && p.SkipBad == RefuseFile {
		return fmt.Errorf("%d bad records: %w", p.report.Bad, ErrRefused)
	}
	for _, n := range p.report.Found {
		if n > 0 {
			return nil
		}
	}
	return fmt.Errorf("no %s in it: %w", p.Kind, ErrRefused)
}

// Run checks the source and then stores it as one load. If the file holds bad
// records, the report names them, the error wraps ErrRefused, and nothing was stored;
// so too if it holds nothing of the kind.
func (im Import) Run(ctx context.Context, source Source, store grid.Store) (*Report, error) {
	p, err := im.check(ctx, source, store)
	if err != nil {
		return nil, err
	}
	if err := p.refusal(); err != nil {
		return p.report, err
	}
	load, err := store.BeginLoad(ctx, grid.LoadInfo{Actor: im.Actor, About: im.Name})
	if err != nil {
		return p.report, err
	}
	if err := p.store(ctx, source, load); err != nil {
		return p.report, errors.Join(err, load.Abort(context.WithoutCancel(ctx)))
	}
	if _, err := load.Commit(ctx); err != nil {
		return p.report, errors.Join(err, load.Abort(context.WithoutCancel(ctx)))
	}
	p.report.Load = load.ID()
	return p.report, nil
}

// A pump carries one import through its two passes.
type pump struct {
	Import
	converter *Converter
	report    *Report
	from      grid.Store
	hash      maphash.Seed
	over      int                // records that go no further
	seen      filter             // the ids that occurred
	repeated  map[uint64]bool    // the keys of those that occurred again, or may have
	wholes    []grid.Entity      // what was put together from pieces, or added
	equals    map[uint64]int     // how many of the keys without an id of their own were stored
	ours      map[int64]string   // external ids of the first records of an export of ours, by their numbers there
	cities    map[grid.Code]bool // whether the file brings them; else its counties name them
}

func (im Import) check(ctx context.Context, source Source, store grid.Store) (*pump, error) {
	p := &pump{
		Import: im, from: store, hash: maphash.MakeSeed(), seen: newFilter(), repeated: map[uint64]bool{}, equals: map[uint64]int{}, ours: map[int64]string{}, cities: map[grid.Code]bool{},
		report: &Report{Name: im.Name, Kind: im.Kind, Format: source.Format()},
	}
	p.converter = &Converter{kind: im.Kind, mapping: mappingOf(im.Kind), prefix: im.Name + ":", refers: referencesTo(ctx, store)}
	err := p.each(ctx, source, Checking, p.count)
	if err != nil {
		return nil, err
	}
	if err := p.refuseOwn(ctx); err != nil {
		return p, err
	}
	if err := p.gather(ctx, source); err != nil {
		return p, err
	}
	return p, p.addCities(ctx)
}

// each converts and checks every record and hands the good ones to use.
func (p *pump) each(ctx context.Context, source Source, pass Pass, use func(Subject) error) error {
	clear(p.converter.refers.known) // what was there before may be gone
	read, over := 0, 0
	for record, err := range source.Records(p.To) {
		if err := ctx.Err(); err != nil {
			return err
		}
		read++
		if p.Progress != nil {
			p.Progress(read, shareOf(pass, source.Share()))
		}
		var problem Problem
		if err != nil && !errors.As(err, &problem) {
			return err
		}
		if pass == Checking {
			p.report.Records = read
			p.report.columns(p.Kind, record.Properties)
		}
		subject, err := p.subject(record, err)
		if away := p.converter.refers.away; away != nil {
			return fmt.Errorf("%s: %w", record.Place, away)
		}
		if p.note(pass, record, err) {
			over++
			continue
		}
		if err := use(subject); err != nil {
			return err
		}
	}
	if pass == Checking {
		p.over = over
	}
	if over != p.over {
		return fmt.Errorf("%d records are passed over that were right before: %w", over-p.over, errChanged)
	}
	return nil
}

// shareOf is how much of the whole work is done: checking is half of it, and
// gathering goes unnoticed.
func shareOf(pass Pass, share float64) float64 {
	switch pass {
	case Checking:
		return share / 2
	case Storing:
		return 0.5 + share/2
	}
	return 0.5
}

// subject converts a record and checks what comes of it.
func (p *pump) subject(record Record, err error) (Subject, error) {
	if err != nil {
		return Subject{}, err
	}
	subject, err := p.converter.Convert(record)
	if err != nil {
		return Subject{}, err
	}
	if g := subject.Entity.Geometry(); g != nil {
		if err := geo.Check(g); err != nil {
			return Subject{}, &grid.FieldError{Kind: subject.Entity.Kind(), Field: "geometry", Why: err.Error()}
		}
	}
	if err := grid.CheckTexts(subject.Entity); err != nil {
		return Subject{}, err
	}
	if subject.Identity == nil { // a person is whole only when sealed
		if err := subject.Entity.Validate(); err != nil {
			return Subject{}, err
		}
	}
	return subject, nil
}

// note counts a record that goes no further, and reports whether it does not.
func (p *pump) note(pass Pass, record Record, err error) bool {
	if err == nil {
		return false
	}
	if pass != Checking {
		return true // reported by the first pass
	}
	var skipped Skipped
	if errors.As(err, &skipped) {
		p.report.skip(skipped)
		return true
	}
	p.report.refuse(problemOf(record, err))
	return true
}

func problemOf(record Record, err error) Problem {
	var problem Problem
	if errors.As(err, &problem) {
		return problem
	}
	var field *grid.FieldError
	if errors.As(err, &field) {
		return Problem{record.Place, field.Field, field.Why}
	}
	return Problem{Place: record.Place, Why: err.Error()}
}

// count notes the entity of the first pass and finds ids that occur twice.
func (p *pump) count(s Subject) error {
	e := s.Entity
	if s.ours != 0 && len(p.ours) < ownAsked {
		p.ours[s.ours] = e.Entity().External
	}
	if e.Entity().External == "" {
		p.report.WithoutID++
	}
	p.report.Found[e.Kind()]++
	p.report.leaveOut(s.left)
	if d, ok := e.(*grid.Division); ok {
		p.noteCity(d)
		if d.Parent == "" && d.Level > grid.CountyLevel {
			p.report.Unplaced++
		}
	}
	if e.Entity().External == "" {
		return nil
	}
	if key := p.key(e); p.seen.add(key) {
		p.repeated[key] = true
	}
	if len(p.repeated) > mostPieces { // what is gathered would be more still
		return tooMany()
	}
	return nil
}
