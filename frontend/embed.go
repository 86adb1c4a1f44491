// Package frontend carries the web application inside the binary.
//
// It knows nothing of HTTP and of what is on the pages: it only hands out files.
package frontend

import (
	"embed"
	"io/fs"
)

// dist is what `npm run build` made. Before the first build it holds only .keep,
// so that the binary builds without Node.
//
//go:embed all:dist
var dist embed.FS

//go:embed unbuilt
var unbuilt embed.FS

// Files returns the built application: index.html, m/index.html and assets, each
// text file also as .br and .gz. Where it was not built it holds one index.html
// that says how to build it. The files are read-only and safe for concurrent use.
func Files() fs.FS {
	if _, err := fs.Stat(dist, "dist/index.html"); err == nil {
		return within(dist, "dist")
	}
	return within(unbuilt, "unbuilt")
}

// within returns the folder of an embedded tree, which the compiler has seen to be there.
func within(tree embed.FS, folder string) fs.FS {
	files, err := fs.Sub(tree, folder)
	if err != nil {
		panic(err)
	}
	return files
}
