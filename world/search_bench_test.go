package world_test

import (
	"fmt"
	"testing"
	"time"

	"quanxi/grid"
	"quanxi/world"
)

// BenchmarkSearchPastHidden asks for a street by whose name 200,000 cameras are called
// too, of which the viewer may know all, none, or those of a grid where there are none.
func BenchmarkSearchPastHidden(b *testing.B) {
	w := world.New(world.Options{Now: func() time.Time { return monday }})
	l := w.Begin()
	entities := []grid.Entity{&grid.Road{Head: grid.Head{ID: 1, Revision: 1}, Name: "滨江北路", Class: "major"}}
	for i := range 200_000 {
		entities = append(entities, &grid.Camera{Head: grid.Head{ID: int64(i + 1), Revision: 1}, Name: fmt.Sprintf("滨江北路%d号", i+1), State: "online", Place: at(i%60, i%50)})
	}
	for _, e := range entities {
		if err := l.Add(e); err != nil {
			b.Fatal(err)
		}
	}
	if err := l.Publish(world.Position{Epoch: "test", Pos: 1}); err != nil {
		b.Fatal(err)
	}
	all := world.AllOf(grid.Everywhere())
	none := all
	none[world.OfCameras] = grid.Scope{}
	elsewhere := all
	elsewhere[world.OfCameras] = grid.NewScope(grid.Under("500109001001001"))
	for _, who := range []struct {
		name   string
		scopes *world.Scopes
	}{{"all", &all}, {"none", &none}, {"those elsewhere", &elsewhere}} {
		for _, query := range []string{"滨江北路", "滨江北路7号", "7号"} {
			b.Run(who.name+"/"+query, func(b *testing.B) {
				for b.Loop() {
					w.Snapshot().Search(query, 10, who.scopes)
				}
			})
		}
	}
}
