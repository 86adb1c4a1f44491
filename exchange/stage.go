package exchange

import (
	"context"
	"maps"
	"slices"

	"quanxi/geo"
	"quanxi/grid"
)

// store is the second pass: what the first found good goes into the load.
func (p *pump) store(ctx context.Context, source Source, load grid.Load) error {
	stage := &stage{pump: p, load: load}
	err := p.each(ctx, source, Storing, func(s Subject) error {
		if p.inPieces(s.Entity) {
			return nil
		}
		return stage.add(ctx, s)
	})
	if err != nil {
		return err
	}
	for _, whole := range p.wholes {
		if err := stage.add(ctx, Subject{Entity: whole}); err != nil {
			return err
		}
	}
	return stage.flush(ctx)
}

// A stage gathers subjects into batches of one load.
type stage struct {
	*pump
	load  grid.Load
	batch []Subject
}

func (s *stage) add(ctx context.Context, subject Subject) error {
	s.place(subject.Entity)
	s.batch = append(s.batch, subject)
	if len(s.batch) < batchSize {
		return nil
	}
	return s.flush(ctx)
}

// place stamps the area in which the entity lies.
func (s *stage) place(e grid.Entity) {
	if b, ok := e.(*grid.Building); ok && s.AreaAt != nil {
		b.Area = s.AreaAt(b.Place())
	}
}

func (s *stage) flush(ctx context.Context) error {
	if len(s.batch) == 0 {
		return nil
	}
	entities := make([]grid.Entity, len(s.batch))
	for i, subject := range s.batch {
		entities[i] = subject.Entity
	}
	if err := s.keepOld(ctx, entities); err != nil {
		return err
	}
	keys, err := s.seal(ctx)
	if err != nil {
		return err
	}
	if err := s.load.Put(ctx, entities, keys); err != nil {
		return err
	}
	s.report.Stored += len(entities)
	s.batch = s.batch[:0]
	return nil
}

// keepOld takes up the divisions that are stored under the codes of a batch, from
// wherever they came: a code is one division, and a list of names must not wipe
// out the borders that came before it.
func (s *stage) keepOld(ctx context.Context, entities []grid.Entity) error {
	if s.Kind != grid.Divisions {
		return nil
	}
	byCode := map[string]*grid.Division{}
	for _, e := range entities {
		d := e.(*grid.Division)
		byCode[string(d.Code)] = d
	}
	codes := grid.Query{Column: "code", Values: slices.Sorted(maps.Keys(byCode))}
	for old, err := range s.from.Entities(ctx, grid.Divisions, codes) {
		if err != nil {
			return err
		}
		stored := old.(*grid.Division)
		keepDivision(byCode[string(stored.Code)], stored)
	}
	return nil
}

func keepDivision(d, old *grid.Division) {
	d.Head = old.Head
	if len(d.Boundary) == 0 {
		// The border that stays keeps its label: the file's point may be an office.
		if d.Label.IsZero() || len(old.Boundary) > 0 {
			d.Label = old.Label
		}
		d.Boundary = old.Boundary
	}
	if d.Parent == "" {
		d.Parent = old.Parent
	}
	if d.DivisionKind == "" {
		d.DivisionKind = old.DivisionKind
	}
	if d.NormLow == 0 && d.NormHigh == 0 {
		d.NormLow, d.NormHigh = old.NormLow, old.NormHigh
	}
}

// seal closes the identities of the batch under a key for each person.
func (s *stage) seal(ctx context.Context) ([]grid.SubjectKey, error) {
	var keys []grid.SubjectKey
	for _, subject := range s.batch {
		if subject.Identity == nil {
			continue
		}
		p := subject.Entity.(*grid.Person)
		if err := s.identify(ctx, p); err != nil {
			return nil, err
		}
		sealed, err := s.Vault.Seal(grid.People, p.ID, *subject.Identity)
		if err != nil {
			return nil, err
		}
		p.Identity, p.IDDigest, p.PhoneDigest = sealed.Identity, sealed.IDDigest, sealed.PhoneDigest
		if err := p.Validate(); err != nil {
			return nil, err
		}
		keys = append(keys, sealed.Key)
	}
	return keys, nil
}

// identify gives the person an id before sealing, since the seal is bound to it:
// the one it has if the file was read before.
func (s *stage) identify(ctx context.Context, p *grid.Person) error {
	if p.External != "" {
		for old, err := range s.from.Entities(ctx, grid.People, grid.Query{External: []string{p.External}}) {
			if err != nil {
				return err
			}
			p.ID, p.Revision = old.Entity().ID, old.Entity().Revision
			return nil
		}
	}
	id, err := s.from.NextIDs(ctx, 1)
	p.ID = id
	return err
}

// Locate is the AreaAt of a store that nobody serves: it reads the divisions once.
func Locate(ctx context.Context, store grid.Store) (func(geo.Point) grid.Code, error) {
	type face struct {
		code     grid.Code
		envelope geo.Envelope
		boundary geo.MultiPolygon
	}
	var faces []face
	for e, err := range store.Entities(ctx, grid.Divisions, grid.Query{}) {
		if err != nil {
			return nil, err
		}
		d := e.(*grid.Division)
		if envelope, ok := d.Boundary.Envelope(); ok {
			faces = append(faces, face{d.Code, envelope, d.Boundary})
		}
	}
	var index geo.Index
	for i, f := range faces {
		index.Insert(uint32(i), f.envelope)
	}
	snapshot := index.Share()
	return func(p geo.Point) grid.Code {
		var finest grid.Code
		for i := range snapshot.Search(geo.Envelope{Min: p, Max: p}) {
			if f := faces[i]; len(f.code) > len(finest) && f.boundary.Contains(p) {
				finest = f.code
			}
		}
		return finest
	}, nil
}
