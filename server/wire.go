package server

// The bodies of query replies. Distances are metres, bearings degrees clockwise
// from north, coordinates degrees.

type divisionBrief struct {
	ID    int64  `json:"id"`
	Code  string `json:"code"`
	Name  string `json:"name"`
	Level int32  `json:"level" doc:"1 city, 2 county, 3 town, 4 community, 5 grid, 6 micro-grid"`
	Kind  string `json:"kind"`
}

type identifyBody struct {
	Lon      float64         `json:"lon"`
	Lat      float64         `json:"lat"`
	Chain    []divisionBrief `json:"chain" doc:"from the city to the micro-grid"`
	Building *buildingBody   `json:"building"`
	Workers  []workerBody    `json:"workers" doc:"who answers here, nearest to the door first"`
	Near     []nearBody      `json:"near"`
	Partial  bool            `json:"partial,omitempty" doc:"what is near reaches beyond what this node holds"`
}

type buildingBody struct {
	ID          int64       `json:"id"`
	Name        string      `json:"name"`
	Address     string      `json:"address"`
	Quarter     string      `json:"quarter"`
	Use         string      `json:"use"`
	Area        string      `json:"area"`
	Height      float64     `json:"height" doc:"metres"`
	Floors      int32       `json:"floors"`
	FloorsBelow int32       `json:"floors_below"`
	Units       int32       `json:"units"`
	Year        int32       `json:"year"`
	Entrances   []doorBody  `json:"entrances"`
	Dwellings   *int        `json:"dwellings,omitempty" doc:"absent where single homes are not yours to see, as people"`
	People      *int        `json:"people,omitempty" doc:"who live there"`
	FloorsList  []floorBody `json:"floors_list" doc:"from the top, floor 1 on the street and -1 below it, each with its homes, if any"`
}

// A doorBody is a way in; level 0 is the street, -2 two floors below.
type doorBody struct {
	Lon   float64 `json:"lon"`
	Lat   float64 `json:"lat"`
	Level int32   `json:"level"`
	Unit  int32   `json:"unit"`
}

type floorBody struct {
	Floor int32      `json:"floor"`
	Homes []homeBody `json:"homes"`
}

type homeBody struct {
	ID     int64  `json:"id"`
	Unit   int32  `json:"unit"`
	Room   string `json:"room"`
	State  string `json:"state"`
	People int    `json:"people" doc:"who live there"`
}

type workerBody struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Role  string `json:"role"`
	Area  string `json:"area"`
	Phone string `json:"phone,omitempty" doc:"masked"`
}

type nearBody struct {
	Kind     string  `json:"kind"`
	ID       int64   `json:"id"`
	Name     string  `json:"name"`
	Category string  `json:"category"`
	State    string  `json:"state,omitempty"`
	Distance float64 `json:"distance"`
	Bearing  float64 `json:"bearing"`
	Lon      float64 `json:"lon"`
	Lat      float64 `json:"lat"`
}

type hitBody struct {
	Kind     string     `json:"kind"`
	ID       int64      `json:"id"`
	Code     string     `json:"code,omitempty"`
	Name     string     `json:"name"`
	Detail   string     `json:"detail"`
	Lon      float64    `json:"lon"`
	Lat      float64    `json:"lat"`
	Zoom     float64    `json:"zoom"`
	Envelope [4]float64 `json:"envelope" doc:"west, south, east, north"`
	OnMap    bool       `json:"on_map" doc:"false: it is known, but has no place; lon, lat and envelope mean nothing"`
}

// A degreesPair is a place as the client wrote it.
type degreesPair [2]float64

type withinInput struct {
	Seen
	Body struct {
		Rectangle *[4]float64   `json:"rectangle,omitempty" doc:"west, south, east, north"`
		Circle    *circleBody   `json:"circle,omitempty"`
		Polygon   []degreesPair `json:"polygon,omitempty" maxItems:"5000" doc:"[lon, lat] of the outer ring; the ring may be left open: the server closes it if the last is not the first"`
		Buffer    *bufferBody   `json:"buffer,omitempty"`
		List      string        `json:"list,omitempty" enum:"buildings,dwellings,people"`
		Limit     int           `json:"limit,omitempty" minimum:"1" maximum:"1000" default:"100"`
		Cursor    string        `json:"cursor,omitempty"`
	}
}

type circleBody struct {
	Lon    float64 `json:"lon"`
	Lat    float64 `json:"lat"`
	Radius float64 `json:"radius" exclusiveMinimum:"0" maximum:"50000" doc:"metres"`
}

type bufferBody struct {
	Line   []degreesPair `json:"line" minItems:"2" maxItems:"5000"`
	Radius float64       `json:"radius" exclusiveMinimum:"0" maximum:"5000" doc:"metres on either side"`
}
