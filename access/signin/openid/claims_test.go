package openid

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestGroupsAreFoundWhereTheyAre(t *testing.T) {
	for _, tt := range []struct {
		name  string
		said  string
		claim string
		want  []string
	}{
		{"a list", `{"groups":["a","b"]}`, "groups", []string{"a", "b"}},
		{"a single one", `{"groups":"a"}`, "groups", []string{"a"}},
		{"inside another claim", `{"realm_access":{"roles":["a"]}}`, "realm_access.roles", []string{"a"}},
		{"two deep", `{"x":{"y":{"z":["a"]}}}`, "x.y.z", []string{"a"}},
		{"under a URL", `{"https://example.org/groups":["a"]}`, "https://example.org/groups", []string{"a"}},
		{"numbers among them", `{"groups":["a",7,null,{"b":1}]}`, "groups", []string{"a"}},
		{"an object", `{"groups":{"a":true}}`, "groups", nil},
		{"inside what is no object", `{"realm_access":["roles"]}`, "realm_access.roles", nil},
		{"nowhere", `{}`, "groups", nil},
	} {
		var said claims
		if err := json.Unmarshal([]byte(tt.said), &said); err != nil {
			t.Fatal(err)
		}
		if got := said.texts(tt.claim); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func FuzzClaims(f *testing.F) {
	f.Add(`{"realm_access":{"roles":["a"]}}`, "realm_access.roles")
	f.Add(`{"":{"":[]}}`, ".")
	f.Fuzz(func(t *testing.T, text, claim string) {
		var said claims
		if json.Unmarshal([]byte(text), &said) == nil {
			said.texts(claim)
			said.complete(claim)
		}
	})
}
