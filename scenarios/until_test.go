package scenarios

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/scenarios/file"
	"wavetank/sim"
	"wavetank/sim/fleet"
	"wavetank/sim/kernel"
)

// until runs a short scenario with a queue until the given precision is reached.
func until(t *testing.T, parallel, most int, goals ...string) (Results, string, int) {
	t.Helper()
	u := Until{Most: most}
	for _, text := range goals {
		g, err := compare.ParseGoal(text)
		if err != nil {
			t.Fatal(err)
		}
		u.Goals = append(u.Goals, g)
	}
	looks := 0
	u.Progress = func(replications int, missing []string) {
		if looks++; replications < 1 || len(missing) != len(goals) {
			t.Errorf("after %d replications %q is missing", replications, missing)
		}
	}
	r, stopped, err := prepare(t, "mm1", file.Change{Path: "duration", Value: "2m"}, file.Change{Path: "warmup", Value: "20s"}).RunUntil(context.Background(), RunOptions{Parallel: parallel}, u)
	if err != nil {
		t.Fatal(err)
	}
	return r, stopped, looks
}

func TestReplicationsRunUntilTheirIntervalsAreNarrow(t *testing.T) {
	rough, stopped, _ := until(t, 2, 200, "latency_mean=15%")
	if !strings.HasPrefix(stopped, "after ") || rough.Completed < 10 || rough.Completed >= 200 {
		t.Errorf("%d replications: %s", rough.Completed, stopped)
	}
	comparisons, err := compare.Compare(rough.Rows, rough.Pooled, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range comparisons {
		if c.Metric == "latency_mean" && c.Value.Half() > 0.15*c.Value.Mean {
			t.Errorf("%d replications: %+v", rough.Completed, c.Value)
		}
	}
	fine, _, looks := until(t, 1, 200, "latency_mean=15%", "attainment=1.2pt")
	if again, _, _ := until(t, 3, 200, "latency_mean=15%", "attainment=1.2pt"); !equal(fine, again) || fine.Completed < rough.Completed {
		t.Errorf("%d replications with one run at a time, %d with three; %d for one of the goals", fine.Completed, again.Completed, rough.Completed)
	}
	if fine.Completed > 10 && looks < 2 {
		t.Errorf("%d replications in %d looks", fine.Completed, looks)
	}
	least, stopped, _ := until(t, 2, 12, "latency_p99=0.1ms")
	if least.Completed != 12 || !strings.Contains(stopped, "ended after 12 replications, the most that are allowed, before every policy reached latency_p99=0.1ms: latency_p99 has ±") {
		t.Errorf("%d replications: %s", least.Completed, stopped)
	}
	// The first replications are the same as in a run without goals.
	plain := run(t, prepare(t, "mm1", file.Change{Path: "duration", Value: "2m"}, file.Change{Path: "warmup", Value: "20s"}, file.Change{Path: "replications", Value: "12"}), 2)
	if !equal(plain, least) {
		t.Error("twelve replications until a goal differ from twelve")
	}
}

func TestAGoalThatIsNotMeasuredIsAnError(t *testing.T) {
	g, err := compare.ParseGoal("ttft_p99=10%")
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = prepare(t, "mm1", file.Change{Path: "duration", Value: "30s"}, file.Change{Path: "warmup", Value: "1s"}).RunUntil(context.Background(), RunOptions{Parallel: 1}, Until{Goals: []compare.Goal{g}, Most: 20})
	if err == nil || !strings.Contains(err.Error(), "does not measure it; it measures accuracy, attainment") {
		t.Errorf("error %v", err)
	}
}

func TestPooledPercentilesOfARun(t *testing.T) {
	r := run(t, small(t), 2)
	measured := map[string]int{}
	for _, row := range r.Rows {
		if strings.HasPrefix(row.Metric, "latency_p") {
			measured[row.Policy+row.Scope+row.Metric]++
		}
	}
	pooled := map[string]int{}
	for _, p := range r.Pooled {
		if pooled[p.Policy+p.Scope+p.Metric]++; p.Replication < rows.Together || p.Replication > 2 || p.Scenario == "" || p.Unit != "s" {
			t.Errorf("%+v", p)
		}
	}
	if len(measured) == 0 || len(measured) != len(pooled) {
		t.Errorf("%d percentiles of replications, %d of all together", len(measured), len(pooled))
	}
	for key, n := range pooled {
		if n != 4 || measured[key] == 0 {
			t.Errorf("%s: %d rows of three replications", key, n)
		}
	}
}

func TestVaryingScopesAreThoseOfVaryingStreams(t *testing.T) {
	for name, want := range map[string]bool{"mm1": false, "chat": false, "mixed-fleet": true, "quickstart": true, "voice-search": true} {
		got := prepare(t, name).Varying()
		if want != slices.Contains(got, rows.All) || want != (len(got) > 1) {
			t.Errorf("%s: %q vary", name, got)
		}
	}
	// With a trace of machines, every metric varies between replications.
	if got := prepare(t, "spot-trace").Varying(); len(got) < 2 || got[0] != rows.All {
		t.Errorf("spot-trace: %q vary", got)
	}
	// Prices and carbon intensities over time do not make metrics vary.
	prices := filepath.Join(t.TempDir(), "prices.csv")
	if err := os.WriteFile(prices, []byte("time,price,intensity\n0,1,300\n30s,2,100\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	e := prepared(t, pay("price: {file: "+prices+"}", "carbon: {file: "+prices+"}\n"))
	if got := e.Varying(); len(e.Inputs) != 2 || len(got) > 0 {
		t.Errorf("%q vary with prices and carbon, inputs %v", got, e.Inputs)
	}
}

func TestPaceIsTold(t *testing.T) {
	e := small(t)
	long, err := e.Pace(context.Background(), 50*time.Millisecond)
	if err != nil || long <= 0 {
		t.Errorf("%v, %v", long, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := e.Pace(ctx, time.Second); err == nil {
		t.Error("the pace is told after an interruption")
	}
}

// TestPaceIsThatFromTheFirstArrivalOn: the pace of a run excludes the work before the first
// arrival, such as making tables of capacity. A run that is cut off after a short span has done
// that work as well.
func TestPaceIsThatFromTheFirstArrivalOn(t *testing.T) {
	begun := 0
	r := reached{begun: func() { begun++ }}
	for _, at := range []kernel.Time{0, 0, 5, 7} {
		if before := r.since; r.since.IsZero() != (r.at == 0) {
			t.Errorf("since %v at %v", before, r.at)
		}
		r.Observe(&sim.Fact{At: at})
	}
	if begun != 1 || r.at != 7 {
		t.Errorf("begun %d times, at %v", begun, r.at)
	}
	e := prepare(t, "accuracy")
	if took, err := e.pace(t.Context(), len(e.Scenario.Policies)-1, 0); err != nil || took.once <= 0 || took.run <= 0 {
		t.Errorf("%+v, %v", took, err)
	}
	table, err := e.Capacity(&e.Scenario.Policies[len(e.Scenario.Policies)-1])
	if err != nil {
		t.Fatal(err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	found := 0
	for d := range e.Spec.Deployments {
		for _, n := range e.Counts(fleet.DeploymentID(d)) {
			if _, err := table.Within(stopped).Rate(fleet.DeploymentID(d), n); err == nil {
				found++
			}
		}
	}
	if found == 0 {
		t.Error("the run was cut before its first decision")
	}
}

// TestCautionsOfQueues: a queue with spare capacity gets no warning. A queue with twice the load
// that it can serve gets one.
func TestCautionsOfQueues(t *testing.T) {
	for rate, want := range map[string]string{"50/s": "", "200/s": compare.Saturated} {
		e := prepare(t, "mm1", file.Change{Path: "duration", Value: "4m"}, file.Change{Path: "warmup", Value: "1m"}, file.Change{Path: "replications", Value: "4"}, file.Change{Path: "workload[0].arrivals.poisson.rate", Value: rate}, file.Change{Path: "control.period", Value: "15s"})
		got := compare.Cautions(run(t, e, 2).Series, 60, e.Varying())
		if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || !strings.HasPrefix(got[0].Text, want+": ")) {
			t.Errorf("at %s: %v", rate, got)
		}
	}
}
