package exchange

import (
	"strings"

	"quanxi/geo"
	"quanxi/grid"
)

// A Converter makes entities of one kind from records.
type Converter struct {
	kind    grid.Kind
	mapping mapping
	// prefix stands before the ids of the source, so that two sources never meet.
	prefix string
	refers references
}

// Skipped is the reason why a record of a mixed file is passed over: it is not
// wrong, only not of the kind asked for.
type Skipped string

func (s Skipped) Error() string { return string(s) }

// A Subject is an entity with an identity that still has to be sealed.
type Subject struct {
	Entity   grid.Entity
	Identity *grid.Identity // nil if the entity has none
	made     bool           // the external id was made of what it is
	ours     int64          // its number where it was exported from; zero if not by us
	left     []string       // columns of it that name what does not come with it
}

// Convert returns what the record stands for. A Problem refuses it, Skipped
// passes it over.
func (c *Converter) Convert(record Record) (Subject, error) {
	r := newRow(c.kind, c.mapping, record)
	subject, err := c.build(r)
	if err != nil {
		return Subject{}, err
	}
	if r.err != nil {
		return Subject{}, r.err
	}
	c.identify(r, &subject)
	subject.left = r.left
	return subject, r.err
}

func (c *Converter) build(r *row) (Subject, error) {
	if c.kind == grid.People {
		return c.person(r)
	}
	build := c.thing
	if r.has("quanxi_id") {
		build = c.own
	}
	entity, err := build(r)
	return Subject{Entity: entity}, err
}

// thing builds an entity that is not a person.
func (c *Converter) thing(r *row) (grid.Entity, error) {
	switch c.kind {
	case grid.Divisions:
		return division(r)
	case grid.Buildings:
		return building(r)
	case grid.Dwellings:
		return c.dwelling(r)
	case grid.Roads:
		return road(r)
	case grid.Waters:
		return water(r)
	case grid.Greens, grid.LandUses:
		return ground(r)
	}
	place, ok := r.Geometry.(geo.Point)
	switch {
	case !ok:
		return nil, Skipped("not a point")
	case c.kind == grid.ServicePoints && !r.has("name"):
		return nil, Skipped("a place without a name")
	case c.kind == grid.Devices:
		return c.device(r, place), nil
	}
	return standing(r, place), nil
}

func (c *Converter) device(r *row, place geo.Point) grid.Entity {
	return &grid.Device{Name: r.text("name"), Category: r.text("category"), LastValue: r.text("last_value"),
		State: r.oneOf("state", deviceStates, "offline"), Place: place,
		Building: c.reference(r, grid.Buildings, "building"), Dwelling: c.reference(r, grid.Dwellings, "dwelling")}
}

// standing builds what stands at a point.
func standing(r *row, place geo.Point) grid.Entity {
	switch r.kind {
	case grid.Organisations:
		return &grid.Organisation{Name: r.text("name"), CreditCode: r.text("credit_code"), Category: r.text("category"),
			Address: r.text("address"), Place: place}
	case grid.Components:
		return &grid.Component{Code: r.text("code"), Category: r.text("category"), Owner: r.text("owner"),
			State: r.oneOf("state", componentStates, "intact"), Place: place}
	case grid.Cameras:
		return &grid.Camera{Name: r.text("name"), Azimuth: r.whole("azimuth"), View: r.whole("view_width"),
			State: r.oneOf("state", deviceStates, "offline"), Place: place}
	}
	return &grid.ServicePoint{Name: r.text("name"), Category: r.text("category"), Items: r.list("items"),
		Hours: r.text("hours"), Phone: r.text("phone"), Address: r.text("address"), Place: place}
}

var componentStates = map[string]string{
	"intact": "intact", "完好": "intact", "damaged": "damaged", "破损": "damaged",
	"missing": "missing", "丢失": "missing", "abandoned": "abandoned", "废弃": "abandoned",
}

var deviceStates = map[string]string{
	"online": "online", "在线": "online", "offline": "offline", "离线": "offline",
	"alarm": "alarm", "告警": "alarm", "fault": "fault", "故障": "fault",
}

// division builds a division from a code of 4 to 17 digits, or of 12 with the
// zeros that statistics write behind the codes of counties and towns.
func division(r *row) (grid.Entity, error) {
	code := shortened(r.text("code"))
	d := &grid.Division{Code: code, Name: plainName(r.text("name")), Level: code.Level(),
		Parent: shortened(r.text("parent")), NormLow: r.whole("norm_low"), NormHigh: r.whole("norm_high")}
	d.External = externalOf(code)
	d.DivisionKind = divisionKind(code, r.text("kind"))
	d.From, d.To = r.day("valid_from"), r.day("valid_to")
	if d.Parent == "" && code.Level() == grid.CountyLevel {
		d.Parent = grid.Code(code[:2]) + "00"
	}
	if d.Parent == code {
		d.Parent = ""
	}
	switch g := r.Geometry.(type) {
	case geo.Point:
		d.Label = g
	case geo.MultiPolygon:
		d.Boundary = g
		d.Label = g.LabelPoint()
	}
	return d, nil
}

// shortened cuts the zeros behind the codes of cities (4), counties (6) and towns (9).
func shortened(code string) grid.Code {
	for _, digits := range []int{4, 6, 9} {
		if (len(code) == 6 || len(code) == 12) && digits < len(code) && strings.Trim(code[digits:], "0") == "" {
			return grid.Code(code[:digits])
		}
	}
	return grid.Code(code)
}

// plainName cuts the endings that statistics add to what people call a place.
func plainName(name string) string {
	for _, ending := range []struct{ long, short string }{
		{"街道办事处", "街道"}, {"社区居民委员会", "社区"}, {"社区居委会", "社区"}, {"居民委员会", "社区"}, {"居委会", "社区"},
		{"村民委员会", "村"}, {"村委会", "村"},
	} {
		stem, found := strings.CutSuffix(name, ending.long)
		if found && stem != "" {
			return strings.TrimSuffix(strings.TrimSuffix(stem, ending.short), "社区") + ending.short
		}
	}
	return name
}

// divisionKind reads the kind from the column, or from the digits of the code
// (DOMAIN "Codes": 001–099 streets, 100–199 towns, 200–399 townships; within
// them 001–199 社区, 200–399 村).
func divisionKind(code grid.Code, given string) string {
	switch given {
	case "street", "town", "township", "neighbourhood", "village", "general", "special":
		return given
	case "居委会", "社区":
		return "neighbourhood"
	case "村委会", "村":
		return "village"
	case "综合", "综合网格":
		return "general"
	case "专属", "专属网格":
		return "special"
	}
	switch code.Level() {
	case grid.TownLevel:
		return townKinds[code[6]]
	case grid.CommunityLevel:
		return communityKinds[code[9]]
	case grid.GridLevel, grid.MicroGridLevel:
		return "general"
	}
	return ""
}

var (
	townKinds      = map[byte]string{'0': "street", '1': "town", '2': "township", '3': "township"}
	communityKinds = map[byte]string{'0': "neighbourhood", '1': "neighbourhood", '2': "village", '3': "village", '4': "neighbourhood", '5': "village"}
)
