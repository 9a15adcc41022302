// Package batch finds how long batches take on a device from measured runs: a table of latencies,
// or a line.
package batch

import (
	"maps"
	"math"
	"slices"

	"wavetank/scenarios/calibrate/measured"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Estimate is a value with its 95 % confidence interval, in seconds. Low and High are NaN if the
// runs do not tell the interval.
type Estimate struct{ Value, Low, High float64 }

// MeasuredSize is what was measured of batches of one size.
type MeasuredSize struct {
	Items  int
	Runs   int
	Mean   Estimate // mean over the runs
	Median float64  // seconds
	law    float64  // seconds by the law that is fitted to all sizes
	// Line and Table are the relative errors of laws that are fitted to the other sizes. They are
	// NaN if these do not tell: a table has only sizes between two others.
	Line, Table float64
}

// Off returns by how much the law differs from the measured mean, or from the median where that is
// more, as a share of it. The median tells of single runs that were far off.
func (s *MeasuredSize) Off() float64 {
	a, b := s.law/s.Mean.Value-1, s.law/s.Median-1
	if math.Abs(b) > math.Abs(a) {
		return b
	}
	return a
}

// Law is how long batches take.
type Law struct {
	Sizes       []MeasuredSize // in ascending order
	Straight    bool           // the law is the line, not the table
	Fixed, Each Estimate       // the line: fixed + each·n
	line        bool           // there is a line: each is positive
}

// Shape names the kind of law: table or line.
func (l *Law) Shape() string {
	if l.Straight {
		return Line
	}
	return Table
}

// The shapes of a law.
const (
	Table = "table" // straight lines between the measured sizes
	Line  = "line"  // fixed + each·n
)

// Fit fits a law of the given shape to runs of at least two sizes. Without a shape, it is the one
// that predicts each size between two others better from the other sizes; the table if they are
// equal. The smallest size of a table must be 1. ok is false if the runs do not tell a law of the
// shape: a table begins at 1, and a line rises.
func Fit(runs []measured.BatchRun, shape string) (l Law, ok bool) {
	l.Sizes = sizesOf(runs)
	l.Fixed, l.Each, l.line = straight(runs)
	tabled := l.Sizes[0].Items == 1
	line, table := l.holdBack(runs)
	switch {
	case shape == Line || shape == "" && !tabled:
		l.Straight = true
	case shape == "":
		l.Straight = l.line && line < table
	}
	l.apply()
	if shape == "" && tabled && l.Straight && l.Worst() > Most {
		l.Straight = false
		l.apply()
	}
	return l, l.Straight && l.line || !l.Straight && tabled
}

// Most is the largest difference from a measured latency that a law may have, as a share of it.
const Most = 0.1

// Worst returns the largest difference of the law from what it was fitted to, without its sign.
func (l *Law) Worst() (most float64) {
	for i := range l.Sizes {
		most = max(most, math.Abs(l.Sizes[i].Off()))
	}
	return most
}

// HeldBack returns the mean absolute error of laws of the same shape for sizes to which they were
// not fitted, and the number of these sizes.
func (l *Law) HeldBack() (mean float64, n int) {
	for i := range l.Sizes {
		off := l.Sizes[i].HeldBack(l.Straight)
		if !math.IsNaN(off) {
			mean, n = mean+math.Abs(off), n+1
		}
	}
	return mean / float64(n), n
}

// HeldBack returns the error of a law that is fitted to the other sizes, NaN if it is unknown.
func (s *MeasuredSize) HeldBack(straight bool) float64 {
	if straight {
		return s.Line
	}
	return s.Table
}

// Falls returns the sizes whose batches are faster than those of a smaller size.
func (l *Law) Falls() (list []MeasuredSize) {
	most := 0.0
	for _, s := range l.Sizes {
		if s.Mean.Value < most {
			list = append(list, s)
		}
		most = max(most, s.Mean.Value)
	}
	return list
}

// apply computes the latency of each size by the law.
func (l *Law) apply() {
	most := 0.0
	for i := range l.Sizes {
		s := &l.Sizes[i]
		most = max(most, s.Mean.Value) // as the simulator does
		s.law = most
		if l.Straight {
			s.law = l.Fixed.Value + l.Each.Value*float64(s.Items)
		}
	}
}

// sizesOf returns what was measured of each size. The relative noise of runs is taken to be equal
// for all sizes, so that repeated runs of one size tell that of the others.
func sizesOf(runs []measured.BatchRun) (sizes []MeasuredSize) {
	by := map[int][]float64{}
	for _, r := range runs {
		by[r.Size] = append(by[r.Size], r.Latency)
	}
	squares, freedom := 0.0, len(runs)-len(by)
	for _, items := range slices.Sorted(maps.Keys(by)) {
		list := by[items]
		slices.Sort(list)
		n := len(list)
		s := MeasuredSize{Items: items, Runs: n, Median: (list[(n-1)/2] + list[n/2]) / 2, Line: math.NaN(), Table: math.NaN()}
		s.Mean.Value = stat.Mean(list, nil)
		for _, v := range list {
			squares += (v/s.Mean.Value - 1) * (v/s.Mean.Value - 1)
		}
		sizes = append(sizes, s)
	}
	noise := math.Sqrt(squares / float64(freedom))
	for i := range sizes {
		s := &sizes[i]
		s.Mean = around(s.Mean.Value, noise*s.Mean.Value/math.Sqrt(float64(s.Runs)), freedom)
	}
	return sizes
}

// around returns the interval of Student's t distribution around a value with a standard error.
func around(value, deviation float64, freedom int) Estimate {
	if freedom < 1 {
		return Estimate{value, math.NaN(), math.NaN()}
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(freedom)}.Quantile(0.975) * deviation
	return Estimate{value, max(0, value-t), value + t}
}
