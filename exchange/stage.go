package exchange

import (
	"context"

	"quanxi/geo"
	"quanxi/grid"
)

// store is the second pass: what the first found good goes into the load.
func (p *pump) store(ctx context.Context, source Source, load grid.Load) error {
	stage := &stage{pump: p, load: load}
	err := p.each(ctx, source, Storing, func(s Subject) error {
		if !s.made && p.inPieces(s.Entity) {
			return nil
		}
		p.number(s)
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

// seal closes the identities of the batch under a key for each person.
func (s *stage) seal(ctx context.Context) ([]grid.SubjectKey, error) {
	if err := s.identify(ctx); err != nil {
		return nil, err
	}
	var keys []grid.SubjectKey
	for _, subject := range s.batch {
		if subject.Identity == nil {
			continue
		}
		p := subject.Entity.(*grid.Person)
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

// identify gives the people of the batch who are new their ids before sealing, since
// a seal is bound to the id.
func (s *stage) identify(ctx context.Context) error {
	var fresh []*grid.Head
	for _, subject := range s.batch {
		if head := subject.Entity.Entity(); subject.Identity != nil && head.ID == 0 {
			fresh = append(fresh, head)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	first, err := s.from.NextIDs(ctx, len(fresh))
	for i, head := range fresh {
		head.ID = first + int64(i)
	}
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
