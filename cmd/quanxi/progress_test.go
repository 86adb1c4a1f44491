package main

import (
	"strings"
	"testing"
	"time"
)

func TestProgressTellsRateAndTimeLeft(t *testing.T) {
	now := time.Unix(1000, 0)
	var out strings.Builder
	p := newProgress(&out, func() time.Time { return now }, "records", 4)
	now = now.Add(10 * time.Second)
	p.add(500, 1)
	for _, want := range []string{" 25 %", "500 records", "50/s", "30s left"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q does not say %q", out.String(), want)
		}
	}
	before := out.Len()
	p.add(1, 0)
	if out.Len() != before {
		t.Error("the line is drawn anew at once")
	}
	p.add(1499, 3)
	now = now.Add(time.Second)
	p.end()
	if !strings.Contains(out.String(), "100 %") || !strings.HasSuffix(out.String(), "\n") {
		t.Errorf("the end is %q", out.String())
	}
}
