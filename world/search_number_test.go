package world_test

import (
	"strings"
	"testing"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/world"
)

// numbered is a small town whose names and addresses have numbers in them.
func numbered(t testing.TB) *world.World {
	division := func(code grid.Code, name string, x int) *grid.Division {
		return &grid.Division{Code: code, Level: code.Level(), Name: name, Parent: code[:max(0, len(code)-3)], Boundary: box(x, 0, 4, 4)}
	}
	building := func(name, address string) *grid.Building {
		return &grid.Building{Name: name, Address: address, Footprint: box(1, 1, 1, 1)}
	}
	return worldOf(t,
		division("500106001009", "芙蓉社区", 0), division("500106001009001", "芙蓉社区第一网格", 0),
		division("500106001009002", "芙蓉社区第二网格", 4), division("500106001009012", "芙蓉社区第十二网格", 8),
		division("500106001009020", "芙蓉社区第二十网格", 12), division("500106001009021", "芙蓉社区第二十一网格", 16),
		division("500106001010002", "莲花社区2网格", 20),
		division("50010600100900203", "第二网格3号微网格", 4),
		building("橡树家园一期7幢", "滨江北路9号橡树家园一期7幢"), building("橡树家园一期17幢", "滨江北路19号橡树家园一期17幢"),
		building("林家坡29号", "学府村8组29号"), building("张家沟29号", "学府村18组29号"),
		&grid.Road{Name: "滨江北路", Class: "major", Line: geo.MultiLine{{at(0, 5), at(60, 5)}}},
		&grid.Organisation{Name: "三峡小面", Category: "shop", Address: "滨江北路9号", Place: at(7, 7)},
	)
}

func TestSearchByNumbers(t *testing.T) {
	s := numbered(t).Snapshot()
	for _, tt := range []struct {
		name, query string
		want        string // names, best first
	}{
		{"a grid by its community and number", "芙蓉2网格", "芙蓉社区第二网格"},
		{"a grid as it is called", "芙蓉社区第二网格", "芙蓉社区第二网格"},
		{"its number written out", "芙蓉二网格", "芙蓉社区第二网格"},
		{"第 before a digit", "芙蓉社区第2网格", "芙蓉社区第二网格"},
		{"第 where the community is cut short", "芙蓉第二网格", "芙蓉社区第二网格"},
		{"twelve in digits", "芙蓉12网格", "芙蓉社区第十二网格"},
		{"twenty in digits", "芙蓉20网格", "芙蓉社区第二十网格"},
		{"twenty-one in digits", "芙蓉21网格", "芙蓉社区第二十一网格"},
		{"one is neither eleven nor twenty-one", "芙蓉1网格", "芙蓉社区第一网格"},
		{"written out where the name has a digit", "莲花第二网格", "莲花社区2网格"},
		{"a grid by initials", "fr2wg", "芙蓉社区第二网格"},
		{"a grid by pinyin in full", "furong2wangge", "芙蓉社区第二网格"},
		{"a grid by initials of all of it", "frsqdewg", "芙蓉社区第二网格"},
		{"a grid by characters and letters", "芙蓉12wg", "芙蓉社区第十二网格"},
		{"a number that no grid has", "芙蓉3网格", ""},
		{"a street and a number", "滨江北路9号", "三峡小面 橡树家园一期7幢"},
		{"the same by initials", "bjbl9h", "三峡小面 橡树家园一期7幢"},
		{"the same by pinyin", "binjiangbeilu9hao", "三峡小面 橡树家园一期7幢"},
		{"the same by both", "滨江beil9号", "三峡小面 橡树家园一期7幢"},
		{"the same in two words; a number within a number comes last", "9号 滨江北路", "三峡小面 橡树家园一期7幢 橡树家园一期17幢"},
		{"the whole address", "滨江北路9号橡树家园一期7幢", "橡树家园一期7幢"},
		{"a building without its phase", "橡树家园7幢", "橡树家园一期7幢"},
		{"a village, a group and a number", "学府村8组29号", "林家坡29号"},
		{"the group written out", "学府村八组29号", "林家坡29号"},
		{"the village cut short", "学府8组29号", "林家坡29号"},
		{"the village by initials", "xfc8z29h", "林家坡29号"},
		{"a group written out, of two digits", "学府村十八组", "张家沟29号"},
		{"a number alone", "29号", "林家坡29号 张家沟29号"},
		{"a micro-grid by the number of its grid", "2网格3号微网格", "第二网格3号微网格"},
		{"a shop by the address that it shares", "滨江北路9号 小面", "三峡小面"},
		{"a numeral that is part of a name", "三峡", "三峡小面"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, hit := range s.Search(tt.query, 10, of(grid.Everywhere())) {
				got = append(got, hit.Name)
			}
			if strings.Join(got, " ") != tt.want {
				t.Errorf("%s found %v, want %s", tt.query, got, tt.want)
			}
		})
	}
}
