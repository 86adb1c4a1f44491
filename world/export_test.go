package world

// InFull returns a copy of s whose tiles look far out, too, at everything that lies in them.
func (s *Snapshot) InFull() *Snapshot {
	all := *s
	for k := range all.outlooks {
		all.outlooks[k] = outlook{s.found[k]}
	}
	return &all
}
