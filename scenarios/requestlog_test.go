package scenarios

import (
	"errors"
	"math"
	"slices"
	"sync"
	"testing"

	"wavetank/metrics/rows"
	"wavetank/scenarios/file"
)

// requestRows keeps the requests of all runs in memory.
type requestRows struct {
	lock sync.Mutex
	of   map[string][]rows.RequestRow // keys are names of policies; a test runs one replication
}

func (l *requestRows) begin(policy string, _ int) (RequestRun, error) {
	return &requestRowsOf{l, policy}, nil
}

type requestRowsOf struct {
	*requestRows
	policy string
}

func (r *requestRowsOf) Write(list []rows.RequestRow) error {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.of[r.policy] = append(r.of[r.policy], list...)
	return nil
}

func (*requestRowsOf) Close() error { return nil }

// TestRequestsAddUpToTheMetrics counts the rows of requests, in scenarios of every kind: batches,
// LLMs, separate prefill and decode, pipelines with loops, lost machines. Numbers of requests, and
// of misses by their cause, are those of the metrics. No request is missing.
func TestRequestsAddUpToTheMetrics(t *testing.T) {
	short := func(changes ...string) (list []file.Change) {
		for i := 0; i < len(changes); i += 2 {
			list = append(list, file.Change{Path: changes[i], Value: changes[i+1]})
		}
		return append(list, file.Change{Path: "replications", Value: "1"})
	}
	for name, changes := range map[string][]file.Change{
		"testdata/7df8e8f/quickstart.yaml": append(short("duration", "90s", "warmup", "10s", "control.period", "10s",
			"workload[0].arrivals.day-curve.at", "1m"), lossy(3)...),
		"chat":          short("duration", "40s", "warmup", "5s"),
		"disaggregated": short("duration", "30s", "warmup", "5s"),
		"voice-search":  short("duration", "2m", "warmup", "20s"),
		"agents":        short("duration", "2m", "warmup", "20s"),
		"spot-fleet":    short("duration", "4m", "warmup", "20s"),
		"gateway":       short("duration", "20s", "warmup", "5s"),
		"retry-storm":   short("duration", "20s", "workload[0].queue-limit", "60"),
	} {
		t.Run(name, func(t *testing.T) {
			e := prepare(t, name, changes...)
			keepTwo(e)
			log := &requestRows{of: map[string][]rows.RequestRow{}}
			results, err := e.Run(t.Context(), RunOptions{Parallel: 2, Requests: log.begin})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(results.Finished, []int{0}) {
				t.Errorf("replications %v have finished", results.Finished)
			}
			want := map[string]map[string]float64{}
			for _, r := range results.Rows {
				if want[r.Policy] == nil {
					want[r.Policy] = map[string]float64{}
				}
				want[r.Policy][r.Scope+" "+r.Metric] = r.Value
			}
			for policy, list := range log.of {
				checkRequests(t, policy, list, want[policy])
			}
			if len(log.of) != len(e.Scenario.Policies) {
				t.Errorf("%d policies have requests", len(log.of))
			}
		})
	}
}

// keepTwo keeps the first and the last policy that need no search.
func keepTwo(e *Experiment) {
	list := e.Scenario.Policies
	list = slices.DeleteFunc(list, func(p file.Policy) bool { return p.Allocator.Reference() != 0 })
	if len(list) > 1 {
		list = append(list[:1:1], list[len(list)-1])
	}
	e.Scenario.Policies = list
	e.Scenario.Baseline = ""
}

// checkRequests compares rows with the metrics of their run.
func checkRequests(t *testing.T, policy string, list []rows.RequestRow, want map[string]float64) {
	t.Helper()
	counts, numbers, branches := map[string]float64{}, map[int64]*rows.RequestRow{}, 0
	for i := range list {
		r := &list[i]
		if numbers[r.Number] != nil {
			t.Errorf("%s: request %d has two rows", policy, r.Number)
		}
		numbers[r.Number] = r
		if late := r.Cause != ""; late == r.InTime && r.Attempt == rows.Absent || late && r.Attempt != rows.Absent || r.GivenUp != "" && r.Cause != "rejected" && r.Cause != "dropped" {
			t.Errorf("%s: in time %v, cause %q, %q: %+v", policy, r.InTime, r.Cause, r.GivenUp, r)
		}
		if r.Latency != rows.Absent && r.End-r.Arrival != r.Latency || (r.Latency == rows.Absent) != (r.Outcome != "finished") ||
			r.End < r.Arrival || r.Queue > r.End-r.Arrival || r.FirstToken > r.End-r.Arrival {
			t.Errorf("%s: times of %+v", policy, r)
		}
		if r.Parent != rows.Absent {
			branches++
		}
		if !r.Measured || r.Parent != rows.Absent {
			continue
		}
		counts["arrived"]++
		if r.InTime {
			counts["in time"]++
		} else {
			counts["missed_"+r.Cause]++
		}
		if r.GivenUp != "" {
			counts["given_up_"+r.GivenUp]++
		}
		if r.Outcome != "finished" && r.Outcome != "withdrawn" {
			counts[r.Outcome]++
		}
	}
	for n := range int64(len(list)) {
		if numbers[n] == nil {
			t.Fatalf("%s: request %d of %d has no row", policy, n, len(list))
		}
	}
	attempts := map[int64]int32{}
	for i := range list {
		if r := &list[i]; r.Attempt != rows.Absent {
			attempts[r.Parent]++
			if p := numbers[r.Parent]; p == nil || p.Model != r.Model || p.Arrival > r.Arrival || r.Attempt > p.Attempts {
				t.Errorf("%s: an attempt %+v of %+v", policy, r, p)
			}
		}
	}
	for i := range list {
		if r := &list[i]; r.Attempts != rows.Absent && r.Attempts != attempts[r.Number] {
			t.Errorf("%s: %+v has %d attempts", policy, r, attempts[r.Number])
		}
		if r := &list[i]; r.Parent != rows.Absent && r.Attempt == rows.Absent {
			p := numbers[r.Parent]
			if p == nil || p.Model != "" || p.Pipeline != r.Pipeline || p.Arrival > r.Arrival || r.Stage < 0 {
				t.Errorf("%s: a branch %+v of %+v", policy, r, p)
			}
		}
	}
	if got, attained := 100*counts["in time"]/counts["arrived"], want["all slo_attainment"]; math.Abs(got-attained) > 1e-9 {
		t.Errorf("%s: %v %% of the rows are in time, the metric is %v", policy, got, attained)
	}
	delete(counts, "in time")
	for name, n := range counts {
		if want["all "+name] != n {
			t.Errorf("%s: %v rows count in %s, the metric is %v", policy, n, name, want["all "+name])
		}
	}
}

// fullDisk fails after the first rows.
type fullDisk struct{ written int }

var errFull = errors.New("no space left")

func (d *fullDisk) Write(list []rows.RequestRow) error {
	if d.written += len(list); d.written > 2000 {
		return errFull
	}
	return nil
}

func (*fullDisk) Close() error { return nil }

// TestARunStopsIfItsRequestsCannotBeWritten: the error is that of the writer, and most of the run
// is not simulated.
func TestARunStopsIfItsRequestsCannotBeWritten(t *testing.T) {
	e := prepare(t, "mm1", file.Change{Path: "replications", Value: "1"})
	disk := &fullDisk{}
	_, err := e.Run(t.Context(), RunOptions{Parallel: 1, Requests: func(string, int) (RequestRun, error) { return disk, nil }})
	if !errors.Is(err, errFull) {
		t.Errorf("the run ends with %v", err)
	}
	if float64(disk.written) > e.Expected()/2 {
		t.Errorf("%d of %.0f requests were simulated", disk.written, e.Expected())
	}
}
