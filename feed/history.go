package feed

// A history remembers what was told last, so that a screen whose connection broke can
// go on where it stopped. It forgets the oldest when it holds too many or too large
// ones. The hub's lock guards it.
type history struct {
	limit, limitBytes int

	after int64 // the position before the oldest that is remembered
	bytes int
	ring  []entry // oldest first
}

// An entry is something that was told: a piece of news, or what changed hands.
type entry struct {
	pos    int64
	news   News
	handed *handOver // nil for news
}

func (e *entry) bytes() int {
	if e.handed != nil {
		return e.handed.bytes()
	}
	return len(e.news.Body)
}

// reset begins anew after a load that stands at pos. The load may hold commits that
// get their position only later and are then no news: whoever was told up to pos by
// another process must fetch them, so a cursor of pos itself is too old.
func (h *history) reset(pos int64) {
	pos++
	h.after, h.bytes, h.ring = pos, 0, nil
}

// addNews remembers a piece of news.
func (h *history) addNews(n News) { h.add(entry{pos: n.Pos, news: n}) }

// addHanded remembers what changed hands at pos.
func (h *history) addHanded(o *handOver, pos int64) { h.add(entry{pos: pos, handed: o}) }

func (h *history) add(e entry) {
	h.ring = append(h.ring, e)
	h.bytes += e.bytes()
	for len(h.ring) > h.limit || h.bytes > h.limitBytes {
		// What changed hands stands before the news of its batch, with the last of their
		// positions: the news must not bring after back.
		h.after, h.bytes = max(h.after, h.ring[0].pos), h.bytes-h.ring[0].bytes()
		h.ring[0] = entry{}
		h.ring = h.ring[1:]
	}
}

// since returns what was told after pos, and false if some of it is forgotten.
func (h *history) since(pos int64) ([]entry, bool) {
	if pos < h.after {
		return nil, false
	}
	// The order is that of revisions where positions of one entity disagree, so
	// that positions are not quite sorted: look at each.
	var out []entry
	for _, e := range h.ring {
		if e.pos > pos {
			out = append(out, e)
		}
	}
	return out, true
}
