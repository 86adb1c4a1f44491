package generate

import (
	"fmt"
	"strings"

	"quanxi/grid"
	"quanxi/grid/generate/build"
	"quanxi/grid/generate/chance"
	"quanxi/grid/generate/people"
)

// shopFront is how many metres of a ground floor make one shop.
const shopFront = 8

// organisations writes shops, schools, hospitals, companies and the party
// branches of communities.
func (w *writer) organisations() {
	rnd := w.d.site.Chance("organisations")
	named := map[int]bool{} // parcels whose unit is written
	for i, b := range w.d.ground.Buildings {
		switch {
		case b.Kind == build.Office:
			for range 4 + rnd.Int(8) {
				w.organisation(companyName(rnd), "enterprise", "91", i)
			}
		case b.Kind == build.School || b.Kind == build.Hospital || b.Kind == build.Industry:
			if p := w.d.ground.Parcels[b.Parcel]; p.Name != "" && !named[b.Parcel] && b.Kind != build.Industry {
				named[b.Parcel] = true
				w.organisation(p.Name, b.Kind, "12", i)
			} else if b.Kind == build.Industry {
				w.organisation(companyName(rnd), "enterprise", "91", i)
			}
		case b.Kind == build.Market:
			w.organisation(w.d.ground.Parcels[b.Parcel].Name, "enterprise", "91", i)
		case b.Shops > 0 || b.Kind == build.Shop:
			for range max(1, int(2*b.Box.L)/shopFront) {
				w.organisation(w.shopName(rnd), "shop", "92", i)
			}
		case b.Group >= 0 && rnd.Happens(0.012):
			w.organisation(w.farmName(rnd), "shop", "92", i)
		}
	}
	for _, c := range w.d.areas.communities {
		e := w.organisation(c.name+"党支部", "party", "12", -1)
		e.Place = c.label
	}
}

// organisation writes one; building is -1 if it has none.
func (w *writer) organisation(name, category, kind string, building int) *grid.Organisation {
	w.credits++
	e := &grid.Organisation{
		Head: grid.Head{ID: id(w.d.num, len(w.out.Organisations)+1)}, Name: name, Category: category,
		CreditCode: people.Credit(kind, w.slot, w.credits),
	}
	if building >= 0 {
		e.Building, e.Address = w.out.Buildings[building].ID, w.out.Buildings[building].Address
		e.Place = w.doorOf(building)
	}
	w.out.Organisations = append(w.out.Organisations, e)
	return e
}

func (w *writer) shopName(rnd *chance.Stream) string {
	first := strings.Fields("渝味 巴渝 老街 江边 好邻居 天天 家家 惠民 便利 鑫源 福源 聚福 顺心 阿婆 幺妹 老字号 山城 川香 万家 鸿运 吉祥 如意 永兴 富民 红火 一品 百姓 春光 佳佳 美美")
	second := strings.Fields("小面 火锅 超市 便利店 药房 理发店 五金店 水果店 茶馆 豆花饭 烧烤 副食店 服装店 鞋店 文具店 快递站 修车铺 家电维修 洗衣店 酸辣粉 米线 包子铺 花店 眼镜店 诊所 干洗店 母婴店 打印店")
	if rnd.Happens(0.25) {
		return w.maker.Book.Surname(rnd) + "记" + chance.Pick(rnd, second)
	}
	return chance.Pick(rnd, first) + chance.Pick(rnd, second)
}

func companyName(rnd *chance.Stream) string {
	first := strings.Fields("渝鑫 巴渝 嘉业 宏达 恒信 长顺 天正 江源 金诺 瑞丰 博远 智成 联创 众合 万通 信德 华翔 云帆 启明 卓越")
	second := strings.Fields("科技 贸易 建筑 物流 食品 机械 电子 传媒 物业 咨询 装饰 农业 汽配 纺织 模具 信息")
	return fmt.Sprintf("%s%s有限公司", chance.Pick(rnd, first), chance.Pick(rnd, second))
}

func (w *writer) farmName(rnd *chance.Stream) string {
	return w.maker.Book.Surname(rnd) + "家" + chance.Pick(rnd, strings.Fields("农家乐 养鸡场 果园 小卖部 鱼塘 花椒基地 柑橘园 米厂"))
}
