package access

// A Visit is a live connection of somebody who signed in. What it may see follows the
// Directory to the second. It is used by one goroutine at a time; the caller closes it.
type Visit struct {
	desk   *Desk
	secret string
	watch  *Watch
	viewer *Viewer
}

// Visit begins a visit with a secret, as of Viewer; false if that lets nobody in.
func (d *Desk) Visit(secret string) (*Visit, bool) {
	whose := nobody
	if account, _, ok := d.find(secret); ok {
		whose = account.ID
	}
	// Watched before it is looked at: what changes in between is not missed.
	v := &Visit{desk: d, secret: secret, watch: d.Directory.Watch(whose)}
	if v.Viewer() == nil {
		v.Close()
		return nil, false
	}
	return v, true
}

// Viewer returns the viewer of this moment, the same as before if its rights are; nil
// if the sign-in has ended.
func (v *Visit) Viewer() *Viewer {
	viewer, until, ok := v.desk.Viewer(v.secret)
	if !ok {
		return nil
	}
	// A connection that is open uses its sign-in, so it is looked at before it is idle.
	now := v.desk.Clock()
	v.watch.At(earlier(until, now.Add(idleSpan/4)).Sub(now))
	if v.viewer == nil || !v.viewer.sameAs(viewer) {
		v.viewer = viewer
	}
	return v.viewer
}

// Changed is signalled when Viewer may return another one.
func (v *Visit) Changed() <-chan struct{} { return v.watch.Changed() }

// Signals counts what Changed is signalled of, before it is. It is safe for concurrent use.
func (v *Visit) Signals() uint64 { return v.watch.Signals() }

// Close ends the visit; the sign-in goes on.
func (v *Visit) Close() { v.watch.Close() }
