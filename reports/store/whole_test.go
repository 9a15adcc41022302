package store

import (
	"os"
	"path/filepath"
	"testing"
)

// TestWhatIsNoFileStays: a link stays, and its target is replaced. A device stays, and the data are
// written to it.
func TestWhatIsNoFileStays(t *testing.T) {
	folder := t.TempDir()
	file, link := filepath.Join(folder, "file"), filepath.Join(folder, "link")
	if err := os.WriteFile(file, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Skip(err)
	}
	if err := WriteWhole(link, []byte("after")); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "after" {
		t.Errorf("the file holds %q (%v)", text, err)
	}
	if info, err := os.Lstat(link); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the link is %v (%v)", info.Mode(), err)
	}

	// A link, so that a failing test destroys only the link.
	device := filepath.Join(folder, "device")
	if err := os.Symlink(os.DevNull, device); err != nil {
		t.Fatal(err)
	}
	if err := WriteWhole(device, []byte("gone")); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(device); err != nil || info.Mode().IsRegular() {
		t.Errorf("the device is %v (%v)", info.Mode(), err)
	}
}
