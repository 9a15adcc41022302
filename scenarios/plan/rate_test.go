package plan

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"wavetank/scenarios"
	"wavetank/scenarios/file"
)

// rateQuestion returns the question how much load a scenario carries.
func rateQuestion(t *testing.T, text string, step LoadGrid) *RateQuestion {
	t.Helper()
	text = strings.Replace(text, "[follow]", "[{name: follow, allocator: {follow: {capacity: utilization}}}]", 1)
	j := &RateQuestion{Variants: []ScenarioVariant{{Experiment: prepare(t, text)}}, Confidence: 0.95, Most: 10, Parallel: 2, Grid: step}
	j.At = func(_ context.Context, _ int, load float64) (*scenarios.Experiment, error) {
		f, err := file.Read("test.yaml", []byte(text), file.Change{Path: "load", Value: fmt.Sprint(load)})
		if err != nil {
			return nil, err
		}
		return scenarios.Prepare(f)
	}
	return j
}

// carried searches for what the candidates of a question carry.
func carried(t *testing.T, j *RateQuestion) *CarriedLoads {
	t.Helper()
	list, err := j.Prepare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, err := j.Search(t.Context(), list)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// TestSmallScenariosCarryWhatAllRunsSay compares what random scenarios carry, with all machines
// and with a policy, with the runs of all factors of a grid around the answer.
func TestSmallScenariosCarryWhatAllRunsSay(t *testing.T) {
	for seed := range *worlds {
		text := small(seed)
		a := carried(t, rateQuestion(t, text, 0.15))
		if len(a.Curves) != 2 {
			t.Fatalf("seed %d: %d curves", seed, len(a.Curves))
		}
		j := rateQuestion(t, text, 0.15)
		list, err := j.Prepare(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range list {
			var got *LoadCurve
			for i := range a.Curves {
				if (a.Curves[i].Machines == nil) == (c.Machines == nil) {
					got = &a.Curves[i]
				}
			}
			if _, err := j.Variants[0].arrange(t.Context(), &c); err != nil {
				t.Fatal(err)
			}
			j.Variants[0].carrier.proves = false // every factor is simulated
			most, over := -1., -1.
			found, next := got.carries(), -1.
			if got.Exceeded >= 0 {
				next = got.Tries[got.Exceeded].Load
			}
			for place := j.Grid.Below(max(0.3, 0.4*found)); place <= j.Grid.Below(max(1.5, 3*found)); place++ {
				try, err := j.try(t.Context(), c, j.Grid.At(place), 0)
				if err != nil {
					t.Fatal(err)
				}
				switch {
				case try.Finding == Kept:
					most, over = j.Grid.At(place), -1
				case try.Finding == Missed && over < 0:
					over = j.Grid.At(place)
				}
			}
			if most > 0 && (found != most || next != over) || most < 0 && found > 0.3 {
				t.Errorf("seed %d, machines %v: carries %v and misses with %v, all runs: %v and %v\n%s", seed, c.Machines, found, next, most, over, text)
			}
		}
	}
}

// TestTheCarriedLoadIsAScenario: its run has the same load, machines and shares in time, and with
// the next factor the objective is missed on average.
func TestTheCarriedLoadIsAScenario(t *testing.T) {
	a := carried(t, rateQuestion(t, small(1), 0.1))
	best := a.Best()
	if best < 0 {
		t.Fatal("nothing is carried")
	}
	c := &a.Curves[best]
	try := &c.Tries[c.Carried]
	text, err := a.Scenario(best, func(name string) string { return name })
	if err != nil {
		t.Fatal(err)
	}
	e := prepare(t, string(text))
	if got := e.Scenario.LoadFactor(); got != try.Load {
		t.Errorf("factor %v, want %v", got, try.Load)
	}
	got, err := e.Run(t.Context(), scenarios.RunOptions{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]float64{}
	for _, r := range got.Rows {
		if r.Metric == "slo_attainment" {
			sums[r.Scope] += r.Value / float64(got.Completed)
		}
	}
	for o, g := range e.Goals() {
		if diff := sums[g.Scope] - try.Shares[o].Mean; diff > 0.2 || diff < -0.2 || sums[g.Scope] < g.Percent {
			t.Errorf("%s: %v, the search had %v of %v", g.Name, sums[g.Scope], try.Shares[o].Mean, g.Percent)
		}
	}
	if c.Exceeded < 0 {
		t.Fatal("nothing misses")
	}
	if m, _, ok := c.Tries[c.Exceeded].Margin(Asked(e.Goals())); ok && m.Mean >= 0 {
		t.Errorf("with %v times the arrivals: %+v", c.Tries[c.Exceeded].Load, m)
	}
}

// TestRatesAreThoseOfTheRuns: requests per second grow with the factor, and those of the models add
// up to those of all.
func TestRatesAreThoseOfTheRuns(t *testing.T) {
	a := carried(t, rateQuestion(t, small(4), 0.2))
	for _, c := range a.Curves {
		for _, try := range c.Tries {
			if !try.Ran() {
				continue
			}
			sum := 0.
			for _, r := range try.Rates[1:] {
				sum += r
			}
			want := 0.
			for _, s := range a.job.Variants[0].Experiment.Traffic {
				want += try.Load * s.Expected(0, 60e9) / 60
			}
			if math.Abs(sum-try.Rates[0]) > 1e-6 || math.Abs(sum-want) > 0.1*want {
				t.Errorf("with %v times the arrivals: %v requests/s, expected about %v", try.Load, try.Rates, want)
			}
		}
	}
}

// TestNothingCarriesAnObjectiveOutOfReach: no run is needed, and the reason is told.
func TestNothingCarriesAnObjectiveOutOfReach(t *testing.T) {
	text := strings.Replace(small(1), "slo: {latency: ", "service: exponential, slo: {latency: 60ms, percentile: 99}, x: {latency: ", 1)
	text = text[:strings.Index(text, ", x: {")] + text[strings.Index(text, ", arrivals"):]
	a := carried(t, rateQuestion(t, text, 0.1))
	if a.Best() >= 0 || a.Runs > 0 || len(Unreachable(a.job.Variants)) == 0 {
		t.Errorf("best %d, %d runs, %v", a.Best(), a.Runs, Unreachable(a.job.Variants))
	}
	if near, try := a.Nearest(); near < 0 || try != nil || !strings.Contains(a.Curves[near].Why, "no fleet can meet") {
		t.Errorf("%d, %v, %s", near, try, a.Curves[near].Why)
	}
}

// TestWhatIsCarriedDoesNotDependOnTheNumberOfRunsAtATime compares whole answers.
func TestWhatIsCarriedDoesNotDependOnTheNumberOfRunsAtATime(t *testing.T) {
	var texts []string
	for _, parallel := range []int{1, 7} {
		j := rateQuestion(t, small(2), 0.2)
		j.Parallel = parallel
		a := carried(t, j)
		a.job = nil
		texts = append(texts, fmt.Sprintf("%+v", *a))
	}
	if texts[0] != texts[1] {
		t.Errorf("%s\n%s", texts[0], texts[1])
	}
}
