//go:build race

package generate

const (
	hardSeeds = 2
	mostRuns  = 1
	ofAKind   = 0
	soakTowns = 30
)
