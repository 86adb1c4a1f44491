package generate

import "quanxi/geo"

// How many towns and counties the city has.
const (
	CityTowns    = 1031
	CityCounties = 38
)

// What a county is called, where its seat lies and how many streets, towns and
// townships it has are public facts (GB/T 2260, statistical codes of 2023).
type countyFact struct {
	code, name string
	centre     geo.Point
	towns      [3]int
}

// counties returns the counties of Chongqing in the order of their codes.
func counties() []countyFact {
	return []countyFact{
		{"500101", "万州区", geo.Point{Lon: 1084040700, Lat: 308099270}, [3]int{14, 27, 11}},
		{"500102", "涪陵区", geo.Point{Lon: 1073851460, Lat: 297055040}, [3]int{11, 14, 2}},
		{"500103", "渝中区", geo.Point{Lon: 1065651980, Lat: 295556110}, [3]int{11, 0, 0}},
		{"500104", "大渡口区", geo.Point{Lon: 1064784380, Lat: 294872050}, [3]int{5, 3, 0}},
		{"500105", "江北区", geo.Point{Lon: 1065705760, Lat: 296095670}, [3]int{9, 3, 0}},
		{"500106", "沙坪坝区", geo.Point{Lon: 1064529040, Lat: 295437350}, [3]int{21, 5, 0}},
		{"500107", "九龙坡区", geo.Point{Lon: 1065068500, Lat: 295050270}, [3]int{9, 10, 0}},
		{"500108", "南岸区", geo.Point{Lon: 1066406960, Lat: 295041420}, [3]int{8, 7, 0}},
		{"500109", "北碚区", geo.Point{Lon: 1063915830, Lat: 298075850}, [3]int{9, 8, 0}},
		{"500110", "綦江区", geo.Point{Lon: 1066476210, Lat: 290312500}, [3]int{7, 24, 0}},
		{"500111", "大足区", geo.Point{Lon: 1057181150, Lat: 297097350}, [3]int{6, 21, 0}},
		{"500112", "渝北区", geo.Point{Lon: 1066274509, Lat: 297209790}, [3]int{19, 11, 0}},
		{"500113", "巴南区", geo.Point{Lon: 1065365170, Lat: 294052940}, [3]int{9, 14, 0}},
		{"500114", "黔江区", geo.Point{Lon: 1087663030, Lat: 295363050}, [3]int{6, 18, 6}},
		{"500115", "长寿区", geo.Point{Lon: 1070762770, Lat: 298603850}, [3]int{7, 12, 0}},
		{"500116", "江津区", geo.Point{Lon: 1062555330, Lat: 292929220}, [3]int{5, 25, 0}},
		{"500117", "合川区", geo.Point{Lon: 1062723270, Lat: 299747310}, [3]int{7, 23, 0}},
		{"500118", "永川区", geo.Point{Lon: 1059235170, Lat: 293593020}, [3]int{7, 16, 0}},
		{"500119", "南川区", geo.Point{Lon: 1070948310, Lat: 291606420}, [3]int{3, 29, 2}},
		{"500120", "璧山区", geo.Point{Lon: 1062235330, Lat: 295947160}, [3]int{6, 9, 0}},
		{"500151", "铜梁区", geo.Point{Lon: 1060525059, Lat: 298473350}, [3]int{5, 23, 0}},
		{"500152", "潼南区", geo.Point{Lon: 1058368490, Lat: 301937640}, [3]int{3, 20, 0}},
		{"500153", "荣昌区", geo.Point{Lon: 1055912759, Lat: 294079800}, [3]int{6, 15, 0}},
		{"500154", "开州区", geo.Point{Lon: 1083885220, Lat: 311627770}, [3]int{8, 27, 5}},
		{"500155", "梁平区", geo.Point{Lon: 1077650590, Lat: 306567680}, [3]int{5, 26, 2}},
		{"500156", "武隆区", geo.Point{Lon: 1077556010, Lat: 293284120}, [3]int{4, 10, 12}},
		{"500229", "城口县", geo.Point{Lon: 1086598460, Lat: 319499200}, [3]int{2, 10, 13}},
		{"500230", "丰都县", geo.Point{Lon: 1077264410, Lat: 298661490}, [3]int{2, 23, 5}},
		{"500231", "垫江县", geo.Point{Lon: 1073288410, Lat: 303302500}, [3]int{2, 22, 2}},
		{"500233", "忠县", geo.Point{Lon: 1080344730, Lat: 303020830}, [3]int{4, 19, 6}},
		{"500235", "云阳县", geo.Point{Lon: 1086929450, Lat: 309330380}, [3]int{4, 31, 7}},
		{"500236", "奉节县", geo.Point{Lon: 1093953390, Lat: 310204890}, [3]int{4, 18, 11}},
		{"500237", "巫山县", geo.Point{Lon: 1098744080, Lat: 310772740}, [3]int{2, 11, 13}},
		{"500238", "巫溪县", geo.Point{Lon: 1095653130, Lat: 314009000}, [3]int{2, 19, 11}},
		{"500240", "石柱土家族自治县", geo.Point{Lon: 1081094870, Lat: 300017330}, [3]int{3, 17, 13}},
		{"500241", "秀山土家族苗族自治县", geo.Point{Lon: 1090026430, Lat: 284513600}, [3]int{5, 18, 4}},
		{"500242", "酉阳土家族苗族自治县", geo.Point{Lon: 1087634190, Lat: 288444110}, [3]int{2, 19, 18}},
		{"500243", "彭水苗族土家族自治县", geo.Point{Lon: 1081610960, Lat: 292966130}, [3]int{3, 18, 18}},
	}
}

// countyOf returns the county with a code.
func countyOf(code string) (countyFact, bool) {
	for _, c := range counties() {
		if c.code == code {
			return c, true
		}
	}
	return countyFact{}, false
}
