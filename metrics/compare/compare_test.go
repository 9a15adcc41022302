package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"wavetank/metrics/rows"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// rowOf is a row of the scenario "day".
func rowOf(policy string, replication int, scope, metric, unit string, value float64) rows.Row {
	measure := rows.Measurement{Scope: scope, Metric: metric, Unit: unit, Value: value}
	return rows.Row{Scenario: "day", Policy: policy, Replication: replication, Measurement: measure}
}

func rowsOf(policy, metric string, values ...float64) []rows.Row {
	var data []rows.Row
	for i, v := range values {
		data = append(data, rowOf(policy, i, "all", metric, "1", v))
	}
	return data
}

func join(parts ...[]rows.Row) []rows.Row {
	var data []rows.Row
	for _, p := range parts {
		data = append(data, p...)
	}
	return data
}

func compare(t *testing.T, data []rows.Row) []Comparison {
	t.Helper()
	result, err := Compare(data, nil, "base")
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// With two replications, Student's t is the Cauchy distribution: the differences d−1 and d+1 have t
// = d and p = 1 − 2·arctan(d)/π. So the test can choose p-values.
func TestBonferroniAsComputedByHand(t *testing.T) {
	withP := func(p float64) float64 { return math.Tan(math.Pi / 2 * (1 - p)) }
	data := rowsOf("base", "cost", 0, 0)
	for i, p := range []float64{0.04, 0.01, 0.03, 0.01} { // each is compared with 0.05/4
		d := withP(p)
		data = append(data, rowsOf(fmt.Sprint("p", i), "cost", d-1, d+1)...)
	}
	result := compare(t, data)
	for i, mark := range []Mark{Unmarked, Unmarked, Worse, Unmarked, Worse} {
		c := result[i]
		if c.Mark != mark {
			t.Errorf("%s: mark %q, want %q", c.Policy, c.Mark, mark)
		}
		if i > 0 && (!near(c.Difference.Level, 1-0.05/4) || !near(c.Difference.Half(), withP(0.05/4))) {
			t.Errorf("%s: difference %+v, want half-width %v", c.Policy, c.Difference, withP(0.05/4))
		}
	}
	if a, b := result[2].Difference, result[4].Difference; a != b {
		t.Errorf("equal data have the differences %+v and %+v", a, b)
	}
}

func TestMarkIsThereExactlyWhenTheIntervalExcludesZero(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 6).Draw(t, "n")
		var data []rows.Row
		for p := range rapid.IntRange(1, 6).Draw(t, "policies") {
			name := "base"
			if p > 0 {
				name = fmt.Sprint("p", p)
			}
			shift := rapid.Float64Range(-3, 3).Draw(t, "shift")
			values := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-1, 1), rapid.SampledFrom([]float64{0, math.Inf(1), math.NaN()})), n, n).Draw(t, "values")
			for i := range values {
				values[i] += shift
			}
			if rapid.Bool().Draw(t, "constant") {
				for i := range values {
					values[i] = values[0]
				}
			}
			data = append(data, rowsOf(name, "goodput", values...)...)
		}
		result, err := Compare(data, nil, "base")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range result {
			excludes := !math.IsNaN(c.Difference.Half()) && math.Abs(c.Difference.Mean) > c.Difference.Half()
			if excludes != (c.Mark != Unmarked) {
				t.Fatalf("%s: difference %+v has mark %q", c.Policy, c.Difference, c.Mark)
			}
			if c.Mark != Unmarked && (c.Mark == Better) != (c.Difference.Mean > 0) {
				t.Fatalf("%s: difference %+v of goodput is marked %q", c.Policy, c.Difference, c.Mark)
			}
		}
	})
}

func TestFalseMarksAreRarerThanTheFamilyLevel(t *testing.T) {
	source := rand.New(rand.NewPCG(3, 4))
	const trials = 1000
	families := 0
	for range trials {
		var data []rows.Row
		for _, policy := range []string{"base", "a", "b", "c", "d"} {
			values := make([]float64, 8)
			for i := range values {
				values[i] = source.NormFloat64()
			}
			data = append(data, rowsOf(policy, "cost", values...)...)
		}
		for _, c := range compare(t, data) {
			if c.Mark != Unmarked {
				families++
				break
			}
		}
	}
	if share := float64(families) / trials; share > 0.065 { // 0.05 plus two standard errors
		t.Errorf("%.1f %% of families of equal policies have a mark", 100*share)
	}
}

func TestSpecialDifferences(t *testing.T) {
	inf := math.Inf(1)
	for _, c := range []struct {
		name         string
		base, policy []float64
		mean, half   float64
		mark         Mark
		warning      string
	}{
		{"identical", []float64{1, 5}, []float64{1, 5}, 0, 0, Unmarked, ""},
		{"constant", []float64{1, 5}, []float64{2, 6}, 1, 0, Worse, ""},
		{"one replication", []float64{1}, []float64{2}, 1, math.NaN(), Unmarked, "one replication: no interval"},
		{"infinite", []float64{1, 2}, []float64{inf, 2}, math.NaN(), math.NaN(), Unmarked, "infinite in 1 of 2"},
		{"baseline infinite", []float64{1, inf}, []float64{1, 2}, math.NaN(), math.NaN(), Unmarked, "the baseline is infinite"},
		{"both infinite", []float64{inf, inf}, []float64{inf, inf}, math.NaN(), math.NaN(), Unmarked, "no difference"},
		{"fewer replications", []float64{1, 5, 9}, []float64{2, 6}, 1, 0, Worse, "2 of 3 replications"},
		{"baseline missing", nil, []float64{2, 6}, math.NaN(), math.NaN(), Unmarked, "the baseline has no value"},
	} {
		data := join(rowsOf("base", "arrived", 1), rowsOf("base", "latency_p99", c.base...), rowsOf("p", "latency_p99", c.policy...))
		result := compare(t, data)
		got := result[len(result)-1]
		if !near(got.Difference.Mean, c.mean) || !near(got.Difference.Half(), c.half) || got.Mark != c.mark {
			t.Errorf("%s: got %+v, mark %q", c.name, got.Difference, got.Mark)
		}
		if !strings.Contains(got.Warning, c.warning) || (got.Warning == "") != (c.warning == "") {
			t.Errorf("%s: warning %q, want %q", c.name, got.Warning, c.warning)
		}
	}
}

func TestPairingShrinksTheVarianceOfWhatIsShared(t *testing.T) {
	// replications differ by ±10, policies by ±1: variances (100+101)·k and 1·k
	result := compare(t, join(rowsOf("base", "cost", -10, 10, -10, 10), rowsOf("p", "cost", -9, 11, -11, 9)))
	if got := result[1].Reduction; !near(got, 201) {
		t.Errorf("variance reduction %v, want 201", got)
	}
}

func TestOrderIsOfFirstAppearance(t *testing.T) {
	data := join(rowsOf("z", "latency_p99", 1, 2), rowsOf("base", "arrived", 1, 2), rowsOf("a", "latency_p99", 1, 2), rowsOf("z", "arrived", 1, 2))
	var got []string
	for _, c := range compare(t, data) {
		got = append(got, c.Metric+" "+c.Policy)
	}
	want := []string{"latency_p99 z", "latency_p99 a", "arrived z", "arrived base"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOrderOfRowsOfAPolicyDoesNotMatter(t *testing.T) {
	data := join(rowsOf("base", "cost", 4, 2, 9), rowsOf("p", "cost", 5, 2, 7))
	mixed := []rows.Row{data[2], data[0], data[1], data[4], data[5], data[3]}
	if diff := cmp.Diff(compare(t, data), compare(t, mixed), cmpopts.EquateNaNs()); diff != "" {
		t.Error(diff)
	}
}

func TestDirectionDecidesTheMark(t *testing.T) {
	for metric, want := range map[string]Mark{"goodput": Better, "cost": Worse, "machines": Differs, "unheard-of": Differs} {
		result := compare(t, join(rowsOf("base", metric, 1, 2), rowsOf("p", metric, 2, 3)))
		if result[1].Mark != want {
			t.Errorf("more %s is marked %q, want %q", metric, result[1].Mark, want)
		}
	}
}

func TestCompareRefuses(t *testing.T) {
	twice := rowsOf("base", "cost", 1)
	otherUnit := rowsOf("p", "cost", 1)
	otherUnit[0].Unit = "$"
	for name, c := range map[string]struct {
		data []rows.Row
		want string
	}{
		"unknown baseline": {rowsOf("p", "cost", 1), `baseline "base": no rows`},
		"row twice":        {join(twice, twice), "replication 0 twice"},
		"two units":        {join(twice, otherUnit), `in "1" and in "$"`},
	} {
		if _, err := Compare(c.data, nil, "base"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got error %v, want %q", name, err, c.want)
		}
	}
}

func TestWithoutBaselineNothingIsCompared(t *testing.T) {
	result, err := Compare(join(rowsOf("a", "cost", 1, 2), rowsOf("b", "cost", 5, 6)), nil, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range result {
		if c.Mark != Unmarked || !math.IsNaN(c.Difference.Mean) || c.Warning != "" {
			t.Errorf("got %+v", c)
		}
	}
}

func BenchmarkCompare(b *testing.B) {
	source := rand.New(rand.NewPCG(5, 6))
	var data []rows.Row
	for p := range 8 {
		for m := range 20 {
			for r := range 20 {
				data = append(data, rowOf(fmt.Sprint(p), r, "all", fmt.Sprint(m), "1", source.Float64()))
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Compare(data, nil, "0"); err != nil {
			b.Fatal(err)
		}
	}
}
