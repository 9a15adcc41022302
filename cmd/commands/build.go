package commands

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"sync"

	"wavetank/reports/store"
)

// Version is the version of the program in manifests. Equal versions give equal results.
const Version = "0.1.0"

// fingerprint returns a digest of this program's binary. A change of the source changes it. The
// first call takes about 50 ms, so commands that need it begin it while they read their scenario.
var fingerprint = sync.OnceValues(func() (string, error) {
	path, err := os.Executable()
	if err != nil {
		return "", err
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return Version + " " + hex.EncodeToString(h.Sum(nil)), nil
})

// build returns the commit from which this program was built, and the compiler. The commit is empty
// in programs of `go run` and `go test`.
func build() store.Build {
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
