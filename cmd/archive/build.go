package archive

import (
	"runtime"
	"runtime/debug"

	"wavetank/reports/store"
)

// Version is the version of the program in manifests. Equal versions give equal results.
const Version = "0.1.0"

// CurrentBuild returns the commit from which this program was built, and the compiler. The commit
// is empty in programs of `go run` and `go test`.
func CurrentBuild() store.Build {
	b := store.Build{Go: runtime.Version(), Architecture: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if info.Main.Version != "(devel)" {
		b.Commit = info.Main.Version
	}
	dirty := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			dirty = s.Value == "true"
		case "GO386", "GOAMD64", "GOARM", "GOARM64", "GOMIPS", "GOMIPS64", "GOPPC64", "GORISCV64", "GOWASM":
			b.Architecture += "/" + s.Value
		}
	}
	if dirty {
		b.Commit += "+dirty"
	}
	return b
}
