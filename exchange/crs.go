package exchange

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"quanxi/geo"
)

// A Proposal is a coordinate system and how well it fits a file.
type Proposal struct {
	CRS    string  `json:"crs"`
	Share  float64 `json:"share"` // of the sampled positions that fall into the declared area
	Sample int     `json:"sample"`
}

// candidates are tried when a file does not say what its numbers are; the
// likeliest first, which wins a tie.
var candidates = []string{"wgs84", "gcj02", "bd09", "EPSG:4544", "EPSG:4545", "EPSG:4546", "EPSG:4523", "EPSG:4524", "EPSG:4525", "cm=106.5"}

// sampled is how many positions decide.
const sampled = 2000

// ProposeCRS ranks the candidates by how many of the file's positions fall into
// the declared area; inside reports whether a position does. Without a declared
// area no candidate wins.
func ProposeCRS(source Source, inside func(geo.Point) bool) ([]Proposal, error) {
	positions, err := samplePositions(source)
	if err != nil {
		return nil, err
	}
	if len(positions) == 0 {
		return []Proposal{{CRS: "wgs84"}}, nil
	}
	var ranking []Proposal
	for _, name := range candidates {
		crs, err := geo.ParseCRS(name)
		if err != nil {
			return nil, fmt.Errorf("candidate %s: %w", name, err)
		}
		hits := 0
		for _, p := range positions {
			lon, lat := crs.ToDegrees(p[0], p[1])
			if geo.CheckDegrees(lon, lat) == nil && inside(geo.At(lon, lat)) {
				hits++
			}
		}
		ranking = append(ranking, Proposal{name, float64(hits) / float64(len(positions)), len(positions)})
	}
	slices.SortStableFunc(ranking, func(a, b Proposal) int { return cmp.Compare(b.Share, a.Share) })
	return ranking, nil
}

// samplePositions collects the first positions of the file as they stand there.
func samplePositions(source Source) ([][2]float64, error) {
	var positions [][2]float64
	collect := func(x, y float64) (lon, lat float64) {
		if len(positions) < sampled {
			positions = append(positions, [2]float64{x, y})
		}
		return 106.5, 29.5 // any place will do: the geometry is thrown away
	}
	for _, err := range source.Records(collect) {
		var problem Problem
		if err != nil && !errors.As(err, &problem) {
			return nil, err
		}
		if len(positions) >= sampled {
			break
		}
	}
	return positions, nil
}

// ChooseCRS returns the transform for a declared name, or for what the file
// itself declares, or for the best proposal if the name is "auto". The text says
// what was chosen and why.
func ChooseCRS(name string, source Source, inside func(geo.Point) bool) (Transform, string, error) {
	if name != "auto" {
		return transformOf(name, name)
	}
	if declared := source.CRS(); declared != "" {
		return transformOf(declared, declared+" (the file says so)")
	}
	own, err := isOwn(source)
	if err != nil {
		return nil, "", err
	}
	if own {
		return transformOf("wgs84", "wgs84 (an export of Quanxi)")
	}
	ranking, err := ProposeCRS(source, inside)
	if err != nil {
		return nil, "", err
	}
	if ranking[0].Share == 0 {
		if err := checkOrder(source); err != nil {
			return nil, "", err
		}
		return transformOf("wgs84", "wgs84 (assumed: nothing of it falls into the known area in any system; name one with --crs)")
	}
	best := likeliest(ranking)
	why := fmt.Sprintf("%s (proposed: %.0f %% of %d positions fall into the known area)", best.CRS, best.Share*100, best.Sample)
	for _, other := range ranking {
		if other.CRS != best.CRS && other.Share >= best.Share-clearly {
			why += fmt.Sprintf("; %s fits as well (%.0f %%)", other.CRS, other.Share*100)
		}
	}
	if strings.Contains(why, ";") {
		why += ": name one with --crs if the map looks shifted"
	}
	return transformOf(best.CRS, why)
}

// clearly is by how much more of the positions one system must explain than another to be
// preferred: where the borders of the known area run, a few fall in and out by chance.
const clearly = 0.05

// likeliest returns, of the proposals that no other beats clearly, the one that files are in
// most often. The ranking begins with the best.
func likeliest(ranking []Proposal) Proposal {
	for _, name := range candidates {
		if i := slices.IndexFunc(ranking, func(p Proposal) bool { return p.CRS == name }); i >= 0 && ranking[i].Share >= ranking[0].Share-clearly {
			return ranking[i]
		}
	}
	return ranking[0]
}

// country is around all of China, in degrees: where a file is from of which nothing
// else is known.
var country = geo.Envelope{Min: geo.At(73, 3), Max: geo.At(136, 54)}

// checkOrder refuses a file whose degrees lie in the country only if longitude and
// latitude are exchanged. The error wraps geo.ErrSwapped.
func checkOrder(source Source) error {
	positions, err := samplePositions(source)
	if err != nil {
		return err
	}
	inCountry := func(lon, lat float64) bool {
		return geo.CheckDegrees(lon, lat) == nil && country.Contains(geo.At(lon, lat))
	}
	exchanged := 0
	for _, p := range positions {
		switch {
		case inCountry(p[0], p[1]):
			return nil
		case inCountry(p[1], p[0]):
			exchanged++
		}
	}
	if len(positions) == 0 || exchanged < len(positions) {
		return nil
	}
	return fmt.Errorf("%w: all %d positions that were looked at lie in China only if they are exchanged; --crs wgs84 takes them as they are", geo.ErrSwapped, exchanged)
}

func transformOf(name, why string) (Transform, string, error) {
	crs, err := geo.ParseCRS(name)
	if err != nil {
		return nil, "", err
	}
	return crs.ToDegrees, why, nil
}
