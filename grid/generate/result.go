package generate

// A TownResult is one town.
type TownResult struct{ D *draft }

func (g *Generator) make(plan *townPlan) (TownResult, error) {
	d := &draft{gen: g, plan: plan}
	for _, r := range plan.Code { d.num = d.num*10 + uint64(r-'0') }
	if err := d.survey(); err != nil { return TownResult{}, err }
	if err := d.divide(); err != nil { return TownResult{}, err }
	return TownResult{d}, nil
}
