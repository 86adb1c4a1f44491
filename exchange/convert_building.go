package exchange

import (
	"strings"

	"quanxi/geo"
	"quanxi/grid"
)

// storeyCM is the height taken for a floor where a source gives floors alone: without a
// height nothing could be drawn. Of a height alone no floors are made up, for nobody
// draws them and people would take them for known.
const storeyCM = 300

func building(r *row) (grid.Entity, error) {
	footprint, ok := r.Geometry.(geo.MultiPolygon)
	if !ok {
		return nil, Skipped("not an area")
	}
	if kind, _ := r.Properties["kind"].(string); kind == "building_part" {
		return nil, Skipped("part of a building")
	}
	b := &grid.Building{
		Code: r.text("code"), Name: r.text("name"), Address: buildingAddress(r), Quarter: r.text("quarter"),
		Footprint: footprint, Floors: r.whole("floors"), Below: r.whole("floors_below"), Units: r.whole("units"),
		HeightCM: r.whole("height_cm"), Use: grid.Use(r.oneOf("building_use", buildingUses, string(grid.OtherUse))),
		Year: year(r.text("year")),
	}
	if r.has("height_m") {
		b.HeightCM = r.scaled("height_m", 100)
	}
	if b.HeightCM == 0 && b.Floors > 0 {
		b.HeightCM = b.Floors * storeyCM
	}
	return b, nil
}

func buildingAddress(r *row) string {
	if r.has("address") || !r.has("street") {
		return r.text("address")
	}
	house := r.text("house")
	if house != "" && !strings.HasSuffix(house, "号") {
		house += "号"
	}
	return r.text("street") + house
}

// year reads the four digits that a date or a year begins with; zero if it does not.
func year(text string) int32 {
	if len(text) < 4 {
		return 0
	}
	y := int32(0)
	for i := range 4 {
		if text[i] < '0' || text[i] > '9' {
			return 0
		}
		y = y*10 + int32(text[i]-'0')
	}
	return y
}

var buildingUses = map[string]string{
	"housing": "housing", "apartments": "housing", "residential": "housing", "house": "housing", "dormitory": "housing",
	"detached": "housing", "住宅": "housing", "居住": "housing", "farmhouse": "farmhouse", "farm": "farmhouse", "农房": "farmhouse",
	"commerce": "commerce", "commercial": "commerce", "retail": "commerce", "mall": "commerce", "hotel": "commerce",
	"supermarket": "commerce", "restaurant": "commerce", "bank": "commerce", "fast_food": "commerce", "cafe": "commerce",
	"商业": "commerce", "office": "office", "办公": "office", "school": "school", "university": "school", "kindergarten": "school",
	"college": "school", "教育": "school", "hospital": "hospital", "clinic": "hospital", "医疗": "hospital",
	"government": "government", "civic": "government", "public": "government", "police": "government", "行政": "government",
	"industry": "industry", "industrial": "industry", "warehouse": "industry", "工业": "industry", "market": "market", "市场": "market",
}

func (c *Converter) dwelling(r *row) (grid.Entity, error) {
	d := &grid.Dwelling{
		Building: c.reference(r, grid.Buildings, "building"), Unit: r.whole("unit"), Floor: r.whole("floor"), Room: r.text("room"),
		Use: r.text("dwelling_use"), State: grid.DwellingState(r.oneOf("state", dwellingStates, "own")),
		AreaDM2: r.whole("area_dm2"),
	}
	if r.has("area_m2") {
		d.AreaDM2 = r.scaled("area_m2", 100)
	}
	return d, nil
}

var dwellingStates = map[string]string{
	"own": "own", "自住": "own", "rented": "rented", "出租": "rented", "群租": "rented", "公租": "rented",
	"vacant": "vacant", "空置": "vacant", "business": "business", "经营": "business",
}
