package compare

import (
	"math"
	"math/rand/v2"
	"testing"

	"wavetank/metrics/rows"
)

// one returns a set with one metric of one policy.
func one(t *testing.T, metric, unit string, values ...float64) Member {
	t.Helper()
	var list []rows.Row
	for i, v := range values {
		list = append(list, rows.Row{Scenario: "s", Policy: "p", Replication: i, Measurement: rows.Measurement{Scope: rows.All, Metric: metric, Unit: unit, Value: v}})
	}
	s, err := SetOf("s", list, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Member{s, "p"}
}

func closeTo(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// TestPairedAndWelchByHand compares with values that were worked out by hand: differences 1, 2, 3
// have the mean 2 and the standard error 1/√3; t for two degrees of freedom is 4.302653. Unpaired,
// the variances are 7 and 4; Welch's degrees of freedom are (7/3+4/3)²/((7/3)²/2+(4/3)²/2) =
// 3.7231, where t is 2.8598.
func TestPairedAndWelchByHand(t *testing.T) {
	q := Quantity{rows.All, "cost", "$"}
	v, base := one(t, "cost", "$", 11, 14, 16), one(t, "cost", "$", 10, 12, 13)
	paired := v.Against(base, q, Comparing{Paired: true, Level: Level})
	closeTo(t, "mean", paired.Difference.Mean, 2, 1e-12)
	closeTo(t, "paired half", paired.Difference.Half(), 4.302653/math.Sqrt(3), 1e-5)
	unpaired := one(t, "cost", "$", 11, 16, 15).Against(one(t, "cost", "$", 10, 14, 12), q, Comparing{Level: Level})
	closeTo(t, "unpaired mean", unpaired.Difference.Mean, 2, 1e-12)
	closeTo(t, "Welch's half", unpaired.Difference.Half(), 2.859817*math.Sqrt(11.0/3), 1e-4)
	if paired.Mark != Unmarked || unpaired.Mark != Unmarked {
		t.Errorf("marks %v and %v although both intervals contain zero", paired.Mark, unpaired.Mark)
	}
}

// TestChangeAgreesWithDifference: the interval of the change excludes zero if and only if that of
// the difference does, and its ends are the ratios whose contrast is just not shown.
func TestChangeAgreesWithDifference(t *testing.T) {
	source := rand.New(rand.NewPCG(3, 4))
	q, marked := Quantity{rows.All, "cost", "$"}, 0
	for range 400 {
		var a, b []float64
		for range 6 {
			shared := source.NormFloat64()
			a = append(a, 10+shared+0.8*source.NormFloat64()+source.Float64())
			b = append(b, 10+shared+0.8*source.NormFloat64())
		}
		for _, paired := range []bool{true, false} {
			terms := Comparing{Paired: paired, Level: 0.9, Margin: 0.05}
			c := one(t, "cost", "$", a...).Against(one(t, "cost", "$", b...), q, terms)
			if c.Difference.ExcludesZero() != c.Change.ExcludesZero() || (c.Mark != Unmarked) != c.Difference.ExcludesZero() {
				t.Fatalf("difference %+v, change %+v, mark %v", c.Difference, c.Change, c.Mark)
			}
			if c.Mark != Unmarked {
				marked++
			}
			if inside := c.Change.Low >= -terms.Margin && c.Change.High <= terms.Margin; inside != c.Same {
				t.Fatalf("change %+v, same %v", c.Change, c.Same)
			}
		}
	}
	if marked == 0 || marked == 800 {
		t.Errorf("%d of 800 comparisons are marked: the test compares nothing", marked)
	}
}

// TestSimultaneousIntervalsHold simulates Welch's intervals of unequal groups: they hold the true
// difference about as often as they say.
func TestSimultaneousIntervalsHold(t *testing.T) {
	source := rand.New(rand.NewPCG(5, 6))
	q, held := Quantity{rows.All, "cost", "$"}, 0
	const times = 2000
	for range times {
		var a, b []float64
		for range 5 {
			a = append(a, 30+4*source.NormFloat64())
		}
		for range 12 {
			b = append(b, 29+source.NormFloat64())
		}
		d := one(t, "cost", "$", a...).Against(one(t, "cost", "$", b...), q, Comparing{Level: 0.9}).Difference
		if d.Low <= 1 && 1 <= d.High {
			held++
		}
	}
	if share := float64(held) / times; share < 0.88 || share > 0.925 {
		t.Errorf("90 %% intervals hold the truth in %.1f %% of the cases", 100*share)
	}
}

func TestContrastWithoutAnAnswerSaysWhy(t *testing.T) {
	cost := Quantity{rows.All, "cost", "$"}
	for _, c := range []struct {
		name        string
		value, base Member
		warning     string
	}{
		{"infinite", one(t, "cost", "$", 1, math.Inf(1)), one(t, "cost", "$", 1, 2), "infinite or not defined in some replication"},
		{"absent", one(t, "energy", "kWh", 1, 2), one(t, "cost", "$", 1, 2), "only one of the two has the metric"},
		{"both absent", one(t, "energy", "kWh", 1, 2), one(t, "energy", "kWh", 1, 2), "neither has the metric"},
	} {
		got := c.value.Against(c.base, cost, Comparing{Paired: true, Level: Level, Margin: 0.01})
		if got.Warning != c.warning || got.Same || got.Mark != Unmarked || got.Difference.Defined() {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	single := one(t, "cost", "$", 3).Against(one(t, "cost", "$", 2), cost, Comparing{Paired: true, Level: Level, Margin: 0.9})
	if single.Difference.Mean != 1 || single.Difference.Defined() || single.Same {
		t.Errorf("one replication: %+v", single)
	}
	zero := one(t, "cost", "$", 0, 0).Against(one(t, "cost", "$", 0, 0), cost, Comparing{Paired: true, Level: Level, Margin: 0.01})
	if !zero.Same || !math.IsNaN(zero.Change.Mean) || zero.Mark != Unmarked {
		t.Errorf("nothing against nothing: %+v", zero)
	}
}

// TestUnequalWorkIsNotJudged: a policy that serves less is not praised for its utilization.
func TestUnequalWorkIsNotJudged(t *testing.T) {
	set := func(rate, utilization float64) Member {
		var list []rows.Row
		for i := range 3 {
			for _, m := range []rows.Measurement{{Scope: rows.All, Metric: "throughput", Unit: "1/s", Value: rate}, {Scope: rows.All, Metric: "utilization", Unit: "%", Value: utilization + float64(i)/10}} {
				list = append(list, rows.Row{Scenario: "s", Policy: "p", Replication: i, Measurement: m})
			}
		}
		s, err := SetOf("s", list, nil)
		if err != nil {
			t.Fatal(err)
		}
		return Member{s, "p"}
	}
	q := Quantity{rows.All, "utilization", "%"}
	if c := set(90, 60).Against(set(100, 50), q, Comparing{Paired: true, Level: Level}); c.Mark != Unequal {
		t.Errorf("mark %v", c.Mark)
	}
	if c := set(100, 60).Against(set(100, 50), q, Comparing{Paired: true, Level: Level}); c.Mark != Better {
		t.Errorf("mark %v", c.Mark)
	}
}

// TestGeometricMeanOfExactRatios: the ratios 2 and 1/2 cancel, 2 and 8 give 4.
func TestGeometricMeanOfExactRatios(t *testing.T) {
	value := func(m Member) Value { v, _ := m.Set.Value("p", rows.All, "cost"); return v }
	cost := func(values ...float64) Value { return value(one(t, "cost", "$", values...)) }
	line := func(a, b Value) Ratio { return Ratio{Value: a, Base: b, Paired: true} }
	v, base, change, used := GeometricMeans([]Ratio{line(cost(2, 4), cost(1, 2)), line(cost(1, 2), cost(2, 4)), line(cost(0, 0), cost(1, 1))}, Level)
	if used != 2 || change.Mean != 0 || !(change.Low <= 0 && change.High >= 0) || change.High > 1e-9 {
		t.Errorf("%d lines, change %+v", used, change)
	}
	closeTo(t, "geometric mean", v.Mean, math.Sqrt(3*1.5), 1e-12)
	closeTo(t, "geometric mean of the bases", base.Mean, math.Sqrt(1.5*3), 1e-12)
	_, _, change, _ = GeometricMeans([]Ratio{line(cost(2, 4), cost(1, 2)), line(cost(8, 16), cost(1, 2))}, Level)
	closeTo(t, "change", change.Mean, 3, 1e-12)
}

// TestGeometricMeanOfOneLineIsItsRatio: with one line, the interval is that of the ratio by the
// delta method, paired and unpaired.
func TestGeometricMeanOfOneLineIsItsRatio(t *testing.T) {
	value := func(values ...float64) Value {
		v, _ := one(t, "cost", "$", values...).Set.Value("p", rows.All, "cost")
		return v
	}
	a, b := value(10, 11, 12, 13), value(10, 10.5, 11.5, 11)
	for _, paired := range []bool{true, false} {
		_, _, change, _ := GeometricMeans([]Ratio{{Value: a, Base: b, Paired: paired}}, Level)
		closeTo(t, "change", change.Mean, 11.5/10.75-1, 1e-12)
		var parts, ours, theirs []float64
		for i, v := range []float64{10, 11, 12, 13} {
			w := []float64{10, 10.5, 11.5, 11}[i]
			parts, ours, theirs = append(parts, v/11.5-w/10.75), append(ours, v/11.5), append(theirs, w/10.75)
		}
		_, variance := moments(parts)
		freedom := 3.0
		if !paired {
			_, x := moments(ours)
			_, y := moments(theirs)
			variance, freedom = x+y, satterthwaite([]float64{x / 4, y / 4}, []float64{4, 4})
		}
		closeTo(t, "upper end", change.High, 11.5/10.75*math.Exp(quantile(Level, freedom)*math.Sqrt(variance/4))-1, 1e-9)
	}
}
