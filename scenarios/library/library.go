// Package library holds the scenarios that are shipped with wavetank, and the traces that they
// replay. They are embedded in the program.
package library

import (
	"embed"
	"io"
	"io/fs"
	"slices"
	"strings"
)

//go:embed *.yaml *.csv
var shipped embed.FS

// Names lists the shipped scenarios, in the order of their names.
func Names() []string {
	entries, err := shipped.ReadDir(".")
	if err != nil {
		panic(err) // the files are embedded, so this never fails
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".yaml"); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Scenario returns the text of a shipped scenario. Ok is false if there is none of that name.
func Scenario(name string) (text []byte, ok bool) {
	text, err := shipped.ReadFile(name + ".yaml")
	return text, err == nil
}

// Has reports whether a file of that name is shipped, such as a trace.
func Has(name string) bool {
	_, err := fs.Stat(shipped, name)
	return err == nil
}

// Open opens a shipped file.
func Open(name string) (io.ReadCloser, error) { return shipped.Open(name) }
