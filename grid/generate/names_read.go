package generate

import (
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"quanxi/geo"
	"quanxi/grid/generate/fabric"
)

// ErrNames reports a file of names that cannot be read.
var ErrNames = errors.New("unreadable names")

// ReadNames reads real borders and names from a folder: counties_wgs84.geojson,
// townships.csv and villages_2016.csv. A file that is not there leaves its part
// to be invented. The error wraps ErrNames and names the file and the place.
func ReadNames(folder fs.FS) (*Names, error) {
	n := &Names{Counties: map[string]geo.MultiPolygon{}, Towns: map[string][]TownName{}, Communities: map[string][]CommunityName{}}
	digest := sha256.New()
	for _, f := range []struct {
		name string
		read func(io.Reader) error
	}{
		{"counties_wgs84.geojson", n.readCounties},
		{"townships.csv", n.readTowns},
		{"villages_2016.csv", n.readCommunities},
	} {
		file, err := folder.Open(f.name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.name, err)
		}
		err = errors.Join(f.read(io.TeeReader(file, digest)), file.Close())
		if err != nil {
			return nil, fmt.Errorf("%s: %w: %w", f.name, ErrNames, err)
		}
	}
	n.Digest = hex.EncodeToString(digest.Sum(nil)[:4])
	return n, nil
}

func (n *Names) readCounties(r io.Reader) error {
	var file struct {
		Features []struct {
			Properties struct {
				Code string `json:"adcode"`
			} `json:"properties"`
			Geometry struct {
				Type        string          `json:"type"`
				Coordinates json.RawMessage `json:"coordinates"`
			} `json:"geometry"`
		} `json:"features"`
	}
	if err := json.NewDecoder(r).Decode(&file); err != nil {
		return err
	}
	for i, f := range file.Features {
		var parts [][][][2]float64
		raw := f.Geometry.Coordinates
		if f.Geometry.Type == "Polygon" {
			raw = slices.Concat([]byte("["), raw, []byte("]"))
		}
		if err := json.Unmarshal(raw, &parts); err != nil {
			return fmt.Errorf("feature %d: %w", i+1, err)
		}
		for _, part := range parts {
			if p := polygonOf(part); len(p) > 0 {
				n.Counties[f.Properties.Code] = append(n.Counties[f.Properties.Code], p)
			}
		}
	}
	return nil
}

// polygonOf rounds a polygon to the lattice: outer ring counter-clockwise, holes
// clockwise, no vertex twice in a row.
func polygonOf(rings [][][2]float64) geo.Polygon {
	var out geo.Polygon
	for i, ring := range rings {
		var r geo.Ring
		for _, c := range ring {
			if p := geo.At(c[0], c[1]); len(r) == 0 || r[len(r)-1] != p {
				r = append(r, p)
			}
		}
		if len(r) > 0 && r[0] != r[len(r)-1] {
			r = append(r, r[0])
		}
		if len(r) < 4 {
			continue
		}
		if (fabric.DoubleArea(r) > 0) != (i == 0) {
			slices.Reverse(r)
		}
		out = append(out, r)
	}
	return out
}

// rows calls see with each row as a function from column name to value.
func rows(r io.Reader, see func(col func(string) string)) error {
	c := csv.NewReader(r)
	c.ReuseRecord = true
	head, err := c.Read()
	if err != nil {
		return err
	}
	at := map[string]int{}
	for i, name := range head {
		at[strings.TrimPrefix(name, "\ufeff")] = i
	}
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		see(func(name string) string {
			if i, ok := at[name]; ok && i < len(row) {
				return row[i]
			}
			return ""
		})
	}
}

func (n *Names) readTowns(r io.Reader) error {
	err := rows(r, func(col func(string) string) {
		t := TownName{Code: strings.Clone(col("code9")), Name: strings.Clone(col("name"))}
		lon, e1 := strconv.ParseFloat(col("lng_wgs84"), 64)
		lat, e2 := strconv.ParseFloat(col("lat_wgs84"), 64)
		if e1 == nil && e2 == nil {
			t.Place = geo.At(lon, lat)
		}
		county := strings.Clone(col("county_code6"))
		if len(t.Code) == 9 && t.Name != "" {
			n.Towns[county] = append(n.Towns[county], t)
		}
	})
	for _, list := range n.Towns {
		slices.SortFunc(list, func(a, b TownName) int { return strings.Compare(a.Code, b.Code) })
	}
	return err
}

func (n *Names) readCommunities(r io.Reader) error {
	err := rows(r, func(col func(string) string) {
		kind, town := col("kind"), col("township_code12_2023")
		if len(town) != 12 || kind != "居委会" && kind != "村委会" {
			return // virtual ones, and those whose town is no more, have no ground
		}
		name := strings.TrimSuffix(strings.TrimSuffix(col("name"), "居委会"), "村委会")
		village := kind == "村委会"
		if suffix := map[bool]string{true: "村", false: "社区"}[village]; !strings.HasSuffix(name, suffix) {
			name += suffix
		}
		n.Communities[strings.Clone(town[:9])] = append(n.Communities[strings.Clone(town[:9])],
			CommunityName{Code: strings.Clone(col("code12")), Name: strings.Clone(name), Village: village})
	})
	for _, list := range n.Communities {
		slices.SortFunc(list, func(a, b CommunityName) int { return strings.Compare(a.Code, b.Code) })
	}
	return err
}
