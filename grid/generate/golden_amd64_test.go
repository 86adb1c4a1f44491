package generate

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// Other processors may fuse multiplication and addition, so the frozen digests
// hold on this one only. QUANXI_BLESS=1 writes them anew; who does so raises
// the generator's version in the changelog.
func TestTownsAreFrozen(t *testing.T) {
	var lines []string
	for _, r := range mustResults(t) {
		lines = append(lines, string(r.Town.Code)+" "+digest(r))
	}
	frozen(t, "testdata/towns.sha256", strings.Join(lines, "\n")+"\n")
}

// See TestTownsAreFrozen.
func TestTheCityIsFrozen(t *testing.T) {
	g := mustCity(t)
	if g.opt.Names != nil {
		t.Log("the borders are given")
		return
	}
	h := sha256.New()
	for _, f := range counties() {
		h.Write(appendGeometry([]byte(f.code), g.city.borders[f.code]))
	}
	frozen(t, "testdata/city.sha256", hex.EncodeToString(h.Sum(nil))+"\n")
}

// frozen compares digests with those of a file.
func frozen(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("QUANXI_BLESS") != "" {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s changed:\n%swant\n%s", file, got, want)
	}
}
