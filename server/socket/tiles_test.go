package socket

import "testing"

func TestRequestsAreTakenInOrderUnlessCancelled(t *testing.T) {
	q := newRequests(3)
	for id := uint32(1); id <= 3; id++ {
		if !q.add(request{id: id}) {
			t.Fatalf("request %d was refused", id)
		}
	}
	if q.add(request{id: 4}) {
		t.Error("a request over the limit was taken")
	}
	q.cancel(2)
	q.cancel(77)
	var got []uint32
	for r, ok := q.take(); ok; r, ok = q.take() {
		got = append(got, r.id)
	}
	if len(got) != 2 || got[0] != 1 || got[1] != 3 {
		t.Errorf("took %v, want 1 and 3", got)
	}
	if !q.add(request{id: 5}) {
		t.Error("a request was refused though none wait")
	}
}
