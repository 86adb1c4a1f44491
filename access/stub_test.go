package access

import (
	"quanxi/geo"
	"quanxi/grid"
)

type halved struct{}

func (halved) Snapshot() ground { return halved{} }
func (halved) AreaAt(p geo.Point) grid.Code {
	lon, lat := p.Degrees()
	switch {
	case lat < 29:
		return ""
	case lon < 106.5:
		return "500106003012003"
	}
	return "500106004001001"
}

func Halved() interface{ Snapshot() ground } { return halved{} }
