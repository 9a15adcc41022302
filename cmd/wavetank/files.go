package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wavetank/scenarios/strict"
	"wavetank/workload/table"
)

// pictureFormat is the format that the name of a picture asks for: its ending.
func pictureFormat(path string) string {
	return strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
}

// checkFigure says what is wrong with a --figure, before any work is done.
func checkFigure(path string) error {
	if path != "" && !slices.Contains([]string{"png", "svg"}, pictureFormat(path)) {
		return fmt.Errorf("--figure %s: want a name that ends in .png or .svg", path)
	}
	return checkFolder(path)
}

// readSmall returns the content of a file that a person writes.
func readSmall(path string) ([]byte, error) { return table.ReadFile(path, strict.LargestFile) }

// checkFolder says where the folder of a file to write is missing.
func checkFolder(path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("%s is a folder, not a file to write", path)
	}
	_, err := os.Stat(filepath.Dir(path))
	return err
}
