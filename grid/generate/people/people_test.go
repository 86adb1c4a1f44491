package people

import (
	"math"
	"strings"
	"testing"
	"time"

	"quanxi/grid"
	"quanxi/grid/generate/chance"
)

func TestCheckCharacters(t *testing.T) {
	for _, id := range []string{"11010519491231002X", "440524188001010014"} {
		if got := IDCheck(id[:17]); got != id[17] {
			t.Errorf("ID %s: check %c", id, got)
		}
	}
	for _, code := range []string{"91350100M000100Y43", "91110000600037341L"} {
		if got := CreditCheck(code[:17]); got != code[17] {
			t.Errorf("credit code %s: check %c", code, got)
		}
	}
}

func TestNumbersNeverRepeatAndCannotBeReal(t *testing.T) {
	seen := map[string]bool{}
	for _, slot := range []int{0, 1, 99, 100, Slots - 1} {
		n := NewNumbers(slot)
		for k := range 60 {
			id, ok := n.ID(19800229+grid.Date(k%3), k%2 == 0)
			phone := n.Phone()
			credit := Credit("92", slot, k)
			if ok && (!strings.HasPrefix(id, "9900") || len(id) != 18 || IDCheck(id[:17]) != id[17]) {
				t.Errorf("ID %s", id)
			}
			if ok && (int(id[16]-'0')%2 == 1) != (k%2 == 0) {
				t.Errorf("ID %s: wrong sex", id)
			}
			if len(phone) != 11 || phone[:2] != "10" {
				t.Errorf("phone %s", phone)
			}
			if len(credit) != 18 || credit[2:6] != "9900" || CreditCheck(credit[:17]) != credit[17] {
				t.Errorf("credit code %s", credit)
			}
			for _, s := range []string{id, phone, credit} {
				if s != "" && seen[s] {
					t.Errorf("%s twice", s)
				}
				seen[s] = true
			}
		}
	}
}

func TestANumberOfADayRunsOut(t *testing.T) {
	n := NewNumbers(3)
	for range perDay {
		if _, ok := n.ID(19900101, true); !ok {
			t.Fatal("ran out early")
		}
	}
	if id, ok := n.ID(19900101, true); ok {
		t.Errorf("gave %s beyond the slot's own", id)
	}
}

// draw makes many households of a census.
func draw(c *Census, n int) []Household {
	m := Maker{Day: time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC), Book: NewBook()}
	out := make([]Household, n)
	for i := range out {
		out[i] = m.Household(c, "", chance.New(7, "test", uint64(i)))
	}
	return out
}

func TestAgesFollowThePyramid(t *testing.T) {
	for _, c := range []*Census{Urban(), Rural()} {
		got := make([]float64, bands)
		men, all, homes, living := 0.0, 0.0, 0.0, 0.0
		for _, h := range draw(c, 12_000) {
			if !h.Vacant {
				homes++
				living += float64(h.Living())
			}
			for _, p := range h.People {
				if p.Residence == grid.RegisteredOnly {
					continue
				}
				got[Band(p.Age)]++
				all++
				if p.Male {
					men++
				}
			}
		}
		want := Pyramid(c.village)
		for b := range got {
			if off := got[b]/all - want[b]; math.Abs(off) > 0.01 {
				t.Errorf("village %v, ages from %d: off by %.3f", c.village, 5*b, off)
			}
		}
		if ratio := 100 * men / (all - men); ratio < 101 || ratio > 104 {
			t.Errorf("village %v: %.1f men to 100 women", c.village, ratio)
		}
		if size := living / homes; size < 2.3 || size > 2.6 { // 2.35 to 2.55 over both
			t.Errorf("village %v: %.2f live in a home", c.village, size)
		}
	}
}

// Over the city the pyramids of blocks and villages come to the municipality's.
func TestPyramidsComeToTheMunicipality(t *testing.T) {
	young, old := 0.0, 0.0
	for b, all := range Municipality() {
		urban, rural := Pyramid(false)[b], Pyramid(true)[b]
		if got := VillageShare*rural + (1-VillageShare)*urban; math.Abs(got-all) > 1e-9 || urban <= 0 {
			t.Errorf("ages from %d: %.4f, the municipality has %.4f", 5*b, got, all)
		}
		if b < 3 {
			young += all
		}
		if b >= 12 {
			old += all
			if rural <= urban {
				t.Errorf("ages from %d: villages are not older", 5*b)
			}
		}
	}
	if math.Abs(young-0.159) > 1e-9 || math.Abs(old-0.219) > 1e-9 {
		t.Errorf("%.3f are under 15 and %.3f 60 and over", young, old)
	}
}

// kin are the roles that stand to each other as parent and child.
var kin = [][2]Role{{Head, Child}, {Partner, Child}, {Parent, Head}, {Child, Grandchild}, {ChildPartner, Grandchild}}

func TestAgesOfKinAreThoseOfKin(t *testing.T) {
	pairs := map[[2]Role]int{}
	for _, c := range []*Census{Urban(), Rural()} {
		for _, h := range draw(c, 12_000) {
			of := map[Role][]int{}
			for _, p := range h.People {
				of[p.Role] = append(of[p.Role], p.Age)
			}
			for _, k := range kin {
				for _, parent := range of[k[0]] {
					for _, child := range of[k[1]] {
						pairs[k]++
						if gap := parent - child; gap < 18 || gap > 45 {
							t.Errorf("village %v: a parent of %d and a child of %d", c.village, parent, child)
						}
					}
				}
			}
			for _, couple := range [][]int{append(of[Head], of[Partner]...), append(of[Child][:min(len(of[Child]), len(of[ChildPartner]))], of[ChildPartner]...), of[Parent]} {
				if len(couple) == 2 && max(couple[0]-couple[1], couple[1]-couple[0]) > 15 {
					t.Errorf("village %v: partners of %d", c.village, couple)
				}
			}
		}
	}
	for _, k := range kin {
		if pairs[k] == 0 {
			t.Errorf("nobody has the roles %d and %d", k[0], k[1])
		}
	}
}

func TestHouseholdsAreHumane(t *testing.T) {
	tags := map[string]bool{}
	for _, tag := range grid.CareTags() {
		tags[tag] = true
	}
	for _, c := range []*Census{Urban(), Rural()} {
		for _, h := range draw(c, 4000) {
			oldest := 0
			for _, p := range h.People {
				if p.Residence != grid.RegisteredOnly {
					oldest = max(oldest, p.Age)
				}
				for _, tag := range p.Care {
					if !tags[tag] {
						t.Fatalf("tag %q is not one of care", tag)
					}
				}
				if p.Name == "" || p.Name == ownName || !p.Born.Valid() || p.Since < p.Born {
					t.Fatalf("bad person %+v", p)
				}
				if p.Born.Years(20251101) != p.Age {
					t.Fatalf("born %v, age %d", p.Born, p.Age)
				}
			}
			if h.Living() > 0 && oldest < 18 {
				t.Fatalf("children alone: %+v", h)
			}
		}
	}
}
