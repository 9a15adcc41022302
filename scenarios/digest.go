package scenarios

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"wavetank/workload/table"
)

// digest returns the SHA-256 of a file, hexadecimal; of a folder, that of the names and digests of its files.
func digest(f table.File) (string, error) {
	if f.Folder != nil {
		if folder, err := f.Folder(); err == nil {
			return digestFolder(folder)
		}
	}
	return digestOf(f.Open())
}

func digestOf(r io.ReadCloser, err error) (string, error) {
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, r)
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, r.Close())
}

func digestFolder(folder fs.FS) (string, error) {
	entries, err := fs.ReadDir(folder, ".") // in the order of their names
	if err != nil {
		return "", err
	}
	h := sha256.New()
	for _, e := range entries {
		if !e.Type().IsRegular() {
			continue
		}
		f, err := folder.Open(e.Name())
		sum, err := digestOf(f, err)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s  %s\n", sum, e.Name())
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
