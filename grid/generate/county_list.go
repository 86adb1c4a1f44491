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

// listTowns returns the county's towns in code order, without their ground.
func (c *county) listTowns(opt Options) []townPlan {
	if real := opt.Names.towns(opt.County); len(real) > 0 {
		if opt.Towns > 0 {
			real = mixed(real, opt.Towns)
		}
		out := make([]townPlan, len(real))
		for i, n := range real {
			out[i].Town = Town{grid.Code(n.Code), kindOf(n.Code), n.Name, grid.Code(opt.County)}
			if !n.Place.IsZero() {
				c.realSeats = true
				out[i].seat = plane.From(n.Place)
			}
		}
		return out
	}
	streets := max(1, int(math.Round(float64(opt.Towns)*streetShare)))
	townships := int(math.Round(float64(opt.Towns) * townshipShare))
	names := chance.Shuffle(chance.New(opt.Seed, "towns"), townStems())
	var out []townPlan
	for i := range opt.Towns {
		kind, from, suffix := KindTown, 100, "镇"
		n := i - streets
		switch {
		case i < streets:
			kind, from, suffix, n = KindStreet, 1, "街道", i
		case i >= opt.Towns-townships:
			kind, from, suffix, n = KindTownship, 200, "乡", i-(opt.Towns-townships)
		}
		code := grid.Code(fmt.Sprintf("%s%03d", opt.County, from+n))
		out = append(out, townPlan{Town: Town{code, kind, nth(names, i) + suffix, grid.Code(opt.County)}})
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
