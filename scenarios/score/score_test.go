package score

import (
	"math"
	"math/rand/v2"
	"testing"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/scenarios"
	"wavetank/scenarios/reference"
)

func measured(cost float64, share ...float64) reference.Measured {
	return reference.Measured{Cost: cost, Share: share}
}

// TestScores are worked out by hand.
func TestScores(t *testing.T) {
	asked := []float64{95, 90}
	s := Scorer{Penalty: 10}
	twice := func(m reference.Measured) []reference.Measured { return []reference.Measured{m, m} }
	others := twice(measured(4, 96, 91))
	over := measured(4, 96, 91)
	over.Over = 1.5
	for _, c := range []struct {
		what string
		runs []outcome
		want float64
	}{
		{"the reference itself", others, 100},
		{"a quarter cheaper", twice(measured(3, 95, 90)), 125},
		{"twice as dear", twice(measured(8, 100, 100)), 0},
		{"one objective missed by two points", twice(measured(3, 93, 90)), 105},
		{"the worst of two counts", twice(measured(3, 93, 87)), 95},
		{"kept in the mean", []outcome{measured(3, 94, 90), measured(3, 96, 90)}, 125},
		{"nothing rented", twice(measured(0, 0, 0)), 200 - 950},
		{"rent above the budget by 1.5 %", twice(over), 85},
	} {
		if got := s.interval(asked, c.runs, others); math.Abs(got.Mean-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", c.what, got.Mean, c.want)
		}
	}
}

type outcome = reference.Measured

// TestIntervalOfALinearScore: while no objective is missed and the reference does not vary, the
// interval is Student's.
func TestIntervalOfALinearScore(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	s := Scorer{Penalty: 10}
	var runs, references []reference.Measured
	var values []float64
	for range 7 {
		cost := 1 + draw.Float64()
		runs, references = append(runs, measured(cost, 99)), append(references, measured(2, 99))
		values = append(values, 200-50*cost)
	}
	got, want := s.interval([]float64{95}, runs, references), compare.Mean(values)
	if math.Abs(got.Mean-want.Mean) > 1e-9 || math.Abs(got.Low-want.Low) > 1e-9 || math.Abs(got.High-want.High) > 1e-9 || got.N != 7 {
		t.Errorf("interval %+v, want %+v", got, want)
	}
	if one := s.interval([]float64{95}, runs[:1], references[:1]); one.Warning == "" || one.Mean != values[0] {
		t.Errorf("one replication: %+v", one)
	}
}

// TestReasonsAreSharesOfRequestsAndCost: of all replications together; what did not happen is left
// out.
func TestReasonsAreSharesOfRequestsAndCost(t *testing.T) {
	run := func(arrived, late, booting float64) *scenarios.Finished {
		m := func(metric string, v float64) rows.Measurement {
			return rows.Measurement{Scope: rows.All, Metric: metric, Value: v}
		}
		return &scenarios.Finished{Measures: []rows.Measurement{m("arrived", arrived), m("missed_burst", late), m("missed_kv", 0), m("cost", 10), m("cost_booting", booting), m("latency_mean", 5)}}
	}
	got := reasonsOf([]*scenarios.Finished{run(100, 3, 2), run(300, 5, 4)})
	want := []Reason{{rows.All, "missed_burst", 2}, {rows.All, "cost_booting", 30}}
	if len(got) != len(want) || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("%+v, want %+v", got, want)
	}
}
