package validation

import (
	"fmt"
	"math"
	"strings"

	"gonum.org/v1/gonum/stat"

	"wavetank/scenarios/theory"
)

// ComparedValue is one quantity of one system: the exact value and the simulated one. Its verdict
// depends only on its own runs.
type ComparedValue struct {
	System    QueueSystem
	Quantity  string
	Customers int // customers in each replication
	Exact     float64
	Mean      float64 // mean over replications
	Half      float64 // half-width of the 95 % interval of the mean
	Drift     float64 // second half of the runs minus the first, in standard errors
	// Score is mean − exact in standard errors, t distributed. If the scenario only approximates
	// the system, it is what exceeds the largest allowed difference.
	Score   float64
	Outside bool // the exact value lies outside the 95 % interval
	Beyond  bool // so far outside that this happens by chance once in 100,000 values
	Short   bool // the runs are too short for a verdict

	next int // wanted length of its runs; 0: they are long enough
}

const (
	// chance is the probability that a correct value is judged to disagree.
	chance = 1e-5
	// precise is the largest relative half-width of a useful interval.
	precise = 0.05
	// steady is the largest drift of runs in which the empty start has no visible effect.
	steady = 4
	// rare is a probability so small that the event may never happen in a run.
	rare = 1e-3
	// resolution is the relative difference that a comparison cannot see: rounding of instants and
	// of quantiles.
	resolution = 2e-4
)

// disagrees reports whether the difference is too large for chance, and the runs are long enough.
func (r *ComparedValue) disagrees() bool { return r.Beyond && !r.Short }

// Verdict says whether the simulation agrees with the exact value.
func (r *ComparedValue) Verdict() string {
	switch {
	case r.Short:
		return "run too short"
	case r.Beyond:
		return "DISAGREES"
	case r.Outside:
		return "outside its interval"
	}
	return "agrees"
}

// compareRuns returns the rows of a system from the estimates of its replications.
func compareRuns(j job, runs []map[string]float64, o Options) ([]ComparedValue, error) {
	s := j.system
	model, err := theory.Parse(s.Family, s.Params)
	if err != nil {
		return nil, err
	}
	root := math.Sqrt(float64(len(runs)))
	var rows []ComparedValue
	drifts := make([]float64, len(runs))
	for i, run := range runs {
		drifts[i] = run[drift]
	}
	shift, noise := stat.MeanStdDev(drifts, nil)
	for _, q := range s.Quantities {
		exact, err := model.Value(q)
		if err != nil {
			return nil, fmt.Errorf("%s with %s: %w", s.Family, s.Params, err)
		}
		values := make([]float64, len(runs))
		for i, run := range runs {
			values[i] = run[q]
		}
		mean, deviation := stat.MeanStdDev(values, nil)
		sem := deviation / root
		row := ComparedValue{
			System: s, Quantity: q, Customers: s.customers(o, j.factor), Exact: exact, Mean: mean, Half: o.bound(0.05) * sem,
		}
		if apart := math.Abs(mean-exact) - s.queue.near()*math.Abs(exact); apart > 0 {
			row.Score = math.Copysign(apart, mean-exact) / max(sem, resolution*math.Abs(exact))
		}
		if math.Abs(shift) > resolution {
			row.Drift = shift / noise * root
		}
		row.judge(j.factor, o)
		rows = append(rows, row)
	}
	return rows, nil
}

// judge gives a row its verdict, or sets how long its runs should be instead. Percentiles must be
// known to 5 %. With the option every, other quantities must be, too. A value that disagrees gets
// longer runs, in which the empty start has less weight.
func (r *ComparedValue) judge(factor int, o Options) {
	r.Outside = math.Abs(r.Score) > o.bound(0.05)
	r.Beyond = math.Abs(r.Score) > o.bound(chance)
	known := !o.every && !strings.Contains(r.Quantity, "_q0.") || r.tells()
	r.Short = !known
	switch {
	case factor >= o.Longest:
	case !known && math.Abs(r.Drift) <= steady && r.least() > 0:
		// An interval shrinks with the root of the length.
		wanted := math.Pow(r.Half/(precise*r.least()), 2)
		for r.next = 2 * factor; float64(r.next) < wanted*float64(factor); r.next *= 2 {
		}
	case !known || r.Beyond:
		r.next = 4 * factor
	}
	r.next = min(r.next, o.Longest)
}

// least returns the smaller absolute value of the exact and the simulated value.
func (r *ComparedValue) least() float64 { return min(math.Abs(r.Exact), math.Abs(r.Mean)) }

// tells reports whether a row allows a verdict: its interval is narrow enough, and its runs were
// steady. It does not if a rare event never happened, because it may be as rare as the formula
// says.
func (r *ComparedValue) tells() bool {
	switch {
	case math.Abs(r.Drift) > steady:
		return false
	case r.Exact == 0:
		return r.Half <= precise
	case r.Mean == 0:
		return math.Abs(r.Exact) > rare
	}
	return r.Half <= precise*r.least()
}

// tally says in words how many rows have each verdict.
func tally(rows []*ComparedValue, o Options) string {
	var off, outside, short int
	for _, r := range rows {
		switch {
		case r.Short:
			short++
		case r.Beyond:
			off++
		case r.Outside:
			outside++
		}
	}
	return fmt.Sprintf("%d disagree: |z| is above %.2f, which chance exceeds for one value of 100 000. "+
		"%d lie outside their own 95 %% interval; chance alone puts about %.0f there. "+
		"Of %d the runs are too short to tell: wider than ± %.0f %% or still drifting with %d customers.",
		off, o.bound(chance), outside, 0.05*float64(len(rows)-short), short, 100*precise, o.Longest*o.Customers)
}
