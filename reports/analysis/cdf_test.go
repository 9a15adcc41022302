package analysis

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"wavetank/metrics/rows"
)

func TestDistributionsAreMeansOfShares(t *testing.T) {
	distribution := func(replications map[int][]rows.Quantile) CDF {
		var all []rows.Quantile
		for i, list := range replications {
			for _, q := range list {
				q.Replication = i
				all = append(all, q)
			}
		}
		return cdfOf(sharesOf(all)[cdfKey{}][""])
	}
	of := func(values ...float64) (list []rows.Quantile) {
		for i, v := range values {
			q := rows.Quantile{Share: float64(i+1) / float64(len(values))}
			q.Value = v
			list = append(list, q)
		}
		return list
	}
	d := distribution(map[int][]rows.Quantile{0: of(1, 1, 2, 4), 1: of(0, 2, 2, math.Inf(1))})
	at := map[float64][]float64{}
	for i, v := range d.Times {
		at[v] = append(at[v], d.Low[i], d.Mean[i], d.High[i])
	}
	for time, want := range map[float64][]float64{
		1: {0, 12.5, 25, 25, 37.5, 50},
		2: {50, 62.5, 75, 75, 75, 75},
		4: {75, 87.5, 100, 75, 87.5, 100},
	} {
		if !slices.Equal(at[time], want) {
			t.Errorf("at %v: %v, want %v", time, at[time], want)
		}
	}
	if !d.Zero {
		t.Error("a time of zero is not told")
	}
	rapid.Check(t, func(t *rapid.T) {
		replications := map[int][]rows.Quantile{}
		for i := range rapid.IntRange(1, 4).Draw(t, "replications") {
			values := rapid.SliceOfN(rapid.SampledFrom([]float64{0, 0.001, 0.5, 1, 2, 7, 100, math.Inf(1)}), 1, 30).Draw(t, "times")
			slices.Sort(values)
			replications[i] = of(values...)
		}
		d := distribution(replications)
		for i, v := range d.Mean {
			if !(0 <= d.Low[i] && d.Low[i] <= v && v <= d.High[i] && d.High[i] <= 100) || i > 0 && (d.Mean[i-1] > v+1e-9 || d.Times[i-1] > d.Times[i]) {
				t.Fatalf("%v of %v", d, replications)
			}
		}
	})
}
