package exchange

import (
	"errors"
	"slices"
	"strings"

	"quanxi/geo"
	"quanxi/grid"
)

func (c *Converter) person(r *row) (Subject, error) {
	identity := &grid.Identity{Name: r.text("name"), IDNumber: strings.ToUpper(r.text("id_number")), Phone: r.text("phone")}
	p := &grid.Person{
		Sex:       grid.Sex(r.oneOf("sex", sexes, "")),
		Dwelling:  c.reference(r, grid.Dwellings, "dwelling"),
		Residence: grid.Residence(r.oneOf("residence", residences, string(grid.LivesRegistered))),
		Care:      careTags(r),
	}
	for _, field := range []string{"name", "id_number", "phone"} {
		if strings.ContainsAny(r.text(field), "*＊") { // of an export that hides it
			r.refuse(field, "is a mask, not a value")
		}
		var wrong *grid.FieldError
		if errors.As(grid.CheckText(grid.People, field, r.text(field)), &wrong) {
			r.refuse(field, wrong.Why)
		}
	}
	if identity.Name == "" {
		r.refuse("name", "must not be empty")
	}
	if place, ok := r.Geometry.(geo.Point); ok {
		p.Place = place
	}
	p.Born = r.day("born")
	c.checkIDNumber(r, identity.IDNumber, p)
	return Subject{Entity: p, Identity: identity}, nil
}

// checkIDNumber checks the number and fills in what it says and the row does not.
func (c *Converter) checkIDNumber(r *row, number string, p *grid.Person) {
	if number == "" {
		return
	}
	born, sex, err := grid.ParseIDNumber(number)
	if err != nil {
		r.refuse("id_number", err.Error())
		return
	}
	if p.Born == 0 {
		p.Born = born
	}
	if p.Sex == "" {
		p.Sex = sex
	}
}

var sexes = map[string]string{"m": "m", "男": "m", "f": "f", "女": "f"}

var residences = map[string]string{
	"both": "both", "人户一致": "both", "户籍": "both", "户籍人口": "both", "registered": "registered", "户在人不在": "registered",
	"living": "living", "流动": "living", "流动人口": "living", "人在户不在": "living",
}

// careNames maps the words of ledgers to the tags of care; anything else in such
// a column is not held.
var careNames = map[string]string{
	"独居": "living-alone", "空巢": "empty-nest", "高龄": "aged-80", "残疾": "disabled", "失能": "bedridden", "低保": "low-income",
	"留守儿童": "left-behind-child", "留守老人": "left-behind-elder", "孤儿": "orphan", "特困": "destitute", "优抚": "veteran-family",
	"计生特扶": "bereaved", "重病": "severe-illness", "半失能": "half-disabled",
}

func careTags(r *row) []string {
	known := map[string]bool{}
	for _, tag := range grid.CareTags() {
		known[tag] = true
	}
	var tags []string
	for _, word := range r.list("care") {
		word = strings.TrimSpace(word)
		if tag, ok := careNames[word]; ok {
			word = tag
		}
		if known[word] {
			tags = append(tags, word)
		}
	}
	if r.oneOf("living_alone", map[string]string{"是": "yes", "true": "yes", "1": "yes", "y": "yes"}, "") == "yes" {
		tags = append(tags, "living-alone")
	}
	slices.Sort(tags)
	return slices.Compact(tags)
}
