package people

import (
	"sort"
	"strings"

	"quanxi/grid/generate/chance"
)

// A Book holds the names that are drawn from. It is immutable.
type Book struct {
	surnames []string
	below    []float64 // sum of the weights up to each
	fashions []fashion
}

// NewBook returns the book of names.
func NewBook() *Book {
	b := &Book{surnames: strings.Fields(surnames), fashions: fashions()}
	total := 0.0
	for i, n := range b.surnames {
		total += 100 / (float64(i) + 12)
		if strings.Contains("冉谭向田罗廖邓", n) { // the names of the southeast
			total += 1.2
		}
		b.below = append(b.below, total)
	}
	return b
}

// Surname draws a family name by frequency.
func (b *Book) Surname(rnd *chance.Stream) string {
	at := rnd.Float() * b.below[len(b.below)-1]
	i := sort.SearchFloat64s(b.below, at)
	return b.surnames[min(i, len(b.surnames)-1)]
}

const surnames = "王 李 张 刘 陈 杨 黄 周 赵 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧 程 曹 袁 邓 许 傅 沈 曾 彭 吕 苏 卢 蒋 蔡 贾 丁 魏 薛 叶 阎 余 潘 杜 戴 夏 钟 汪 田 任 姜 范 方 石 姚 谭 廖 邹 熊 金 陆 郝 孔 白 崔 康 毛 邱 秦 江 史 顾 侯 邵 孟 龙 万 段 雷 钱 汤 尹 黎 易 常 武 乔 贺 赖 龚 文 冉 向 牟 庞 敖"

// A fashion is the characters that given names of some years are made of.
type fashion struct {
	until            int // year of birth
	man1, man2       string
	woman1, woman2   string
	single           float64 // share of names of one character
	repeatedForWomen float64
}

func fashions() []fashion {
	return []fashion{
		{1952, "德光文国世永正明福天", "才发明安贵福云成元清", "素玉秀桂淑淑国光兰碧", "珍英芳兰华清秀莲群容", 0.12, 0},
		{1966, "建国志明光文正永德世", "国华平明军强福民成全", "素玉秀桂淑小国碧光天", "英芳兰华群珍容琼书莲", 0.18, 0},
		{1978, "建志小永文国红卫晓明", "军平勇强华林伟明波兵", "小红晓丽秀春素建玉燕", "梅红琴英燕芳蓉霞玲群", 0.3, 0},
		{1990, "小志晓俊建国文海明永", "波勇涛伟强杰鹏林刚飞", "小晓丽春红雪海艳玉冬", "丽娟燕梅琴敏玲蓉霞婷", 0.36, 0.04},
		{2002, "俊文子志宇浩嘉小天佳", "杰豪宇鑫龙鹏航林涛洋", "欣雨佳思梦雪静诗玉婷", "怡婷雪琪瑶涵颖萍洁玲", 0.26, 0.07},
		{2100, "浩子宇梓俊一沐奕嘉明", "轩宇然泽涵辰阳睿博航", "梓欣雨诗子思一可语沐", "涵萱怡彤妍琪汐瑶玥桐", 0.07, 0.06},
	}
}

// Given draws a given name as parents chose them in a year.
func (b *Book) Given(male bool, year int, rnd *chance.Stream) string {
	for _, f := range b.fashions {
		if year > f.until {
			continue
		}
		first, second := f.woman1, f.woman2
		if male {
			first, second = f.man1, f.man2
		}
		last := pickRune(rnd, second)
		switch {
		case rnd.Happens(f.single):
			return last
		case !male && rnd.Happens(f.repeatedForWomen):
			return last + last
		}
		return pickRune(rnd, first) + last
	}
	return ""
}

// pickRune draws one of the characters of s, which take three bytes each.
func pickRune(rnd *chance.Stream, s string) string {
	k := 3 * rnd.Int(len(s)/3)
	return s[k : k+3]
}
