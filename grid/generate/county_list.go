package generate

import (
	"fmt"
	"math"
	"strings"

	"quanxi/geo"
	"quanxi/grid"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/plane"
)

// The kinds of towns, as grid.Division.DivisionKind has them.
const (
	KindStreet   = "street"
	KindTown     = "town"
	KindTownship = "township"
)

// Shares of the kinds among the towns of the municipality: 245 streets and 161
// townships of 1,031.
const (
	streetShare   = 245.0 / 1031
	townshipShare = 161.0 / 1031
)

// listTowns returns a county's towns in code order, without their ground; given
// tells that their seats are places on the map.
func (f countyFact) listTowns(opt Options) (list []townPlan, given bool) {
	if real := opt.Names.towns(f.code); len(real) > 0 {
		if opt.Towns > 0 {
			real = mixed(real, opt.Towns)
		}
		return f.realTowns(real)
	}
	if opt.Towns < 1 {
		return nil, false
	}
	streets := max(1, int(math.Round(float64(opt.Towns)*streetShare)))
	townships := int(math.Round(float64(opt.Towns) * townshipShare))
	return f.inventTowns([3]int{streets, opt.Towns - streets - townships, townships}, chance.New(opt.Seed, "towns")), false
}

// listAll returns all towns of a county of the whole city.
func (f countyFact) listAll(opt Options) (list []townPlan, given bool) {
	if real := opt.Names.towns(f.code); len(real) > 0 {
		return f.realTowns(real)
	}
	return f.inventTowns(f.towns, chance.New(opt.Seed, "towns", countyNum(f.code))), false
}

func (f countyFact) realTowns(real []TownName) (out []townPlan, given bool) {
	out = make([]townPlan, len(real))
	for i, n := range real {
		out[i].Town = Town{grid.Code(n.Code), kindOf(n.Code), n.Name, grid.Code(f.code)}
		if !n.Place.IsZero() {
			given = true
			out[i].seat = plane.From(n.Place)
		}
	}
	return out, given
}

// inventTowns makes up so many streets, towns and townships.
func (f countyFact) inventTowns(count [3]int, rnd *chance.Stream) []townPlan {
	names := chance.Shuffle(rnd, townStems())
	var out []townPlan
	for k, kind := range []string{KindStreet, KindTown, KindTownship} {
		for n := range count[k] {
			code := grid.Code(fmt.Sprintf("%s%03d", f.code, []int{1, 100, 200}[k]+n))
			name := nth(names, len(out)) + []string{"街道", "镇", "乡"}[k]
			out = append(out, townPlan{Town: Town{code, kind, name, grid.Code(f.code)}})
		}
	}
	return out
}

// mixed returns n of the real towns in code order, streets and others in their
// usual proportion.
func mixed(real []TownName, n int) []TownName {
	if n >= len(real) {
		return real
	}
	streets := 0
	for _, t := range real {
		if kindOf(t.Code) == KindStreet {
			streets++
		}
	}
	want := max(1, n*streets/len(real))
	var out []TownName
	for _, t := range real {
		street := kindOf(t.Code) == KindStreet
		if street && want > 0 || !street && len(real)-streets > 0 {
			if street {
				want--
			}
			out = append(out, t)
		}
	}
	return out[:min(n, len(out))]
}

// kindOf reads the kind off digits 7-9: 001-099 street, 100-199 town, then township.
func kindOf(code string) string {
	switch {
	case len(code) < 9 || code[6] == '0':
		return KindStreet
	case code[6] == '1':
		return KindTown
	}
	return KindTownship
}

// nth returns list[i], and beyond the list its stems with the four winds before them.
func nth(list []string, i int) string {
	winds := []string{"", "东", "西", "南", "北", "上", "下"}
	return winds[i/len(list)%len(winds)] + list[i%len(list)]
}

func townStems() []string {
	return strings.Fields("石桥 龙凤 青木 凤凰 白沙 双河 太平 兴隆 来凤 黄桷 清溪 长岭 望江 铜鼓 永兴 福寿 三合 云台 磨盘 新民 " +
		"金鸡 响水 大石 鱼泉 松林 高峰 柏林 明月 沙坝 桃花 五马 观音 梨树 万古 回龙 大柏 茶园 小岭 仙女 红岩")
}

func (n *Names) county(code string) (geo.MultiPolygon, bool) {
	if n == nil {
		return nil, false
	}
	m, ok := n.Counties[code]
	return m, ok && len(m) > 0
}

func (n *Names) towns(code string) []TownName {
	if n == nil {
		return nil
	}
	return n.Towns[code]
}

func (n *Names) communities(code grid.Code) []CommunityName {
	if n == nil {
		return nil
	}
	return n.Communities[string(code)]
}
