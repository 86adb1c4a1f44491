package feed

// A telling is news with its frames, encoded once for all who get them.
type telling struct {
	News
	change, gone, alert Frame
}

// tell queues with one subscriber what the viewer may know of the news. The
// caller holds the hub's lock.
func (t *telling) tell(s *Subscription) {
	f, any := t.frame(s)
	if t.Alert && s.filter.sees(AlertsTopic, t.After) {
		if t.alert.op == "" {
			t.alert = changeFrame("alert", t.News)
		}
		alert := t.alert
		if any {
			alert.at = Cursor{} // the frame that follows moves the cursor for both
		}
		s.send(alert)
	}
	if any {
		s.send(f)
	}
}

// frame returns the change if the viewer sees where the entity is, and gone if
// the viewer saw only where it was.
func (t *telling) frame(s *Subscription) (f Frame, any bool) {
	switch {
	case s.filter.sees(EventsTopic, t.After):
		if t.change.op == "" {
			t.change = changeFrame("change", t.News)
		}
		return t.change, true
	case s.filter.sees(EventsTopic, t.Before):
		if t.gone.op == "" {
			t.gone = goneFrame(t.News)
		}
		return t.gone, true
	}
	return Frame{}, false
}

// send queues a frame; one that does not fit restarts the subscriber. The caller
// holds the hub's lock.
func (s *Subscription) send(f Frame) {
	if !s.queue.push(f) {
		s.hub.forgetAll(s)
	}
}
