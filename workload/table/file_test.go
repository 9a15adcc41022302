package table

import (
	"path/filepath"
	"testing"
)

func TestOnlyRegularFilesAreOpened(t *testing.T) {
	folder := t.TempDir()
	mentions(t, second(OnDisk(folder).Open()), "is a folder")
	mentions(t, second(OnDisk(filepath.Join(folder, "absent")).Open()), "absent")
}
