package scenarios

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wavetank/metrics/rows"
)

// halves returns a scenario with a load of 1/s for five minutes and then of 4/s for five minutes.
// Each request takes one second on a box and may wait for one second. A box costs 1 $/h.
func halves(percentile float64, most int, boot, policies string) string {
	return fmt.Sprintf(`name: halves
replications: 1
duration: 10m
control: {period: 15s, startup: 0s}
planning: {wait: none}
machines: [{name: box, cores: 1, memory: 1GiB, price: 1$/h, boot: %s}]
models:
  - {name: m, variants: [{name: v, accuracy: 80, weights: 1B, devices: [{device: cpu, cores: 1, memory: 1GiB, latency: {table: {1: 1s}}}]}]}
workload:
  - {model: m, slo: {latency: 2s, percentile: %v}, arrivals: {steps: {step: 5m, rates: [1/s, 4/s], gaps: deterministic}}}
fleet: [{machine: box, max: %d}]
policies: [%s]
`, boot, percentile, most, policies)
}

// meansOfAll returns the means over replications, by policy, scope and metric.
func meansOfAll(r Results) map[string]float64 {
	sums, counts := map[string]float64{}, map[string]float64{}
	for _, row := range r.Rows {
		at := row.Policy + " " + row.Scope + " " + row.Metric
		sums[at] += row.Value
		counts[at]++
	}
	for at := range sums {
		sums[at] /= counts[at]
	}
	return sums
}

// TestTheBestConstantFleetIsTheOneWorkedOut: n boxes answer n requests per second in time. There
// are 300 requests in the first half and 1200 in the second. So 1, 2, 3 and 4 boxes answer 40, 60,
// 80 and 100 % of all requests in time.
func TestTheBestConstantFleetIsTheOneWorkedOut(t *testing.T) {
	for _, c := range []struct {
		percentile float64
		most, want int
		reached    bool
	}{{35, 20, 1, true}, {55, 20, 2, true}, {75, 20, 3, true}, {99, 20, 4, true}, {99, 2, 2, false}, {55, 2, 2, true}} {
		e := load(t, halves(c.percentile, c.most, "0s", "static-best"))
		got := meansOfAll(run(t, e, 2))["static-best machine:box machines_max"]
		if f := e.Found()["static-best"]; got != float64(c.want) || f.Reached != c.reached {
			t.Errorf("%v %% of at most %d boxes: %v boxes, %+v; want %d", c.percentile, c.most, got, f, c.want)
		}
	}
}

// TestTheBestConstantFleetKeepsTheBudget: the boxes cost 1 $/h each. Those that are kept in any
// case may be above the budget; then nothing keeps it.
func TestTheBestConstantFleetKeepsTheBudget(t *testing.T) {
	for _, c := range []struct {
		percentile   float64
		budget, kept string
		want         int
		reached      bool
	}{{75, "3$/h", "0", 3, true}, {99, "3$/h", "0", 3, false}, {99, "4$/h", "0", 4, true}, {55, "1.5$/h", "0", 1, false}, {55, "1.5$/h", "2", 2, false}} {
		text := strings.NewReplacer("wait: none", "wait: none, budget: "+c.budget, "max: 20", "max: 20, min: "+c.kept).Replace(halves(c.percentile, 20, "0s", "static-best"))
		e := load(t, text)
		got := meansOfAll(run(t, e, 2))
		f := e.Found()["static-best"]
		if machines := got["static-best machine:box machines_max"]; machines != float64(c.want) || f.Reached != c.reached {
			t.Errorf("%v %% within %s, %s boxes kept: %v boxes, %+v; want %d", c.percentile, c.budget, c.kept, machines, f, c.want)
		}
		if over := got["static-best all over_budget"]; f.Reached && over > 0 {
			t.Errorf("%v %% within %s: %v %% of the time above it", c.percentile, c.budget, over)
		}
	}
}

// TestTheBestConstantFleetMixesMachines: a load of 2.7/s needs three boxes that serve 1/s at 1 $/h,
// or two that serve 2/s at 1.60 $/h, or one of each. One of each is the cheapest, at 2.60 $/h.
func TestTheBestConstantFleetMixesMachines(t *testing.T) {
	text := strings.NewReplacer(
		"machines: [", "machines: [{name: crate, cores: 2, memory: 1GiB, price: 1.6$/h, boot: 0s}, ",
		"variants: [", "variants: [{name: w, accuracy: 80, weights: 1B, devices: [{device: cpu, cores: 2, memory: 1GiB, latency: {table: {1: 500ms}}}]}, ",
		"steps: {step: 5m, rates: [1/s, 4/s], gaps: deterministic}", "constant: {rate: 2.7/s}",
		"fleet: [", "fleet: [{machine: crate, max: 5}, ",
	).Replace(halves(99, 20, "0s", "static-best, static-peak"))
	if got := meansOfAll(run(t, load(t, text), 2))["static-best all cost_rate"]; math.Abs(got-2.6) > 1e-9 {
		t.Errorf("%v $/h, want 2.6", got)
	}
}

// TestTheOracleOrdersSoThatBoxesAreThereInTime: one box is needed in the first half and four in the
// second. The three additional ones take 30 s to boot and a moment to load, so they are ordered at
// the last decision that is early enough, three control periods of 15 s before.
func TestTheOracleOrdersSoThatBoxesAreThereInTime(t *testing.T) {
	got := meansOfAll(run(t, load(t, halves(99, 20, "30s", "oracle, follow")), 2))
	if want := (255*1 + 345*4) / 3600.; math.Abs(got["oracle all cost"]-want) > 1e-6 || got["oracle all slo_attainment"] < 99 {
		t.Errorf("%v $ at %v %%, want %v", got["oracle all cost"], got["oracle all slo_attainment"], want)
	}
	if got["follow all slo_attainment"] > 95 {
		t.Errorf("follow, which is late, has %v %% in time", got["follow all slo_attainment"])
	}
}

// TestReferencesDoNotDependOnWhatRunsAtATime checks that rows and references are the same with one
// run at a time and with four.
func TestReferencesDoNotDependOnWhatRunsAtATime(t *testing.T) {
	text := strings.NewReplacer("replications: 1", "replications: 3", "gaps: deterministic", "cv: 1").Replace(halves(90, 20, "20s", "static-best, oracle, follow"))
	one, many := load(t, text), load(t, text)
	if !equal(run(t, one, 1), run(t, many, 4)) {
		t.Error("the rows differ")
	}
	if a, b := fmt.Sprintf("%+v", one.Found()), fmt.Sprintf("%+v", many.Found()); strings.Contains(a, "%!") || wordsOf(one) != wordsOf(many) {
		t.Errorf("found %s and %s", a, b)
	}
}

// wordsOf describes the references that were found for an experiment.
func wordsOf(e *Experiment) string {
	var b bytes.Buffer
	for _, p := range e.Scenario.Policies {
		f := e.Found()[p.Name]
		fmt.Fprintln(&b, p.Name, f.About, f.Runs, f.Reached)
	}
	return b.String()
}

// TestSearchesEndWithTheirContext: an interrupted search ends at once and its results are
// discarded. The next search begins from the start.
func TestSearchesEndWithTheirContext(t *testing.T) {
	e := load(t, halves(99, 20, "0s", "static-best"))
	ctx, cancel := context.WithCancel(t.Context())
	_, err := e.Run(ctx, RunOptions{Parallel: 2, Searching: func(string, int) { cancel() }})
	if !errors.Is(err, context.Canceled) || len(e.Found()) > 0 {
		t.Errorf("error %v, found %v", err, e.Found())
	}
	if run(t, e, 2); len(e.Found()) != 1 {
		t.Errorf("found %v", e.Found())
	}
}

// TestNoPolicyIsMuchBetterThanTheOracle: on random small fleets no policy that keeps the objective
// costs less than 98 % of what the oracle costs, and no constant fleet that does so costs less than
// static-best.
func TestNoPolicyIsMuchBetterThanTheOracle(t *testing.T) {
	constant := []string{"static-best", "static-peak", "static-mean"}
	for seed := range 8 {
		r := rand.New(rand.NewPCG(uint64(seed), 0))
		number := func(from, to int) int { return from + r.IntN(to-from+1) }
		var rates []string
		for range number(2, 6) {
			rates = append(rates, fmt.Sprintf("%d/s", number(1, 12)))
		}
		text := strings.NewReplacer(
			"5m, rates: [1/s, 4/s], gaps: deterministic", "100s, rates: ["+strings.Join(rates, ", ")+"], cv: 1",
			"replications: 1", fmt.Sprintf("replications: 1\nseed: %d", seed+1),
			"latency: 2s", fmt.Sprintf("latency: %ds", number(2, 5)),
		).Replace(halves(float64(number(80, 99)), 40, fmt.Sprintf("%ds", number(0, 60)), "static-best, oracle, static-peak, static-mean, follow, dp, auto-adjust"))
		e := load(t, text)
		got := meansOfAll(run(t, e, 2))
		asked := e.Objectives()[0].Percent
		for _, p := range e.Scenario.Policies {
			in, cost := got[p.Name+" "+rows.All+" slo_attainment"], got[p.Name+" "+rows.All+" cost"]
			if in < asked {
				continue
			}
			if best := got["oracle all cost"]; e.Found()["oracle"].Reached && cost < 0.98*best {
				t.Errorf("%s keeps the objective at %v $, the oracle at %v $ (%s)\n%s", p.Name, cost, best, e.Found()["oracle"].About, text)
			}
			if best := got["static-best all cost"]; strings.Contains(strings.Join(constant, " "), p.Name) && cost < best*(1-1e-9) {
				t.Errorf("%s keeps the objective at %v $, static-best at %v $ (%s)\n%s", p.Name, cost, best, e.Found()["static-best"].About, text)
			}
		}
	}
}

// TestPoliciesThatDecideAlikeAgree: two policies with the same settings and different names agree
// in every period. A policy that keeps twenty boxes agrees with them in none. References are not
// compared.
func TestPoliciesThatDecideAlikeAgree(t *testing.T) {
	r := run(t, load(t, halves(99, 20, "0s", "follow, {name: again, allocator: follow}, {name: more, allocator: {fixed: {replicas: {v: 20}}}}, static-peak")), 2)
	want := []Agreement{{"follow", "again", 100}, {"follow", "more", 0}, {"again", "more", 0}}
	if !slices.Equal(r.Agreement, want) {
		t.Errorf("%v, want %v", r.Agreement, want)
	}
	for _, d := range r.Decisions {
		if d.Number == 0 || d.Took < 0 {
			t.Errorf("%+v", d)
		}
	}
}
