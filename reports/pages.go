package reports

import (
	"path/filepath"
	"slices"

	"wavetank/reports/page"
	"wavetank/reports/store"
)

// WriteComparison writes the page of a comparison to a folder, and the file that it is made from.
func WriteComparison(dir string, c *store.ResultsComparison) error {
	return writePage(dir, store.ComparisonFile, c, func() ([]byte, error) { return page.BuildComparison(c) })
}

// WritePlan writes the page of a plan to a folder, and the file that it is made from.
func WritePlan(dir string, p *store.StoredPlan) error {
	return writePage(dir, store.PlanFile, p, func() ([]byte, error) { return page.BuildPlan(p) })
}

func writePage(dir, name string, content any, build func() ([]byte, error)) error {
	data, err := store.EncodePage(content)
	if err != nil {
		return err
	}
	html, err := build()
	if err != nil {
		return err
	}
	if err := store.WriteWhole(filepath.Join(dir, name), data); err != nil {
		return err
	}
	return store.WriteWhole(filepath.Join(dir, store.PageFile), html)
}

// RebuildPage makes the page of the comparison or the plan in a folder again, and returns what it
// says first.
func RebuildPage(dir string) (sentences []string, err error) {
	c, err := store.ReadComparison(dir)
	if err != nil {
		return nil, err
	}
	if c != nil {
		return slices.Concat(c.Verdict, c.Confounds), WriteComparison(dir, c)
	}
	p, err := store.ReadPlan(dir)
	if err != nil || p == nil {
		return nil, err
	}
	return p.Verdict, WritePlan(dir, p)
}
