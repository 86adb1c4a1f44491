package generate

import "quanxi/geo"

// Names are the real borders and names of an area. Whatever a field lacks is
// invented. All are read only; nothing here is kept in the repository.
type Names struct {
	// Counties holds the border of each county by its code of 6 digits.
	Counties map[string]geo.MultiPolygon
	// Towns holds the towns of each county, by its code, in the order of their codes.
	Towns map[string][]TownName
	// Communities holds the communities of each town, by its code of 9 digits, in
	// the order of their codes.
	Communities map[string][]CommunityName
	// Digest tells these names from others; empty if they were not read from files.
	Digest string
}

// A TownName is the name of a real town.
type TownName struct {
	Code  string // 9 digits
	Name  string
	Place geo.Point // zero if not known
}

// A CommunityName is the name of a real community.
type CommunityName struct {
	Code    string // 12 digits
	Name    string
	Village bool // 村, not 社区
}
