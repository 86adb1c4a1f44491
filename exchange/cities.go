package exchange

import (
	"context"
	"maps"
	"slices"

	"quanxi/grid"
)

// noteCity notes the cities that a file of divisions brings, and those that its
// counties name.
func (p *pump) noteCity(d *grid.Division) {
	switch {
	case d.Level == grid.CityLevel:
		p.cities[d.Code] = true
	case d.Level == grid.CountyLevel && d.Parent.Level() == grid.CityLevel:
		if _, known := p.cities[d.Parent]; !known {
			p.cities[d.Parent] = false
		}
	}
}

// addCities adds the cities that counties name and nobody brings: lists of counties
// leave out what all of them have in common, and the chain of a place begins with it.
func (p *pump) addCities(ctx context.Context) error {
	for _, code := range slices.Sorted(maps.Keys(p.cities)) {
		if p.cities[code] || code.CityName() == "" {
			continue
		}
		stored := false
		for _, err := range p.from.Entities(ctx, grid.Divisions, grid.Query{Column: "code", Values: []string{string(code)}}) {
			if err != nil {
				return err
			}
			stored = true
		}
		if stored {
			continue
		}
		city := &grid.Division{Code: code, Name: code.CityName(), Level: grid.CityLevel}
		city.External = externalOf(code)
		p.wholes = append(p.wholes, city)
		p.report.Cities = append(p.report.Cities, city.Name)
	}
	return nil
}

// externalOf is the id of a division where it came from: a code is one division,
// wherever it came from.
func externalOf(code grid.Code) string { return "division:" + string(code) }
