package compare

import (
	"math"
	"testing"

	"wavetank/metrics/rows"

	"pgregory.net/rapid"
)

func TestSharesThatCountsDoNotSupportAreBounded(t *testing.T) {
	for _, c := range []struct {
		met, all  []float64
		low, high float64
	}{
		// 60 successes of 60 are too few to show 99 %
		{[]float64{30, 30}, []float64{30, 30}, 100 * math.Pow(0.025, 1./60), 100},
		{[]float64{0, 0, 0}, []float64{5, 10, 5}, 0, 100 - 100*math.Pow(0.025, 1./20)},
		// enough successes and failures: the interval comes from the replications
		{[]float64{50, 50}, []float64{100, 100}, 50, 50},
	} {
		var percent, arrived []run
		for i := range c.met {
			percent, arrived = append(percent, run{i, 100 * c.met[i] / c.all[i]}), append(arrived, run{i, c.all[i]})
		}
		e, ok := attainment(percent, arrived, Level)
		if !ok || !near(e.Low, c.low) || !near(e.High, c.high) {
			t.Errorf("%v of %v: %+v, want [%v, %v]", c.met, c.all, e.Interval, c.low, c.high)
		}
	}
}

// TestClopperPearsonIsExact computes the tails. If the lower end is the true probability, met or
// more successes have a probability of 2.5 %. If the upper end is the true probability, met or
// fewer successes have a probability of 2.5 %.
func TestClopperPearsonIsExact(t *testing.T) {
	atLeast := func(met, all int64, p float64) (sum float64) {
		for k := met; k <= all; k++ {
			a, _ := math.Lgamma(float64(all + 1))
			b, _ := math.Lgamma(float64(k + 1))
			c, _ := math.Lgamma(float64(all - k + 1))
			sum += math.Exp(a - b - c + float64(k)*math.Log(p) + float64(all-k)*math.Log1p(-p))
		}
		return sum
	}
	for _, c := range [][2]int64{{1, 10}, {5, 10}, {9, 10}, {99, 100}, {997, 1000}} {
		low, high := clopperPearson(c[0], c[1], 0.95)
		if a, b := atLeast(c[0], c[1], low), 1-atLeast(c[0]+1, c[1], high); math.Abs(a-0.025) > 1e-6 || math.Abs(b-0.025) > 1e-6 {
			t.Errorf("%d of %d: [%v, %v] has tails of %v and %v", c[0], c[1], low, high, a, b)
		}
	}
	if low, high := clopperPearson(99_999_995, 100_000_000, 0.95); !(low > 0.9999998 && high > 0.99999995 && high < 1) {
		t.Errorf("of a hundred million: [%v, %v]", low, high)
	}
}

func TestAttainmentIsThatOfAllRequestsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 6).Draw(t, "n")
		data, met, all := []rows.Row{}, 0, 0
		for i := range n {
			a := rapid.IntRange(0, 500).Draw(t, "arrived")
			m := rapid.IntRange(0, a).Draw(t, "met")
			met, all = met+m, all+a
			data = append(data, rowOf("base", i, "all", "arrived", "1", float64(a)))
			if a > 0 {
				data = append(data, rowOf("base", i, "all", "slo_attainment", "%", 100*float64(m)/float64(a)))
			}
		}
		for _, c := range compare2(t, data) {
			if c.Metric != "slo_attainment" || c.Value.N < 2 {
				continue
			}
			if v := c.Value; math.Abs(v.Mean-100*float64(met)/float64(all)) > 1e-9 || v.Low > v.Mean || v.High < v.Mean || v.Low < 0 || v.High > 100 {
				t.Fatalf("%d of %d: %+v", met, all, v)
			}
		}
	})
}

func compare2(t *rapid.T, data []rows.Row) []Comparison {
	result, err := Compare(data, nil, "base")
	if err != nil {
		t.Fatal(err)
	}
	return result
}
