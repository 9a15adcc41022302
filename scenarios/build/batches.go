package build

import (
	"fmt"

	"wavetank/policies/capacity"
	"wavetank/scenarios/builtin"
	"wavetank/scenarios/file"
	"wavetank/scenarios/wording"
	"wavetank/sim/fleet"
)

// serveBatches sets the latency, batch size and capacity of a deployment that serves batches. If
// even a single request of mean size misses the model's objective, the gap says why.
func serveBatches(d *fleet.Deployment, p builtin.Profile, m *fleet.Model, plan *file.Planning, sizes *capacity.RequestSizes) Gap {
	latency, err := p.Batch()
	if err != nil { // Profile.Check has reported the fault
		return Gap{of: unsound}
	}
	allowed := waitRule(plan.Wait).Allowed(m.Target)
	d.Latency, d.Slots = latency, max(1, p.Slots)
	if most := latency.Max(); most > 1 && sizes.Places > float64(most) {
		return Gap{of: tooSmall, Why: fmt.Sprintf("it carries %s items, and the largest batch holds %d", wording.Digits(sizes.Items), latency.Max())}
	}
	d.MaxBatch = sizes.LargestBatch(latency, allowed)
	if d.MaxBatch == 0 {
		one, who := sizes.Takes(latency, 1), "a batch of one"
		if sizes.Items != 1 {
			who = fmt.Sprintf("a request of %s items", wording.Digits(sizes.Items))
		}
		return Gap{of: tooSlow, took: one, who: who, Why: fmt.Sprintf("%s takes %s, and the objective with the wait rule %s allows %s",
			who, wording.Brief(one), plan.Wait, wording.Brief(allowed))}
	}
	if m.Varied || sizes.Longest != nil {
		d.Planned = fleet.PlannedBatch{Requests: sizes.Requests(d.MaxBatch), Takes: sizes.Takes(latency, d.MaxBatch)}
	}
	d.Capacity = plan.Utilization * float64(d.Slots) * sizes.Rate(latency, d.MaxBatch)
	return Gap{of: noGap}
}

// waitRule returns the rule of package capacity that a scenario names.
func waitRule(w file.WaitBudget) capacity.WaitRule {
	if w == file.FullBatch {
		return capacity.FullBatch
	}
	return capacity.NoWait
}
