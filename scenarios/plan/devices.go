package plan

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"wavetank/metrics/compare"
	"wavetank/metrics/rows"
	"wavetank/scenarios"
	"wavetank/scenarios/file"
	"wavetank/sim/fleet"
)

// DeviceQuestion is the question how few devices a clairvoyant allocator needs in each control
// window, and how many each policy uses. A device is a GPU, or a machine without GPUs.
type DeviceQuestion struct {
	// Experiment has the policies of the scenario. Priced is the same scenario, with the prices of
	// DevicePrices and two policies: the references oracle and static-best. As a device costs the
	// same on every machine there, their searches find the fewest devices.
	Experiment, Priced *scenarios.Experiment

	Confidence float64 // in (0, 1)
	Parallel   int     // number of runs at a time; the answer does not depend on it

	Searching scenarios.Searching // called after each run of a search; may be nil
	Counted   func(done, of int)  // called after each run of a policy; may be nil
}

// machineScope is the prefix of the scopes of machine types.
const machineScope = "machine:"

// DeviceReferences are the allocators of the references, in the order of the answer: the fewest
// devices of each window, and the fewest that stay the same.
var DeviceReferences = []string{"oracle", "static-best"}

// DevicePrices returns changes of a scenario after which each machine costs as many $/h as it has
// devices, without a budget.
func DevicePrices(e *scenarios.Experiment) (changes []file.Change) {
	for t := range e.Spec.Types {
		changes = append(changes, file.Change{Path: fmt.Sprintf("fleet[%d].price", t), Value: fmt.Sprintf("%d$/h", devicesOf(&e.Spec.Types[t])), Flag: "--find gpus"})
	}
	if e.Spec.Budget > 0 {
		changes = append(changes, file.Change{Path: "planning.budget", Value: "1000000$/h", Flag: "--find gpus"})
	}
	return changes
}

// devicesOf returns the number of devices of a machine of a type.
func devicesOf(t *fleet.MachineType) int { return max(1, t.GPUs) }

// DeviceWindow holds the devices that were rented in one step of time series: a control window, or
// a few of them in a long run.
type DeviceWindow struct {
	From, Until     float64 // its beginning and end, seconds since the run began
	Mean, Low, High float64 // over the replications; each is a mean over the window
}

// DeviceUse is the number of devices of a policy or reference over time.
type DeviceUse struct {
	Name      string
	Reference bool // a reference: it knows the load and needs as few devices as possible
	Foresees  bool // knows the load beforehand
	Reached   bool // of a reference: it keeps every objective in its search
	Searched  int  // of a reference: runs of its search
	Windows   []DeviceWindow
	Mean      float64 // over the measured windows
	Peak      float64 // highest mean of a measured window
	Shares    []compare.Interval
	Cost      compare.Interval // $/h; not defined for a reference
}

// DeviceAnswer is the answer to a DeviceQuestion.
type DeviceAnswer struct {
	Step  float64 // seconds of a window
	Goals []rows.Objective
	Uses  []DeviceUse // the references first, in the order of DeviceReferences
	Runs  int         // runs of policies and references, without those of searches
}

// Answer searches for the references, and runs them and the policies. After an error there is no
// answer.
func (q *DeviceQuestion) Answer(ctx context.Context) (*DeviceAnswer, error) {
	a := &DeviceAnswer{Goals: q.Experiment.Goals()}
	for _, e := range []*scenarios.Experiment{q.Priced, q.Experiment} {
		results, err := e.Run(ctx, scenarios.RunOptions{Parallel: q.Parallel, Searching: q.Searching, Progress: q.Counted})
		if err != nil {
			return nil, err
		}
		found := e.Found()
		for p := range e.Scenario.Policies {
			name := e.Scenario.Policies[p].Name
			u := q.use(e, &results, name)
			u.Foresees = e.Scenario.Policies[p].Allocator.Clairvoyant()
			if u.Reference {
				u.Name += " (devices)" // a policy of the scenario may have the same allocator
				u.Reached, u.Searched = found[name].Reached, found[name].Runs
			}
			a.Uses = append(a.Uses, u)
		}
		a.Runs += len(e.Scenario.Policies) * results.Completed
	}
	if w := a.Uses[0].Windows; len(w) > 0 {
		a.Step = w[0].Until - w[0].From
	}
	return a, nil
}

// use collects the devices and the shares in time of a policy.
func (q *DeviceQuestion) use(e *scenarios.Experiment, r *scenarios.Results, policy string) DeviceUse {
	u := DeviceUse{Name: policy, Reference: e == q.Priced}
	devices := map[string]float64{}
	for t := range e.Spec.Types {
		devices[e.Spec.Types[t].Name] = float64(devicesOf(&e.Spec.Types[t]))
	}
	type instant struct {
		seconds     float64
		replication int
	}
	sums := map[instant]float64{}
	var ends []float64 // of the windows
	for i := range r.Series {
		s := &r.Series[i]
		if machine, is := strings.CutPrefix(s.Scope, machineScope); is && s.Policy == policy && s.Metric == "machines" {
			ends = append(ends, s.Ends...)
			for k, v := range s.Values {
				sums[instant{s.Ends[k], s.Replication}] += devices[machine] * v
			}
		}
	}
	slices.Sort(ends)
	began, span := 0., 0.
	for _, seconds := range slices.Compact(ends) {
		w := DeviceWindow{From: began, Until: seconds, Low: math.Inf(1)}
		began = seconds
		for _, replication := range r.Finished {
			v := sums[instant{seconds, replication}]
			w.Mean += v / float64(len(r.Finished))
			w.Low, w.High = min(w.Low, v), max(w.High, v)
		}
		u.Windows = append(u.Windows, w)
		if w.From >= float64(e.Scenario.Warmup)/1e9 && w.From < float64(e.Scenario.Duration)/1e9 {
			span += w.Until - w.From
			u.Mean += (w.Mean - u.Mean) * (w.Until - w.From) / span
			u.Peak = max(u.Peak, w.Mean)
		}
	}
	u.judge(q, r)
	return u
}

// judge notes the shares in time and the cost of the runs.
func (u *DeviceUse) judge(q *DeviceQuestion, r *scenarios.Results) {
	goals := q.Experiment.Goals()
	runs, place := make([]Replication, len(r.Finished)), map[int]int{}
	for i, replication := range r.Finished {
		place[replication] = i
		runs[i].Share, runs[i].Arrived = slices.Repeat([]float64{math.NaN()}, len(goals)), make([]float64, len(goals))
	}
	var costs []float64
	for i := range r.Rows {
		row := &r.Rows[i]
		at, known := place[row.Replication]
		if row.Policy != u.Name || !known {
			continue
		}
		if row.Scope == rows.All && row.Metric == "cost_rate" {
			costs = append(costs, row.Value)
		}
		for o, g := range goals {
			switch {
			case row.Scope != g.Scope:
			case row.Metric == "slo_attainment":
				runs[at].Share[o] = row.Value
			case row.Metric == "arrived":
				runs[at].Arrived[o] = row.Value
			}
		}
	}
	if u.Cost = compare.Mean(costs); u.Reference {
		u.Cost = compare.Mean(nil) // it has the prices of DevicePrices
	}
	for o := range goals {
		u.Shares = append(u.Shares, share(runs, o, q.Confidence))
	}
}
