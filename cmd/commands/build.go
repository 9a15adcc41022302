package commands

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"sync"

	"wavetank/cmd/archive"
)

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
	return archive.Version + " " + hex.EncodeToString(h.Sum(nil)), nil
})
