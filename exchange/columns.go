package exchange

import (
	"strings"
	"unicode"

	"quanxi/grid"
)

// synonyms maps a field of a kind to the column names by which ledgers and
// public map data know it (docs/DOMAIN.md, "Columns of ledgers"), best first.
var synonyms = map[grid.Kind]map[string][]string{
	grid.Divisions: {
		"code":     {"code", "code17", "code15", "grid_code", "网格编码", "网格编号", "区划代码", "code9", "code12", "adcode"},
		"name":     {"name", "name:zh", "名称", "网格名称", "社区名称"},
		"kind":     {"division_kind", "网格类型", "kind"},
		"parent":   {"parent", "parent_code", "township_code12_2023", "county_code6", "上级代码"},
		"norm_low": {"norm_low"}, "norm_high": {"norm_high"},
		"valid_from": {"valid_from", "启用日期"}, "valid_to": {"valid_to", "停用日期"},
	},
	grid.Buildings: {
		"external": {"id", "osm_id", "房屋编码", "楼栋编码", "fid"},
		"code":     {"code", "幢号", "楼号", "楼栋号"},
		"name":     {"name:zh", "name", "楼栋名称", "楼栋", "名称"},
		"address":  {"address", "标准地址", "详细地址", "地址"},
		"street":   {"addr_street", "addr:street"}, "house": {"addr_housenumber", "addr:housenumber"},
		"quarter":  {"quarter", "小区", "小区名称", "community"},
		"height_m": {"height", "高度", "楼高"}, "height_cm": {"height_cm"},
		"floors":       {"floors", "levels", "building:levels", "总层数", "层数", "楼层数"},
		"floors_below": {"floors_below", "building:levels:underground", "地下层数"},
		"units":        {"units", "单元数"}, "building_use": {"building_use", "use", "kind_detail", "building", "房屋用途", "用途"},
		"year": {"year", "start_date", "建成年代", "建成年份"},
	},
	grid.Dwellings: {
		"external": {"id", "房屋编码", "房屋编号"}, "building": {"building"},
		"building_external": {"building_external", "楼栋编码"},
		"unit":              {"unit", "单元", "单元号"}, "floor": {"floor", "楼层", "层"},
		"room": {"room", "房号", "房间号", "室号", "门牌号"}, "dwelling_use": {"dwelling_use", "房屋用途", "用途"},
		"state": {"state", "房屋状态", "居住状态"}, "area_m2": {"area", "建筑面积", "面积(㎡)"}, "area_dm2": {"area_dm2"},
	},
	grid.People: {
		"external": {"id", "人员编号"}, "name": {"name", "姓名", "居民姓名", "人员姓名"},
		"id_number": {"id_number", "身份证号", "身份证号码", "公民身份号码", "证件号码", "身份证"},
		"phone":     {"phone", "联系电话", "手机号", "手机号码", "电话", "联系方式"},
		"sex":       {"sex", "性别"}, "born": {"born", "出生日期", "出生年月"},
		"dwelling": {"dwelling"}, "dwelling_external": {"dwelling_external", "房屋编码", "房屋编号"},
		"residence": {"residence", "人口类型", "人口性质", "人员类别"}, "care": {"care", "关爱标签"},
		"living_alone": {"是否独居", "独居"},
	},
	grid.Organisations: {
		"external": {"id", "单位编号", "编号"}, "name": {"name:zh", "name", "单位名称", "企业名称", "店铺名称", "商户名称", "招牌名", "名称"},
		"credit_code": {"credit_code", "统一社会信用代码", "信用代码"}, "category": {"category", "kind", "行业类别", "经营类别", "行业"},
		"address": {"address", "经营地址", "注册地址"},
	},
	grid.Components: {
		"external": {"id", "部件标识码", "部件编码", "部件编号", "ObjID", "编号"}, "code": {"code", "部件标识码", "部件编码", "部件编号", "ObjID", "编号"},
		"category": {"category", "小类", "部件名称", "部件类型", "ObjName", "kind"}, "state": {"state", "部件状态", "状态", "ObjState"},
		"owner": {"owner", "主管部门名称", "主管部门", "DeptName1"},
	},
	grid.Devices: {
		"external": {"id", "设备编号", "设备编码", "IMEI", "SN", "编号"}, "name": {"name", "设备名称", "名称", "安装位置"},
		"category": {"category", "设备类型"}, "state": {"state", "设备状态", "状态"}, "last_value": {"last_value"},
		"building": {"building"}, "dwelling": {"dwelling"},
	},
	grid.Cameras: {
		"external": {"id", "摄像机编号", "设备编号", "设备编码", "编号"}, "name": {"name", "摄像机名称", "名称", "安装位置"},
		"azimuth": {"azimuth", "朝向"}, "view_width": {"view_width", "view", "视场角"}, "state": {"state", "状态"},
	},
	grid.ServicePoints: {
		"external": {"id", "服务点编号", "编号"}, "name": {"name:zh", "name", "服务点名称", "名称"}, "category": {"category", "kind", "类别"},
		"items": {"items", "服务事项"}, "hours": {"hours", "opening_hours", "开放时间"}, "phone": {"phone", "服务电话"},
		"address": {"address", "地址"},
	},
	grid.Roads: {
		"external": {"id", "道路编号"}, "name": {"name:zh", "name", "道路名称", "名称"}, "class": {"class", "kind_detail", "道路等级", "highway"},
		"group": {"kind"}, "width_m": {"width", "道路宽度"}, "width_cm": {"width_cm"}, "bridge": {"bridge", "is_bridge"},
	},
	grid.Waters:   {"external": {"id"}, "name": {"name:zh", "name", "名称"}, "class": {"class", "kind"}},
	grid.Greens:   {"external": {"id"}, "name": {"name:zh", "name", "名称"}, "class": {"class", "kind"}},
	grid.LandUses: {"external": {"id"}, "name": {"name:zh", "name", "名称"}, "class": {"class", "kind"}},
}

// fold makes column names comparable: case, width of brackets and spaces differ
// from ledger to ledger.
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || r == '\u3000':
			return -1
		case r == '（':
			return '('
		case r == '）':
			return ')'
		}
		return unicode.ToLower(r)
	}, name)
}

// mapping tells, for one kind, which field a column fills.
type mapping map[string][]string // field → folded column names, best first

func mappingOf(kind grid.Kind) mapping {
	m := mapping{"quanxi_id": {"quanxi_id"}, "quanxi_external": {"external"}} // of an export of ours
	for _, l := range grid.Links() {
		if l.Kind == kind {
			m[l.Column+"_external"] = []string{l.Column + "_external"}
		}
	}
	for field, columns := range synonyms[kind] {
		for _, c := range columns {
			m[field] = append(m[field], fold(c))
		}
	}
	return m
}
