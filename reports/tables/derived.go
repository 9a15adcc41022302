package tables

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"

	"wavetank/metrics/compare"
	"wavetank/reports/analysis"
	"wavetank/reports/store"
)

// derived is a data file that is computed from the rows. It is never read back.
type derived struct {
	name   string
	encode func(*sheet) ([]byte, error)
}

var derivedFiles = []derived{
	{"comparisons.csv", encodeComparisonsCSV},
	{"comparisons.parquet", encodeComparisonsParquet},
	{"verdicts.csv", encodeVerdicts},
}

// Derived lists the names of the files that Derive makes.
func Derived() []string {
	var names []string
	for _, f := range derivedFiles {
		names = append(names, f.name)
	}
	return names
}

// Derive makes the data files of comparisons and verdicts from the rows.
func Derive(a *analysis.Analysis) ([]store.FileData, error) {
	s := &sheet{a}
	var list []store.FileData
	for _, f := range derivedFiles {
		data, err := f.encode(s)
		if err != nil {
			return nil, fmt.Errorf("write %s: %w", f.name, err)
		}
		list = append(list, store.FileData{Name: f.name, Data: data})
	}
	return list, nil
}

// compared is a row of comparisons.parquet: one metric of one policy, and its difference to the
// baseline. Unknown numbers are NaN.
type compared struct {
	Scenario       string  `parquet:"scenario,dict"`
	Policy         string  `parquet:"policy,dict"`
	Scope          string  `parquet:"scope,dict"`
	Metric         string  `parquet:"metric,dict"`
	Unit           string  `parquet:"unit,dict"`
	Mean           float64 `parquet:"mean" unit:"column unit"`
	Low            float64 `parquet:"low" unit:"column unit"`
	High           float64 `parquet:"high" unit:"column unit"`
	Half           float64 `parquet:"half" unit:"column unit"`
	N              int64   `parquet:"n"`
	Difference     float64 `parquet:"difference" unit:"column unit"`
	DifferenceLow  float64 `parquet:"difference_low" unit:"column unit"`
	DifferenceHigh float64 `parquet:"difference_high" unit:"column unit"`
	DifferenceHalf float64 `parquet:"difference_half" unit:"column unit"`
	Mark           string  `parquet:"mark,dict"`
	Method         string  `parquet:"method,dict"`
	Warning        string  `parquet:"warning,dict"`
}

func comparedOf(c compare.Comparison) compared {
	return compared{
		c.Scenario, c.Policy, c.Scope, c.Metric, c.Unit,
		c.Value.Mean, c.Value.Low, c.Value.High, c.Value.Half(), int64(c.Value.N),
		c.Difference.Mean, c.Difference.Low, c.Difference.High, c.Difference.Half(),
		c.Mark.String(), methodOf(c.Difference), c.Warning,
	}
}

// methodOf names how the interval of a difference was made, or "" if there is none.
func methodOf(difference compare.Interval) string {
	if !difference.Defined() {
		return ""
	}
	return "paired t, " + strconv.FormatFloat(100*difference.Level, 'g', 6, 64) + " %"
}

func encodeComparisonsParquet(s *sheet) ([]byte, error) {
	return store.EncodeParquet(s.Manifest.Origin(), s.Comparisons, comparedOf)
}

func encodeComparisonsCSV(s *sheet) ([]byte, error) { return s.comparisonsData().csv() }

func encodeVerdicts(s *sheet) ([]byte, error) { return s.verdictsData().csv() }

// exact prints a number with the fewest digits that read back exactly. It returns "" for NaN.
func exact(v float64) string {
	if v != v {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

func encodeLines(lines [][]string) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	err := w.WriteAll(lines)
	return b.Bytes(), err
}
