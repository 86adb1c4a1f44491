package exchange_test

import (
	"slices"
	"strings"
	"testing"

	"quanxi/exchange"
	"quanxi/grid"
)

func TestRefusedColumns(t *testing.T) {
	for about, names := range map[string]string{
		"criminal records": "是否刑满释放 刑释解教人员 社区矫正对象 犯罪记录 前科 违法记录 涉黑人员 服刑人员子女 criminal_record isConvicted ON_PAROLE prison-term offences arrest_date police_record",
		"drugs":            "吸毒史 戒毒情况 涉毒 禁毒网格 drug_use DrugUser narcotics addiction",
		"mental health":    "精神障碍等级 严重精神病 精神残疾等级 肇事肇祸 心理健康 mental_health psychiatric schizophrenia suicide_risk",
		"infections":       "艾滋病 HIV 传染病史 肺结核 乙肝 hiv_status AIDS infection infectious_disease tuberculosis hepatitis_b 核酸阳性",
		"petitioning":      "信访人员 上访次数 缠访闹访 进京访 petition Petitioner",
		"religion":         "宗教信仰 信教情况 邪教人员 教派 religion Religious_Belief faith sect",
		"risk lists":       "特殊人群类型 重点人员 重点人群类别 管控级别 稳控责任人 风险等级 黑名单 risk_level blacklisted suspect",
		"faces, movements": "人脸照片 活动轨迹 face_id trajectory",
	} {
		for _, name := range strings.Fields(names) {
			if !exchange.Refused(name) {
				t.Errorf("%s: %s is held", about, name)
			}
		}
	}
	for _, name := range strings.Fields("姓名 身份证号 联系电话 是否独居 关爱标签 残疾等级 残疾类别 失能 低保 出生日期 房屋编码 人员类别 备注 hearing_aids culture sector archive_no address district surface name id_number phone") {
		if exchange.Refused(name) {
			t.Errorf("%s is dropped", name)
		}
	}
}

// Every such column of a ledger is named in the report, once, and nothing of it is stored.
func TestALedgerFullOfSuchColumns(t *testing.T) {
	columns := []string{"前科", "吸毒史", "精神病史", "HIV", "信访次数", "宗教信仰", "risk_level"}
	table := "姓名,身份证号," + strings.Join(columns, ",") + ",经度,纬度\n"
	row := "测试一,990000194912310026," + strings.Repeat("禁词,", len(columns)) + "106.5,29.5\n"
	store := &shelf{}
	report, err := runImport(t, grid.People, "people.csv", table+row+row, store)
	if err != nil {
		t.Fatalf("%v: %+v", err, report)
	}
	if slices.Sort(columns); !slices.Equal(report.Dropped, columns) {
		t.Errorf("dropped %q, want %q", report.Dropped, columns)
	}
	var said strings.Builder
	if _, err := report.WriteTo(&said); err != nil || strings.Count(said.String(), "dropped column") != len(columns) {
		t.Errorf("said %s, %v", said.String(), err)
	}
	for _, e := range store.live {
		body, err := grid.EncodeJSON(e)
		if err != nil || strings.Contains(string(body), "禁词") {
			t.Errorf("stored %s, %v", body, err)
		}
	}
}
