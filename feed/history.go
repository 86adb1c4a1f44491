package feed

// A history remembers the newest news, so that a screen whose connection broke
// can go on where it stopped. It forgets the oldest when it holds too many or too
// large ones. The hub's lock guards it.
type history struct {
	limit, limitBytes int

	after int64 // the position before the oldest that is remembered
	bytes int
	ring  []News // oldest first
}

// reset begins anew after a load that stands at pos. The load may hold commits that
// get their position only later and are then no news: whoever was told up to pos by
// another process must fetch them, so a cursor of pos itself is too old.
func (h *history) reset(pos int64) {
	pos++
	h.after, h.bytes, h.ring = pos, 0, nil
}

func (h *history) add(n News) {
	h.ring = append(h.ring, n)
	h.bytes += len(n.Body)
	for len(h.ring) > h.limit || h.bytes > h.limitBytes {
		h.after, h.bytes = h.ring[0].Pos, h.bytes-len(h.ring[0].Body)
		h.ring[0] = News{}
		h.ring = h.ring[1:]
	}
}

// since returns the news after pos, and false if some of them are forgotten.
func (h *history) since(pos int64) ([]News, bool) {
	if pos < h.after {
		return nil, false
	}
	// The order is that of revisions where positions of one entity disagree, so
	// that positions are not quite sorted: look at each.
	var out []News
	for _, n := range h.ring {
		if n.Pos > pos {
			out = append(out, n)
		}
	}
	return out, true
}
