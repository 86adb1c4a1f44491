//go:build race

package generate

const (
	oddTowns = 1
	mostRuns = 1
	ofAKind  = 0
)
