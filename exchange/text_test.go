package exchange_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"quanxi/exchange"
	"quanxi/grid"
)

// What a file is written in shows anywhere in it, or nowhere: a name is read as it
// was meant or the file is refused, and nothing is stored as garbage.
func TestTheEncodingOfAWholeFile(t *testing.T) {
	gbk := func(text string) string {
		out, err := simplifiedchinese.GB18030.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	const header, name = "name,lon,lat\n", "便民服务中心书院街点"
	row := name + ",106.5,29.5\n"
	latin := strings.Repeat("kiosk,106.5,29.5\n", 70_000) // 1.2 MB without a Chinese character
	for _, tt := range []struct {
		name, content string
		want          string // part of the error; empty if the last name is read as it was meant
	}{
		{"UTF-8 from the beginning", header + row, ""},
		{"UTF-8 after megabytes of ASCII", header + latin + row, ""},
		{"GBK from the beginning", header + gbk(row), ""},
		{"GBK after megabytes of ASCII", header + latin + gbk(row), ""},
		{"GBK throughout, many megabytes", header + gbk(strings.Repeat(row, 30_000)), ""},
		{"a character across the buffer's end", header + "kk,1,1\n" + strings.Repeat("k,1,1\n", 174_757) + row, ""},
		{"UTF-8, and GBK after megabytes", header + row + latin + gbk(row), "partly UTF-8: byte 1190056 is not UTF-8"},
		{"GBK, and UTF-8 after megabytes", header + gbk(row) + latin + row, "partly UTF-8: byte 14 is not UTF-8"},
		{"a mark of UTF-8, and GBK", "\xef\xbb\xbf" + header + latin + gbk("书店") + ",106.5,29.5\n", "byte 1190017 is not UTF-8"},
		{"ASCII, and bytes that are no text", header + latin + "\xff\xfe\xff,106.5,29.5\n", "byte 1190014 is not UTF-8"},
		{"UTF-8 that is cut in a character at the end", header + row + "书"[:2], "byte 56 is not UTF-8"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			store := &shelf{}
			report, err := runImport(t, grid.ServicePoints, "points.csv", tt.content, store)
			if tt.want != "" {
				if !errors.Is(err, exchange.ErrEncoding) || !strings.Contains(err.Error(), tt.want) || len(store.live) > 0 {
					t.Errorf("%v, want %q", err, tt.want)
				}
				return
			}
			if err != nil {
				t.Fatalf("%v: %+v", err, report)
			}
			if got := store.live[len(store.live)-1].(*grid.ServicePoint).Name; got != name {
				t.Errorf("the last name is %q", got)
			}
		})
	}
}

func TestAFileThatChangesWhileItIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "points.csv")
	save(t, path, []byte("name,lon,lat\n东门,106.5,29.5\n"))
	source, err := exchange.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	save(t, path, []byte("name,lon,lat\n\xb6\xab\xc3\xc5  ,106.5,29.5\n"))
	if err := os.Chtimes(path, time.Time{}, time.Unix(1, 0)); err != nil {
		t.Fatal(err)
	}
	to, _, err := exchange.ChooseCRS("wgs84", source, nil)
	if err != nil {
		t.Fatal(err)
	}
	store := &shelf{}
	_, err = exchange.Import{Kind: grid.ServicePoints, Name: "points", To: to}.Run(t.Context(), source, store)
	if err == nil || !strings.Contains(err.Error(), "changed") || len(store.live) > 0 {
		t.Errorf("%v; %d stored", err, len(store.live))
	}
}
