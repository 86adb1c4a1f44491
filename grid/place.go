package grid

import "quanxi/geo"

// An Organisation is a unit or a shop 单位/商户 at a place; Party organisations too.
type Organisation struct {
	Head
	Name       string
	CreditCode string // 统一社会信用代码, GB 32100
	Category   string // shop, enterprise, school, party …
	Building   int64
	Address    string
	Place      geo.Point
}

// Kind returns Organisations.
func (*Organisation) Kind() Kind { return Organisations }

// Columns implements Entity.
func (o *Organisation) Columns() []Column {
	return []Column{{"name", &o.Name}, {"credit_code", &o.CreditCode}, {"category", &o.Category},
		{"building", &o.Building}, {"address", &o.Address}}
}

// Geometry returns the place.
func (o *Organisation) Geometry() geo.Geometry { return point(o.Place) }

// SetGeometry replaces the place.
func (o *Organisation) SetGeometry(g geo.Geometry) error { return setPoint(Organisations, &o.Place, g) }

// Validate implements Entity.
func (o *Organisation) Validate() error { return namedPlace(Organisations, o.Name, o.Place) }

// A Component is a thing of the city 部件: a manhole cover, a hydrant, a lamp.
type Component struct {
	Head
	Code     string // 部件标识码
	Category string // manhole-rain, manhole-sewage, lamp, hydrant, bin …
	State    string // of ComponentStates
	Owner    string // the department that answers for it
	Place    geo.Point
}

// ComponentStates lists the states of components 完好, 破损, 丢失, 废弃.
func ComponentStates() []string { return []string{"intact", "damaged", "missing", "abandoned"} }

// Kind returns Components.
func (*Component) Kind() Kind { return Components }

// Columns implements Entity.
func (c *Component) Columns() []Column {
	return []Column{{"code", &c.Code}, {"category", &c.Category}, {"state", &c.State}, {"owner", &c.Owner}}
}

// Geometry returns the place.
func (c *Component) Geometry() geo.Geometry { return point(c.Place) }

// SetGeometry replaces the place.
func (c *Component) SetGeometry(g geo.Geometry) error { return setPoint(Components, &c.Place, g) }

// Validate implements Entity.
func (c *Component) Validate() error {
	if c.Place.IsZero() {
		return invalid(Components, "geometry", "must be a Point, and not 0, 0")
	}
	return oneOf(Components, "state", c.State, ComponentStates())
}

// A Device is a sensor. One with a Dwelling is bound to a home and is drawn only
// for those who may see that home.
type Device struct {
	Head
	Name      string
	Category  string // smoke, door, water-meter, gas, flood …
	State     string // of DeviceStates
	LastValue string
	Building  int64
	Dwelling  int64
	Place     geo.Point
}

// DeviceStates lists the states of devices and cameras.
func DeviceStates() []string { return []string{"online", "offline", "alarm", "fault"} }

// Kind returns Devices.
func (*Device) Kind() Kind { return Devices }

// Columns implements Entity.
func (d *Device) Columns() []Column {
	return []Column{{"name", &d.Name}, {"category", &d.Category}, {"state", &d.State},
		{"last_value", &d.LastValue}, {"building", &d.Building}, {"dwelling", &d.Dwelling}}
}

// Geometry returns the place.
func (d *Device) Geometry() geo.Geometry { return point(d.Place) }

// SetGeometry replaces the place.
func (d *Device) SetGeometry(g geo.Geometry) error { return setPoint(Devices, &d.Place, g) }

// Validate implements Entity.
func (d *Device) Validate() error {
	if d.Place.IsZero() {
		return invalid(Devices, "geometry", "must be a Point, and not 0, 0")
	}
	return oneOf(Devices, "state", d.State, DeviceStates())
}

// A Camera looks at a public place.
type Camera struct {
	Head
	Name    string
	Azimuth int32 // degrees clockwise from north
	View    int32 // width of the field of view, degrees
	State   string
	Place   geo.Point
}

// Kind returns Cameras.
func (*Camera) Kind() Kind { return Cameras }

// Columns implements Entity.
func (c *Camera) Columns() []Column {
	return []Column{{"name", &c.Name}, {"azimuth", &c.Azimuth}, {"view_width", &c.View}, {"state", &c.State}}
}

// Geometry returns the place.
func (c *Camera) Geometry() geo.Geometry { return point(c.Place) }

// SetGeometry replaces the place.
func (c *Camera) SetGeometry(g geo.Geometry) error { return setPoint(Cameras, &c.Place, g) }

// Validate implements Entity.
func (c *Camera) Validate() error {
	switch {
	case c.Azimuth < 0 || c.Azimuth >= 360:
		return invalid(Cameras, "azimuth", "must be 0 to 359")
	case c.View < 0 || c.View > 360:
		return invalid(Cameras, "view", "must be 0 to 360")
	}
	if err := namedPlace(Cameras, c.Name, c.Place); err != nil {
		return err
	}
	return oneOf(Cameras, "state", c.State, DeviceStates())
}

// A ServicePoint is a place where residents get something done 就近办.
type ServicePoint struct {
	Head
	Name     string
	Category string // service, clinic, repair, school, pharmacy, party
	Items    []string
	Hours    string // "Mo-Fr 09:00-17:30"
	Phone    string // a public number
	Address  string
	Place    geo.Point
}

// Kind returns ServicePoints.
func (*ServicePoint) Kind() Kind { return ServicePoints }

// Columns implements Entity.
func (s *ServicePoint) Columns() []Column {
	return []Column{{"name", &s.Name}, {"category", &s.Category}, {"items", &s.Items},
		{"hours", &s.Hours}, {"phone", &s.Phone}, {"address", &s.Address}}
}

// Geometry returns the place.
func (s *ServicePoint) Geometry() geo.Geometry { return point(s.Place) }

// SetGeometry replaces the place.
func (s *ServicePoint) SetGeometry(g geo.Geometry) error { return setPoint(ServicePoints, &s.Place, g) }

// Validate implements Entity.
func (s *ServicePoint) Validate() error { return namedPlace(ServicePoints, s.Name, s.Place) }

func namedPlace(kind Kind, name string, place geo.Point) error {
	if name == "" {
		return invalid(kind, "name", "must not be empty")
	}
	if place.IsZero() {
		return invalid(kind, "geometry", "must be a Point, and not 0, 0")
	}
	return nil
}
