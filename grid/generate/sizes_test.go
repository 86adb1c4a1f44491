//go:build !race

package generate

// How much the tests make. The race detector slows invention eightfold and is
// after other faults, so it gets less.
const (
	hardSeeds = 8
	mostRuns  = 3 // with 3, 1 and 2 workers
	ofAKind   = 1 // besides one street
	soakTowns = CityTowns
)
