package generate

import (
	"strings"

	"quanxi/grid"
	"quanxi/grid/generate/chance"
)

// stems are the words that names of one town begin with, in an order of its own,
// each given out once.
type stems struct {
	list []string
	next int
}

func newStems(d *draft) *stems {
	return &stems{list: chance.Shuffle(d.site.Chance("stems"), placeStems())}
}

func (s *stems) take() string {
	s.next++
	return nth(s.list, s.next-1)
}

func placeStems() []string {
	return strings.Fields("临江 朝阳 石坪 黄桷 洗马 磨子 米市 打铜 书院 炮台 沙湾 民生 新华 解放 建设 人和 翠柏 红岩 望江 云岭 学府 龙湾 大石 柏树 凤鸣 " +
		"豆腐 盐井 油房 棉花 观音 松林 金竹 石灰 竹林 双井 水井 文昌 魁星 玉带 青龙 白鹤 桂花 海棠 莲花 芙蓉 荷叶 杨柳 梧桐 银杏 紫荆 " +
		"长春 永乐 太和 安居 康宁 和睦 团结 胜利 光明 幸福 友谊 前进 东风 春晖 晨光 彩云 天星 晓月 石马 铁山 马鞍 鹅岭 狮子 象鼻 牛角 " +
		"鱼洞 清泉 甘井 玉泉 泉水 大堰 小堰 新桥 高桥 板桥 木桥 平桥 渡口 码头 滩子 沙坪 土湾 河湾 岩口 垭口 山洞 平顶 尖山 圆坡 高坡 " +
		"向阳 迎宾 凯旋 中兴 复兴 民主 民族 民安 大同 中和 崇文 尚武 仁义 礼智 清风 明德 至善 育才 劝学 织布 缫丝 造纸 打铁 制陶 烧箕 箩篼")
}

// quarterName draws the name of a 小区.
func quarterName(rnd *chance.Stream) string {
	first := strings.Fields("锦绣 书香 半岛 滨江 山水 阳光 丽景 御景 龙腾 兰亭 云庭 春晓 嘉和 盛世 碧水 华宇 天骄 江山 康居 芳草 星河 梧桐 翡翠 枫林 天鹅 " +
		"凤凰 荷塘 明珠 金辉 融汇 隆鑫 珠江 国际 香榭 橡树 麓山 云顶 观澜")
	second := strings.Fields("花园 苑 佳苑 名都 府 雅居 家园 新城 豪庭 公馆 小区 名邸")
	return chance.Pick(rnd, first) + chance.Pick(rnd, second)
}

// numeral writes 1 … 99 in Chinese.
func numeral(n int) string {
	digits := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九"}
	switch {
	case n < 10:
		return digits[n]
	case n < 20:
		return "十" + digits[n-10]
	}
	return digits[n/10%10] + "十" + digits[n%10]
}

// riverName names the one river of the landscape.
func (g *Generator) riverName() string {
	rnd := chance.New(g.opt.Seed, "river")
	return chance.Pick(rnd, strings.Fields("清溪 玉带 白沙 龙溪 梅子 青衣 桃花 御临 璧水 花溪 濑水 小安")) + chance.Pick(rnd, []string{"河", "江"})
}

// nameAreas names communities, grids and micro-grids.
func (w *writer) nameAreas() {
	a := &w.d.areas
	for i := range a.communities {
		c := &a.communities[i]
		if c.name == "" {
			c.name = w.stems.take() + suffixOf(*c)
		}
	}
	for i := range a.grids {
		g := &a.grids[i]
		parent := a.communities[a.communityOf[g.atoms[0]]].name
		g.name = parent + "第" + numeral(serial(g.code)) + "网格"
	}
	for i := range a.micros {
		m := &a.micros[i]
		parent := "第"
		if m.code[12] == '9' {
			parent = "专属"
		}
		m.name = parent + numeral(serial(m.code[:15])) + "网格" + strings.TrimLeft(string(m.code[15:]), "0") + "号微网格"
	}
}

// serial reads the last three digits of a grid's code; special ones count from 1.
func serial(code grid.Code) int {
	n := 0
	for _, r := range code[12:15] {
		n = n*10 + int(r-'0')
	}
	if n > 900 {
		n -= 900
	}
	return n
}
