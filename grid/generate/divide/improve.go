package divide

import "slices"

// Improve changes parts until none costs anything: it trades single pieces between
// neighbours, joins two parts, or three where two do not help, and cuts them again,
// and keeps what costs less. It ends after rounds passes, or when a pass brings
// nothing.
func (t *Task) Improve(parts [][]int32, rounds int) {
	for range rounds {
		better := false
		for i := range parts {
			if t.Cost(parts[i]) <= 0 {
				continue
			}
			near := t.neighbours(parts, i)
			for _, j := range near {
				better = t.trade(parts, i, j) || better
				better = t.recombine(parts, []int{i, j}) || better
			}
			if t.Cost(parts[i]) <= 0 {
				continue
			}
			for a, j := range near {
				for _, k := range near[a+1:] {
					better = t.recombine(parts, []int{i, j, k}) || better
				}
			}
		}
		if !better {
			return
		}
	}
}

// Total is what parts cost together.
func (t *Task) Total(parts [][]int32) float64 {
	sum := 0.0
	for _, p := range parts {
		sum += t.Cost(p)
	}
	return sum
}

// recombine joins the chosen parts and cuts them again a few times.
func (t *Task) recombine(parts [][]int32, chosen []int) bool {
	now := 0.0
	var all []int32
	for _, i := range chosen {
		now += t.Cost(parts[i])
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
		if sum := t.Total(fresh); sum < now-1e-9 && !slices.ContainsFunc(fresh, t.Map.Surrounds) {
			now, better = sum, true
			for n, i := range chosen {
				parts[i] = fresh[n]
			}
		}
	}
	return better
}

// trade gives pieces of one part to the other, one at a time, as long as the best
// such gift costs less than none.
func (t *Task) trade(parts [][]int32, i, j int) bool {
	better := false
	for {
		now := t.Cost(parts[i]) + t.Cost(parts[j])
		if now <= 0 {
			return better
		}
		var one, two []int32
		for _, way := range [2][2]int{{i, j}, {j, i}} {
			from, to := parts[way[0]], parts[way[1]]
			for _, p := range t.border(from, to) {
				less, more := without(from, p), append(slices.Clone(to), p)
				sum := t.Cost(less) + t.Cost(more)
				if sum > now-1e-9 || !t.Map.Connected(less) || t.Map.Surrounds(less) || t.Map.Surrounds(more) {
					continue
				}
				now = sum
				if one, two = less, more; way[0] == j {
					one, two = more, less
				}
			}
		}
		if one == nil {
			return better
		}
		parts[i], parts[j], better = one, two, true
	}
}

// Merge joins a part to a neighbour wherever that costs less than both, and returns
// those that remain.
func (t *Task) Merge(parts [][]int32) [][]int32 {
	for i := 0; i < len(parts); i++ {
		if t.Cost(parts[i]) <= 0 {
			continue
		}
		for _, j := range t.neighbours(parts, i) {
			both := slices.Concat(parts[i], parts[j])
			if t.Cost(both) < t.Cost(parts[i])+t.Cost(parts[j])-1e-9 && !t.Map.Surrounds(both) {
				parts[j] = both
				parts = slices.Delete(parts, i, i+1)
				i = -1 // what was fine alone may be worth joining now
				break
			}
		}
	}
	return parts
}

// border returns the pieces of one part that touch another, unless the part would be
// empty without them.
func (t *Task) border(from, to []int32) []int32 {
	if len(from) < 2 {
		return nil
	}
	t.Map.mark(to)
	var out []int32
	for _, p := range from {
		if slices.ContainsFunc(t.Map.near[p], func(l int32) bool { return t.Map.marked(t.Map.other(l, p)) }) {
			out = append(out, p)
		}
	}
	return out
}

func without(part []int32, piece int32) []int32 {
	out := make([]int32, 0, len(part))
	for _, p := range part {
		if p != piece {
			out = append(out, p)
		}
	}
	return out
}

// neighbours returns the parts that share a border with part i.
func (t *Task) neighbours(parts [][]int32, i int) []int {
	m := t.Map
	m.call++
	for j, part := range parts {
		for _, p := range part {
			m.marks[p], m.at[p] = m.call, int32(j)
		}
	}
	seen := map[int]bool{i: true}
	var out []int
	for _, p := range parts[i] {
		for _, l := range m.near[p] {
			if q := m.other(l, p); m.marked(q) && !seen[int(m.at[q])] {
				seen[int(m.at[q])] = true
				out = append(out, int(m.at[q]))
			}
		}
	}
	return out
}
