package world

// lexicon
type lexicon struct{}

func (d *draft) learn(k sort, slot uint32)  {}
func (d *draft) forget(k sort, slot uint32) {}
