package divide

// Improve recombines neighbouring parts: it joins two, or three where two do not
// help, and cuts them again, and keeps what costs less. It ends after rounds
// passes, or when a pass brings nothing. cost rates one part; 0 needs no change.
func (t *Task) Improve(parts [][]int32, rounds int, cost func(part []int32) float64) {
	for range rounds {
		better := false
		for i := range parts {
			if cost(parts[i]) <= 0 {
				continue
			}
			near := t.neighbours(parts, i)
			for _, j := range near {
				better = t.recombine(parts, []int{i, j}, cost) || better
			}
			if cost(parts[i]) <= 0 {
				continue
			}
			for a, j := range near {
				for _, k := range near[a+1:] {
					better = t.recombine(parts, []int{i, j, k}, cost) || better
				}
			}
		}
		if !better {
			return
		}
	}
}

// recombine joins the chosen parts and cuts them again a few times.
func (t *Task) recombine(parts [][]int32, chosen []int, cost func(part []int32) float64) bool {
	now := 0.0
	var all []int32
	for _, i := range chosen {
		now += cost(parts[i])
		all = append(all, parts[i]...)
	}
	if now <= 0 || !t.Map.Connected(all) {
		return false
	}
	better := false
	for range 3 {
		fresh := t.Split(all, len(chosen))
		if len(fresh) != len(chosen) {
			break
		}
		sum := 0.0
		for _, p := range fresh {
			sum += cost(p)
			if t.Map.Surrounds(p) {
				sum += now
			}
		}
		if sum < now-1e-9 {
			now, better = sum, true
			for n, i := range chosen {
				parts[i] = fresh[n]
			}
		}
	}
	return better
}

// neighbours returns the parts that share a border with part i.
func (t *Task) neighbours(parts [][]int32, i int) []int {
	of := make(map[int32]int)
	for j, p := range parts {
		for _, piece := range p {
			of[piece] = j
		}
	}
	seen := map[int]bool{i: true}
	var out []int
	for _, p := range parts[i] {
		for _, l := range t.Map.near[p] {
			if j, ok := of[t.Map.other(l, p)]; ok && !seen[j] {
				seen[j] = true
				out = append(out, j)
			}
		}
	}
	return out
}
