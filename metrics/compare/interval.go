package compare

import (
	"fmt"
	"math"
	"sync"

	"gonum.org/v1/gonum/stat/distuv"
)

// Level is the confidence level of every interval of a value. For differences to the baseline, it
// is the probability that all intervals of one family together contain the true differences.
const Level = 0.95

// Interval is an estimate over replications with its confidence interval [Low, High]. The interval
// need not be symmetric.
type Interval struct {
	Mean      float64 // +Inf: there is no interval; NaN: undefined
	Low, High float64 // NaN: there is no interval
	N         int     // replications
	Level     float64 // confidence level
	Warning   string  // why there is no interval; empty otherwise
}

// Symmetric returns the interval mean ± half.
func Symmetric(mean, half float64) Interval {
	return Interval{Mean: mean, Low: mean - half, High: mean + half}
}

// Half returns the larger of the distances from the mean to the two ends. It returns NaN if there
// is no interval.
func (i Interval) Half() float64 { return max(i.High-i.Mean, i.Mean-i.Low) }

// Mean returns the mean of n independent replications and its interval at Level, by Student's t
// with n−1 degrees of freedom.
func Mean(values []float64) Interval { return meanAt(values, Level) }

// Defined reports whether there is a finite mean with an interval.
func (i Interval) Defined() bool {
	return !math.IsNaN(i.Low) && !math.IsNaN(i.High) && !math.IsNaN(i.Mean) && !math.IsInf(i.Mean, 0)
}

// ExcludesZero reports whether zero lies outside the interval. It returns false without an
// interval.
func (i Interval) ExcludesZero() bool { return i.Defined() && (i.Low > 0 || i.High < 0) }

// within reports whether the mean lies from 0 to whole.
func (i Interval) within(whole float64) bool { return i.Mean >= 0 && i.Mean <= whole }

// undefined returns an Interval without a mean, with a warning that says why.
func undefined(level float64, why string) Interval {
	return Interval{Mean: math.NaN(), Low: math.NaN(), High: math.NaN(), Level: level, Warning: why}
}

func meanAt(values []float64, level float64) Interval {
	result, ok := begin(values, level)
	if !ok {
		return result
	}
	_, variance := moments(values)
	half := critical(level, len(values)-1) * math.Sqrt(variance/float64(len(values)))
	result.Low, result.High = result.Mean-half, result.Mean+half
	return result
}

// begin returns the mean, still without an interval. If there can be no interval, ok is false and
// the warning says why.
func begin(values []float64, level float64) (result Interval, ok bool) {
	result = undefined(level, "")
	result.N = len(values)
	unknown, infinite := 0, 0
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			unknown++
		case math.IsInf(v, 0):
			infinite++
		}
	}
	switch {
	case len(values) == 0:
		result.Warning = "no replications"
		return result, false
	case unknown > 0:
		result.Warning = fmt.Sprintf("not defined in %d of %s", unknown, replications(len(values)))
		return result, false
	}
	result.Mean, _ = moments(values)
	switch {
	case infinite > 0:
		result.Warning = fmt.Sprintf("infinite in %d of %s: no interval", infinite, replications(len(values)))
	case len(values) == 1:
		result.Warning = "one replication: no interval"
	}
	return result, result.Warning == ""
}

// moments returns the mean and the sample variance. It computes with deviations from the first
// value. So the mean of equal values is exactly that value, and their variance exactly zero.
func moments(values []float64) (mean, variance float64) {
	origin, n := values[0], float64(len(values))
	if math.IsInf(origin, 0) {
		origin = 0
	}
	sum := 0.0
	for _, v := range values {
		sum += v - origin
	}
	mean = origin + sum/n
	if len(values) == 1 {
		return mean, 0
	}
	squares := 0.0
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	return mean, squares / (n - 1)
}

// critical returns the two-sided critical value of Student's t: |T| stays below it with probability
// level. Values that were asked for are kept, because few are asked for, and often.
func critical(level float64, freedom int) float64 {
	at := criticalAt{level, freedom}
	if v, known := criticals.Load(at); known {
		return v.(float64)
	}
	v := quantile(level, float64(freedom))
	criticals.Store(at, v)
	return v
}

type criticalAt struct {
	level   float64
	freedom int
}

var criticals sync.Map // of criticalAt: float64

// quantile returns the two-sided critical value for a number of degrees of freedom that need not be
// whole.
func quantile(level, freedom float64) float64 { return student(freedom).Quantile(1 - (1-level)/2) }

// student returns Student's t distribution. It is used only for quantiles and probabilities, so it
// needs no source of random numbers.
func student(freedom float64) distuv.StudentsT {
	return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: freedom}
}

// replications writes how many there are.
func replications(n int) string {
	if n == 1 {
		return "1 replication"
	}
	return fmt.Sprintf("%d replications", n)
}
