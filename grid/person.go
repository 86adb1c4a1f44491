package grid

import (
	"quanxi/geo"
)

// A Person is one record of a human 人口 at one home: somebody who is registered
// there, lives there, or both. Somebody registered in one home and living in
// another has two records, as in a grid worker's ledger.
type Person struct {
	Head
	// Identity holds name, ID number and phone, sealed under a key of this person alone.
	Identity Sealed
	// IDDigest and PhoneDigest find a person by the exact number: keyed hashes,
	// empty if the number is not known.
	IDDigest    []byte
	PhoneDigest []byte

	Sex       Sex
	Born      Date
	Household int64
	Dwelling  int64
	Residence Residence
	Since     Date // of the residence
	// Place is set only for a person without a dwelling.
	Place    geo.Point
	Care     []string // tags of CareTags; they serve help only
	Verified Date
}

// A Residence is how a person belongs to a home.
type Residence string

// The residences 人户一致, 户在人不在, 人在户不在.
const (
	LivesRegistered Residence = "both"
	RegisteredOnly  Residence = "registered"
	LivesOnly       Residence = "living"
)

// Residences lists every residence; the index is the code by which the World keeps it.
func Residences() []Residence { return []Residence{LivesRegistered, RegisteredOnly, LivesOnly} }

// A Sex is "m", "f" or empty.
type Sex string

// CareTags lists the tags of care; the index is the bit by which the World keeps
// it. Anything that marks a person as a risk or a suspect is not held at all.
func CareTags() []string {
	return []string{
		"living-alone",      // 独居
		"empty-nest",        // 空巢
		"aged-80",           // 高龄
		"disabled",          // 残疾
		"bedridden",         // 失能
		"low-income",        // 低保
		"left-behind-child", // 留守儿童
		"left-behind-elder", // 留守老人
		"orphan",            // 孤儿/事实无人抚养
		"destitute",         // 特困
		"veteran-family",    // 优抚
		"bereaved",          // 计生特扶
		"severe-illness",    // 重病
		"half-disabled",     // 半失能
	}
}

// Kind returns People.
func (*Person) Kind() Kind { return People }

// Columns implements Entity.
func (p *Person) Columns() []Column {
	return []Column{
		{"identity", (*[]byte)(&p.Identity)}, {"id_digest", &p.IDDigest}, {"phone_digest", &p.PhoneDigest},
		{"sex", (*string)(&p.Sex)}, {"born", &p.Born}, {"household", &p.Household}, {"dwelling", &p.Dwelling},
		{"residence", (*string)(&p.Residence)}, {"since", &p.Since},
		{"place", &p.Place}, {"care", &p.Care}, {"verified", &p.Verified},
	}
}

// Geometry returns nil: a person is found in space through the dwelling, or by
// Place, which is kept out of the tables that map programs open.
func (*Person) Geometry() geo.Geometry { return nil }

// SetGeometry sets Place.
func (p *Person) SetGeometry(g geo.Geometry) error { return setPoint(People, &p.Place, g) }

// Validate implements Entity.
func (p *Person) Validate() error {
	switch {
	case len(p.Identity) == 0:
		return invalid(People, "identity", "must be sealed")
	case p.Dwelling == 0 && p.Place.IsZero():
		return invalid(People, "dwelling", "a person needs a dwelling or a place")
	case p.Sex != "" && p.Sex != "m" && p.Sex != "f":
		return invalid(People, "sex", "must be m, f or empty")
	case !p.Born.Valid():
		return invalid(People, "born", "is not a day of the calendar")
	}
	for _, tag := range p.Care {
		if err := oneOf(People, "care", tag, CareTags()); err != nil {
			return err
		}
	}
	return oneOf(People, "residence", p.Residence, Residences())
}

// A Household is the people registered or living together 户.
type Household struct {
	Head
	Dwelling int64
	Number   string // 户号
	Type     string // family, collective, single
}

// Kind returns Households.
func (*Household) Kind() Kind { return Households }

// Columns implements Entity.
func (h *Household) Columns() []Column {
	return []Column{{"dwelling", &h.Dwelling}, {"number", &h.Number}, {"household_type", &h.Type}}
}

// Geometry returns nil: a household is found in space through its dwelling.
func (*Household) Geometry() geo.Geometry { return nil }

// SetGeometry refuses anything but nil.
func (*Household) SetGeometry(g geo.Geometry) error { return noGeometry(Households, g) }

// Validate implements Entity.
func (h *Household) Validate() error {
	if h.Dwelling == 0 {
		return invalid(Households, "dwelling", "must name a dwelling")
	}
	return nil
}
