package frontend_test

import (
	"io/fs"
	"testing"

	"quanxi/frontend"
)

func TestThereIsAlwaysAFirstPage(t *testing.T) {
	body, err := fs.ReadFile(frontend.Files(), "index.html")
	if err != nil {
		t.Fatal(err)
	}
	if len(body) == 0 {
		t.Fatal("index.html is empty")
	}
}
