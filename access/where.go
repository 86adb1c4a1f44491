package access

import (
	"cmp"
	"encoding/json"
	"fmt"

	"quanxi/grid"
)

// A Where is the home that something belongs to, as people say it: a list of homes
// by their numbers alone, or of people by masked names, would name nothing.
type Where struct {
	Building int64  `json:"building"`
	Name     string `json:"name"` // of the building, or its address
	Dwelling int64  `json:"dwelling"`
	Unit     int32  `json:"unit"`
	Floor    int32  `json:"floor"`
	Room     string `json:"room"`
}

// addWhere adds the field where to the JSON of a home, or of a person with a home that
// the World knows. Nothing else that is listed belongs to a home.
func (v *View) addWhere(body []byte, e grid.Entity) ([]byte, error) {
	var home int64
	switch e := e.(type) {
	case *grid.Dwelling:
		home = e.ID
	case *grid.Person:
		home = e.Dwelling
	}
	d, known := v.world.Snapshot().Dwelling(home)
	if !known {
		return body, nil
	}
	b, known := d.Building()
	if !known {
		return body, nil
	}
	where, err := json.Marshal(Where{
		Building: b.ID(), Name: cmp.Or(b.Name(), b.Address()), Dwelling: home, Unit: d.Unit(), Floor: d.Floor(), Room: d.Room(),
	})
	if err != nil {
		return nil, err
	}
	return fmt.Appendf(body[:len(body)-1:len(body)-1], `,"where":%s}`, where), nil
}
