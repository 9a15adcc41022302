package batch

import (
	"math"

	"wavetank/scenarios/calibrate/measured"
)

// straight returns the line fixed + each·n with the least squares of the relative differences from
// the runs, with fixed at least 0. It returns false if the latencies do not rise.
//
// With x = 1/L and y = n/L of a run, the relative difference is fixed·x + each·y − 1. So these are
// the normal equations of two unknowns, and the usual intervals of least squares.
func straight(runs []measured.BatchRun) (fixed, each Estimate, ok bool) {
	var xx, xy, yy, x, y float64
	for _, r := range runs {
		a, b := 1/r.Latency, float64(r.Size)/r.Latency
		xx, xy, yy, x, y = xx+a*a, xy+a*b, yy+b*b, x+a, y+b
	}
	determinant := xx*yy - xy*xy
	fixed.Value, each.Value = (x*yy-y*xy)/determinant, (y*xx-x*xy)/determinant
	through := !(fixed.Value >= 0) // the line through the origin is the nearest that may be
	if through {
		fixed.Value, each.Value = 0, y/yy
	}
	if !(each.Value > 0) || math.IsInf(each.Value, 0) {
		return Estimate{}, Estimate{}, false
	}
	squares, freedom := 0.0, len(runs)-2
	for _, r := range runs {
		off := (fixed.Value+each.Value*float64(r.Size))/r.Latency - 1
		squares += off * off
	}
	if through {
		freedom++
		return Estimate{}, around(each.Value, math.Sqrt(squares/float64(freedom)/yy), freedom), true
	}
	noise := squares / math.Max(1, float64(freedom))
	return around(fixed.Value, math.Sqrt(noise*yy/determinant), freedom), around(each.Value, math.Sqrt(noise*xx/determinant), freedom), true
}

// holdBack predicts each size from the runs of the others, by a line and by a table. It returns the
// sums of the absolute errors of both over the sizes that lie between two others.
func (l *Law) holdBack(runs []measured.BatchRun) (line, table float64) {
	last := len(l.Sizes) - 1
	for i := range l.Sizes {
		s := &l.Sizes[i]
		if last >= 2 {
			var others []measured.BatchRun
			for _, r := range runs {
				if r.Size != s.Items {
					others = append(others, r)
				}
			}
			if fixed, each, ok := straight(others); ok {
				s.Line = (fixed.Value+each.Value*float64(s.Items))/s.Mean.Value - 1
			}
		}
		if i == 0 || i == last {
			continue
		}
		a, b := l.Sizes[i-1], l.Sizes[i+1]
		part := float64(s.Items-a.Items) / float64(b.Items-a.Items)
		s.Table = (a.Mean.Value+part*(b.Mean.Value-a.Mean.Value))/s.Mean.Value - 1
		line, table = line+math.Abs(s.Line), table+math.Abs(s.Table)
	}
	return line, table
}
