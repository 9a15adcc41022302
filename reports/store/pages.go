package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
)

// The files from which the pages of comparisons and plans are made.
const (
	ComparisonFile = "comparison.json"
	PlanFile       = "plan.json"
)

// formOfPages is the version of the form of these files.
const formOfPages = 2

// EncodePage writes what a page shows: a ResultsComparison or a StoredPlan.
func EncodePage(page any) ([]byte, error) {
	switch p := page.(type) {
	case *ResultsComparison:
		p.Form = formOfPages
	case *StoredPlan:
		p.Form = formOfPages
	}
	data, err := json.MarshalIndent(page, "", " ")
	return append(data, '\n'), err
}

// HoldsPage reports whether a folder holds a comparison or a plan.
func HoldsPage(dir string) bool {
	for _, name := range []string{ComparisonFile, PlanFile} {
		if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
			return true
		}
	}
	return false
}

// ReadComparison reads the comparison in a folder. It returns nil if there is none.
func ReadComparison(dir string) (*ResultsComparison, error) {
	return readPage(dir, ComparisonFile, func(c *ResultsComparison) int { return c.Form })
}

// ReadPlan reads the plan in a folder. It returns nil if there is none.
func ReadPlan(dir string) (*StoredPlan, error) {
	return readPage(dir, PlanFile, func(p *StoredPlan) int { return p.Form })
}

func readPage[T any](dir, name string, form func(*T) int) (*T, error) {
	path := filepath.Join(dir, name)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var page T
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&page); err != nil {
		return nil, fmt.Errorf("%s: damaged: %w", path, err)
	}
	if got := form(&page); got != formOfPages {
		return nil, fmt.Errorf("%s: form %d; this version of wavetank reads form %d", path, got, formOfPages)
	}
	return &page, nil
}

// Finite returns a number for a page: nil if it is infinite or not defined.
func Finite(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return &v
}
