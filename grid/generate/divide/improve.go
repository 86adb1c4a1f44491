package divide

// Improve recombines pairs of neighbouring parts: it joins two and cuts them
// again, and keeps the cut that costs less, until rounds passes over all pairs
// bring nothing more. cost rates one part.
func (t *Task) Improve(parts [][]int32, rounds int, cost func(part []int32) float64) {
	for range rounds {
		better := false
		for i := range parts {
			for j := i + 1; j < len(parts); j++ {
				if t.touch(parts[i], parts[j]) && t.recombine(parts, i, j, cost) {
					better = true
				}
			}
		}
		if !better {
			return
		}
	}
}

func (t *Task) recombine(parts [][]int32, i, j int, cost func(part []int32) float64) bool {
	now := cost(parts[i]) + cost(parts[j])
	if now < 1e-9 {
		return false
	}
	both := append(append([]int32(nil), parts[i]...), parts[j]...)
	better := false
	for range 4 {
		one, two, _ := t.halve(both, 2)
		if one == nil {
			break
		}
		if c := cost(one) + cost(two); c < now-1e-9 && !t.Map.Surrounds(one) && !t.Map.Surrounds(two) {
			now, parts[i], parts[j], better = c, one, two, true
		}
	}
	return better
}

func (t *Task) touch(a, b []int32) bool {
	in := make(map[int32]bool, len(a))
	for _, p := range a {
		in[p] = true
	}
	for _, p := range b {
		for _, l := range t.Map.near[p] {
			if in[t.Map.other(l, p)] {
				return true
			}
		}
	}
	return false
}
