package exchange

import (
	"slices"
	"strings"
	"unicode"

	"quanxi/grid"
)

// refused are the words that name a column which marks people as a risk or a
// suspect, or holds what is nobody's business on a map of help. Such columns
// are not held at all: they are dropped, and the report says so.
var refused = []string{
	"特殊人群", "重点人群", "重点人员", "重点对象", "重点青少年", "管控", "稳控", "布控", "涉稳", "涉恐", "风险", "黑名单", "失信", // lists of persons
	"刑满", "刑释", "服刑", "刑事", "刑罚", "罪", "前科", "违法", "嫌疑", "逃犯", "在逃", "缓刑", "假释", "安置帮教", "帮教", "矫正", "涉黑", "涉赌", "涉黄", "案底", // criminal records
	"吸毒", "戒毒", "涉毒", "禁毒", "毒品", "瘾", // drugs
	"精神", "精障", "心理", "抑郁", "自杀", "肇事肇祸", // mental health
	"艾滋", "传染", "感染", "结核", "肝炎", "乙肝", "性病", "梅毒", "密接", "阳性", // infections
	"信访", "上访", "缠访", "进京访", "越级访", "集访", "访民", // petitioning
	"宗教", "邪教", "信仰", "信教", "教徒", "教派", "教民", // religion
	"人脸", "轨迹", // faces, movements
}

// refusedStems are the beginnings of words that name such a column in English.
var refusedStems = []string{
	"risk", "blacklist", "watchlist", "suspect", "wanted", "extremis", "terror",
	"crim", "convict", "offen", "felon", "parole", "probation", "prison", "inmate", "arrest", "detain", "detention", "police",
	"drug", "narcot", "addict", "rehab",
	"mental", "psych", "schizo", "depress", "suicid",
	"hiv", "infect", "contagi", "tubercul", "hepatit", "syphil", "std", "covid",
	"petition", "religi", "faith", "belief", "cult", "sect", "church", "face", "facial", "biometric", "trajector",
}

// whole are the stems that stand only for themselves: culture and sector are harmless.
var whole = []string{"std", "cult", "sect"}

// hearingAids names a need, not an infection.
const hearingAids = "hearing"

// Refused reports whether a column of people's data may not be held at all.
func Refused(column string) bool {
	folded := fold(column)
	if slices.ContainsFunc(refused, func(word string) bool { return strings.Contains(folded, word) }) {
		return true
	}
	words := latinWords(column)
	return slices.ContainsFunc(words, refusedWord) || slices.Contains(words, "aids") && !slices.Contains(words, hearingAids)
}

func refusedWord(word string) bool {
	return slices.ContainsFunc(refusedStems, func(stem string) bool {
		return word == stem || word == stem+"s" || strings.HasPrefix(word, stem) && !slices.Contains(whole, stem)
	})
}

// latinWords takes a name such as isDrugUser, drug_user or DRUG USER apart, in small letters.
func latinWords(name string) []string {
	var spaced strings.Builder
	before := ' '
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			spaced.WriteRune(' ')
		}
		spaced.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.FieldsFunc(spaced.String(), func(r rune) bool { return r >= unicode.MaxASCII || !unicode.IsLetter(r) })
}

// aboutPeople reports whether a file of a kind may say something of single people: the
// ledger of homes names who lives there.
func aboutPeople(kind grid.Kind) bool { return kind == grid.People || kind == grid.Dwellings }
