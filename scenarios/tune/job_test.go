package tune

import (
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/policies/registry"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
)

// steady is a scenario with a constant load, so the best headroom is the smallest that keeps the
// objective. Its policy has far more.
const steady = `
name: steady
seed: 3
duration: 150s
warmup: 30s
replications: 4
control: {period: 15s, startup: 2s}
batcher: nexus
admission: always
workload: [{model: vit, variants: [vit-base], slo: {latency: 1s}, arrivals: {poisson: {rate: 200/s}}}]
fleet: [{machine: aws/c7i.4xlarge, max: 60, boot: 20s}]
policies:
  - follow: {headroom: 3}
  - static-peak
`

func prepared(t *testing.T, text string, changes ...file.Change) *scenarios.Experiment {
	t.Helper()
	f, err := file.Read("s.yaml", []byte(text), changes...)
	if err != nil {
		t.Fatal(err)
	}
	e, err := scenarios.Prepare(f)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// steadyJob returns a tuning job for the scenario steady, which searches and tests on separate
// replications.
func steadyJob(t *testing.T, parallel, budget int) *Job {
	e := prepared(t, steady)
	j := &Job{Train: e, Test: e, Budget: budget, Parallel: parallel}
	var err error
	if j.TrainOn, j.TestOn, err = Split(&e.Scenario, "", ""); err != nil {
		t.Fatal(err)
	}
	return j
}

// TestTooMuchHeadroomIsFound: the search finds a setting that is at least as good as the best
// headroom, which is known from trying each. The result does not depend on the number of parallel
// runs.
func TestTooMuchHeadroomIsFound(t *testing.T) {
	j := steadyJob(t, 2, 12)
	tuned, err := j.Search(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(tuned) != 1 || tuned[0].Written.Name != "follow(headroom 3)" {
		t.Fatalf("tuned %+v", tuned)
	}
	got := &tuned[0]
	least := math.Inf(1)
	for _, x := range Space(&j.Train.Scenario, &got.Written) {
		if !strings.HasSuffix(x.Path, ".headroom") {
			continue
		}
		for _, value := range x.Values {
			p, err := change(&got.Written, []file.Change{{Path: x.Path, Value: value}})
			if err != nil {
				t.Fatal(err)
			}
			cost, kept := 0., 0.
			for r := range 2 {
				out, err := j.Train.Outcome(t.Context(), &p, r)
				if err != nil {
					t.Fatal(err)
				}
				cost, kept = cost+out.Cost/2, kept+out.Share[0]/2
			}
			if kept >= 99 {
				least = min(least, cost)
			}
		}
	}
	_, params := got.Best.Allocator.Chosen()
	if h := params.(*registry.Staged).Headroom; h >= 3 || got.BestTrained.Worst() > 0 || got.BestTrained.Cost > least*(1+1e-9) {
		t.Errorf("headroom %v costs %v and misses %v; the best headroom alone costs %v", h, got.BestTrained.Cost, got.BestTrained.Worst(), least)
	}
	if got.BestTrained.Cost > 0.7*got.WrittenTrained.Cost || got.Runs > 24 {
		t.Errorf("%v $ after %v $, in %d runs", got.BestTrained.Cost, got.WrittenTrained.Cost, got.Runs)
	}
	alone, err := steadyJob(t, 1, 12).Search(t.Context())
	if err != nil || !reflect.DeepEqual(alone[0].Changes, got.Changes) || !reflect.DeepEqual(alone[0].BestTrained, got.BestTrained) || alone[0].Runs != got.Runs {
		t.Errorf("alone it finds %v, %v", alone[0].Changes, err)
	}
}

// TestWhatIsPrintedRunsAsItWasTuned puts the printed settings into the scenario. A run of it has
// the same costs and shares as the search and the test.
func TestWhatIsPrintedRunsAsItWasTuned(t *testing.T) {
	j := steadyJob(t, 2, 6)
	tuned, err := j.Search(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	judged, err := j.Judge(t.Context(), tuned, scenarios.RunOptions{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	text, err := YAML(tuned)
	if err != nil {
		t.Fatal(err)
	}
	e := prepared(t, steady[:strings.Index(steady, "policies:")]+string(text))
	run, err := e.Run(t.Context(), scenarios.RunOptions{Parallel: 2})
	if err != nil {
		t.Fatal(err)
	}
	value := func(list []rows.Row, policy, metric string, replication int) float64 {
		at := slices.IndexFunc(list, func(r rows.Row) bool {
			return r.Policy == policy && r.Replication == replication && r.Scope == rows.All && r.Metric == metric
		})
		if at < 0 {
			t.Fatalf("no %s of %s in replication %d", metric, policy, replication)
		}
		return list[at].Value
	}
	name, trained := e.Scenario.Policies[0].Name, tuned[0].BestTrained
	cost := (value(run.Rows, name, "cost", 0) + value(run.Rows, name, "cost", 1)) / 2
	share := (value(run.Rows, name, "slo_attainment", 0) + value(run.Rows, name, "slo_attainment", 1)) / 2
	if math.Abs(cost-trained.Cost) > 1e-9 || math.Abs(share-trained.Share[0]) > 1e-9 {
		t.Errorf("it costs %v with %v %% in time, tuned %v with %v %%", cost, share, trained.Cost, trained.Share[0])
	}
	for _, metric := range []string{"cost", "slo_attainment", "latency_p99"} {
		for r := 2; r < 4; r++ {
			if one, other := value(run.Rows, name, metric, r), value(judged.Rows, tuned[0].TunedName(), metric, r); one != other {
				t.Errorf("%s of replication %d is %v in a run and %v in the test", metric, r, one, other)
			}
		}
	}
	for _, reference := range []string{"static-best", "oracle", "follow(headroom 3)"} {
		if value(judged.Rows, reference, "cost", 3) <= 0 {
			t.Errorf("%s costs nothing", reference)
		}
	}
	if n := strings.Count(string(text), "\n"); n > 5+2*len(tuned[0].Changes) {
		t.Errorf("%d lines are printed for %v:\n%s", n, tuned[0].Changes, text)
	}
}

// TestAtLeastIsAskedOfEveryObjective: if a lower percentage is asked for, the cheapest setting
// costs no more.
func TestAtLeastIsAskedOfEveryObjective(t *testing.T) {
	var costs []float64
	for _, percent := range []float64{0, 60} {
		j := steadyJob(t, 2, 8)
		j.Train.AtLeast = percent
		if want := []float64{99, 60}[len(costs)]; j.Goals()[0].Percent != want {
			t.Fatalf("%v %% is asked for, not %v", j.Goals()[0].Percent, want)
		}
		tuned, err := j.Search(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		costs = append(costs, tuned[0].BestTrained.Cost)
	}
	if costs[1] >= costs[0] {
		t.Errorf("60 %% costs %v, 99 %% %v", costs[1], costs[0])
	}
}

// TestPoliciesThatForeseeAreNotTuned: policies that know the future load have no parameters to
// tune. If a scenario has no other policy, tuning is an error.
func TestPoliciesThatForeseeAreNotTuned(t *testing.T) {
	j := steadyJob(t, 1, 1)
	if list, foresee := j.Policies(); len(list) != 1 || !slices.Equal(foresee, []string{"static-peak"}) {
		t.Errorf("%v are tuned, %v foresee", list, foresee)
	}
	if err := j.Train.Scenario.Select([]string{"static-peak", "oracle"}); err != nil {
		t.Fatal(err)
	}
	if _, err := j.Search(t.Context()); err == nil || !strings.Contains(err.Error(), "nothing to tune") {
		t.Error(err)
	}
}
