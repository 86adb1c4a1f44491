package generate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"quanxi/grid/generate/fabric"
	"quanxi/grid/generate/plane"
)

// outlineAreas dissolves the atoms of every level to polygons.
func (d *draft) outlineAreas() error {
	a := &d.areas
	for _, level := range []struct {
		list *[]division
		of   *[]int32
	}{{&a.communities, &a.communityOf}, {&a.grids, &a.gridOf}, {&a.micros, &a.microOf}} {
		list := *level.list
		slices.SortStableFunc(list, func(x, y division) int { return cmp.Compare(x.code, y.code) })
		label := make([]int32, len(d.graph.Faces))
		for f := range label {
			label[f] = fabric.Closed
		}
		for i := range list {
			for _, f := range list[i].atoms {
				label[f] = int32(i)
			}
		}
		*level.of = label
		for i, ground := range d.graph.Dissolve(label, len(list)) {
			if len(ground) == 0 {
				return fmt.Errorf("division %s: %w", list[i].code, errLostTown)
			}
			list[i].ground = ground
			list[i].label = plane.RingFrom(ground[0][0]).Inner().Lattice()
		}
		d.placeExclaves(list, label)
	}
	return nil
}

// placeExclaves adds the ground that lies apart to the areas of the nearest atom.
func (d *draft) placeExclaves(list []division, label []int32) {
	for _, part := range d.plan.exclaves {
		at := plane.RingFrom(part[0]).Inner()
		best, nearest := math.Inf(1), int32(0)
		for f := range d.graph.Faces {
			if label[f] < 0 {
				continue
			}
			if dist := plane.RingFrom(d.graph.Ring(f)).EdgeDist(at); dist < best {
				best, nearest = dist, label[f]
			}
		}
		list[nearest].ground = append(list[nearest].ground, part)
	}
}
