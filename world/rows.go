package world

import (
	"quanxi/events"
	"quanxi/geo"
	"quanxi/grid"
)

// The rows below hold no pointers, so that the garbage collector never looks
// into the pages of a city. Names ending in Ref are numbers of texts; references
// to other entities are slots of their registers, none if there is none.

type divisionRow struct {
	code   grid.Code
	name   string
	kind   string
	parent grid.Code
	from   grid.Date
	to     grid.Date
	label  geo.Point

	boundary geo.MultiPolygon
	envelope geo.Envelope
	norms    [2]int32
	area     uint32 // node of its code
	next     uint32 // next division that claims the same code
}

// An areaRow is one code of the management tree, known or only referred to.
type areaRow struct {
	division uint32 // the division in force under this code
	claims   uint32 // first of all divisions under this code
	parent   uint32
	children uint32 // first child
	next     uint32 // next child of the same parent
	workers  uint32 // first worker who answers for it
	level    grid.Level
}

type buildingRow struct {
	shape     shape
	place     geo.Pixel // representative point
	name      uint32
	address   uint32
	code      uint32
	quarter   uint32
	height    int32 // cm
	area      uint32
	steward   uint32
	entrances uint32 // in the arena of entrances
	dwellings uint32 // first dwelling
	homes     packedHomes
	units     uint16
	year      uint16
	floors    uint8
	below     uint8
	use       uint8
	doors     uint8 // number of entrances
}

type dwellingRow struct {
	building   uint32
	next       uint32 // next dwelling of the building
	people     uint32 // first person
	room       uint32
	households uint16
	unit       uint16
	floor      int16
	state      uint8
}

type householdRow struct{ dwelling uint32 }

type personRow struct {
	dwelling uint32 // or a number of places, if roams is set
	next     uint32 // next person of the dwelling, or the area if roams is set
	born     grid.Date
	care     uint16
	flags    uint8 // residence, and the bits below
}

const (
	residenceBits = 3
	roams         = 4 // has no dwelling but a place
	counted60     = 8 // is counted as 60 or over
)

// A featureRow is a road, a water, a green or a parcel.
type featureRow struct {
	shape shape
	name  uint32
	class uint32 // text
	width int32  // cm
	flags uint8
}

const (
	isLine   = 1
	isBridge = 2
)

// A thingRow is anything that stands at a point: an organisation, a component, a
// device, a camera, a service point.
type thingRow struct {
	place    geo.Pixel
	area     uint32
	name     uint32
	category uint32 // text
	detail   uint32 // text: owner, hours or address
	building uint32
	dwelling uint32
	azimuth  uint16
	view     uint16
	state    uint8
}

type workerRow struct {
	name     uint32
	area     uint32
	next     uint32 // next worker of the area
	role     uint8
	fullTime bool
}

type eventRow struct {
	place    geo.Pixel
	occurred int64 // Unix seconds
	reported int64
	due      int64
	title    uint32
	area     uint32
	building uint32
	category uint8
	state    uint8
	urgent   bool
	late     lateness // as it is counted and drawn
	privacy  events.Privacy
}
