package access_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quanxi/access"
	"quanxi/grid"
)

func TestMask(t *testing.T) {
	for _, tt := range []struct {
		name     string
		in, want grid.Identity
	}{
		{"a common name", grid.Identity{Name: "张伟"}, grid.Identity{Name: "张*"}},
		{"a given name of two characters", grid.Identity{Name: "张建国"}, grid.Identity{Name: "张**"}},
		{"a compound family name", grid.Identity{Name: "欧阳小明"}, grid.Identity{Name: "欧阳**"}},
		{"a compound family name with one character", grid.Identity{Name: "欧阳明"}, grid.Identity{Name: "欧阳*"}},
		{"a common name that begins like a compound one", grid.Identity{Name: "欧阳"}, grid.Identity{Name: "欧*"}},
		{"a single character is hidden whole", grid.Identity{Name: "张"}, grid.Identity{Name: "*"}},
		{"an ID number", grid.Identity{IDNumber: "500999199001011234"}, grid.Identity{IDNumber: "500***********1234"}},
		{"a phone", grid.Identity{Phone: "19900002071"}, grid.Identity{Phone: "199****2071"}},
		{"a short number is hidden whole", grid.Identity{Phone: "1102071"}, grid.Identity{Phone: "*******"}},
		{"nothing stays nothing", grid.Identity{}, grid.Identity{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := access.Mask(tt.in); got != tt.want {
				t.Errorf("Mask(%v) = %v, want %v", tt.in, got, tt.want)
			}
		})
	}
}

func TestNoMaskIsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9A-Za-z\p{Han}]{1,30}`).Draw(t, "text")
		masked := access.Mask(grid.Identity{Name: text, IDNumber: text, Phone: text})
		for _, m := range []string{masked.Name, masked.IDNumber, masked.Phone} {
			if !access.IsMask(m) || strings.Contains(m, text) {
				t.Fatalf("%q is shown as %q", text, m)
			}
		}
	})
}
