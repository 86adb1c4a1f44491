package world

// passed remembers what the log told last of things that a World of one area does not
// hold: of the newest, of at least mostPassed. The zero passed is empty.
type passed struct{ newer, older map[passedKey]int64 }

type passedKey struct {
	sort sort
	id   int64
}

// mostPassed is far more than the log tells between two states of one thing that have
// their positions the wrong way round: those are of transactions side by side.
const mostPassed = 1 << 16

func (p *passed) note(key passedKey, revision int64) {
	if len(p.newer) >= mostPassed {
		p.newer, p.older = nil, p.newer
	}
	if p.newer == nil {
		p.newer = make(map[passedKey]int64)
	}
	p.newer[key] = revision
}

// of returns the revision that was told, 0 for none.
func (p *passed) of(key passedKey) int64 { return max(p.newer[key], p.older[key]) }
