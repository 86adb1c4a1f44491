package feed_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"quanxi/feed"
)

func TestEncodeFitsTheMessage(t *testing.T) {
	body := func(size int) json.RawMessage {
		return json.RawMessage(`"` + strings.Repeat("x", size-2) + `"`)
	}
	for _, tt := range []struct {
		name  string
		sizes []int
		large []bool
	}{
		{"small bodies travel", []int{100, 2000}, []bool{false, false}},
		{"a body at the limit travels", []int{feed.MaxInline}, []bool{false}},
		{"a body over the limit stays behind", []int{feed.MaxInline + 1, 10}, []bool{true, false}},
		{"of many, the largest stay behind", []int{250 << 10, 200 << 10, 240 << 10, 230 << 10}, []bool{true, false, false, false}},
		{"500 changes of 10 kB fit", repeat(10<<10, 500), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := feed.Batch{Epoch: "e", Pos: int64(len(tt.sizes))}
			for i, size := range tt.sizes {
				b.Changes = append(b.Changes, feed.Change{Pos: int64(i) + 1, Body: body(size)})
			}
			data, err := b.Encode()
			if err != nil || len(data) > feed.MaxMessage {
				t.Fatalf("%d bytes, %v", len(data), err)
			}
			got, err := feed.DecodeBatch(data)
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range got.Changes {
				if tt.large != nil && c.Large != tt.large[i] {
					t.Errorf("change %d: large %v", i, c.Large)
				}
				if !c.Large && !bytes.Equal(c.Body, b.Changes[i].Body) || c.Large && c.Body != nil {
					t.Errorf("change %d: body of %d bytes", i, len(c.Body))
				}
				if b.Changes[i].Large || b.Changes[i].Body == nil {
					t.Errorf("change %d: the sender's batch was changed", i)
				}
			}
		})
	}
}

func repeat(v, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = v
	}
	return out
}

func notBatches() []string {
	return []string{
		``, `null`, `{}`, `[]`, `{"epoch":"e","after":-1,"pos":-1}`, `{"epoch":"e","after":2,"pos":1}`,
		`{"epoch":"e","after":0,"pos":1,"changes":[]}`, `{"epoch":"e","after":0,"pos":1,"changes":[{"pos":2}]}`,
		`{"epoch":"e","after":0,"pos":2,"changes":[{"pos":1},{"pos":1}]}`, `{"epoch":"e","pos":0,"changes":[{"pos":0}]}`,
	}
}

func TestDecodeBatchRefuses(t *testing.T) {
	for _, data := range notBatches() {
		if b, err := feed.DecodeBatch([]byte(data)); !errors.Is(err, feed.ErrMessage) {
			t.Errorf("%s: %+v, %v", data, b, err)
		}
	}
}

func FuzzDecodeBatch(f *testing.F) {
	for _, data := range notBatches() {
		f.Add([]byte(data))
	}
	f.Add([]byte(`{"epoch":"e","after":4,"pos":5,"horizon":9,"changes":[{"pos":5,"kind":"events","id":1,"revision":2,"op":"put","body":{"id":1}}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := feed.DecodeBatch(data)
		if err != nil {
			return
		}
		again, err := b.Encode()
		if err != nil {
			return // escaping made the heads too large
		}
		if _, err := feed.DecodeBatch(again); err != nil {
			t.Errorf("%s\nbecame\n%s\n%v", data, again, err)
		}
	})
}
