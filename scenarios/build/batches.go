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
// not even a batch of one meets the model's objective, the gap says why.
func serveBatches(d *fleet.Deployment, p builtin.Profile, m *fleet.Model, plan *file.Planning) Gap {
	latency, err := p.Batch()
	if err != nil { // Check has reported the fault
		return Gap{of: unsound}
	}
	allowed := waitRule(plan.Wait).Allowed(m.Target)
	d.Latency, d.Slots = latency, max(1, p.Slots)
	d.MaxBatch = capacity.LargestBatch(latency, allowed)
	if d.MaxBatch == 0 {
		one := latency.Latency(1)
		return Gap{of: tooSlow, took: one, Why: fmt.Sprintf("a batch of one takes %s, and the objective with the wait rule %s allows %s",
			wording.Brief(one), plan.Wait, wording.Brief(allowed))}
	}
	d.Capacity = plan.Utilization * float64(d.Slots) * latency.Throughput(d.MaxBatch)
	return Gap{of: noGap}
}

// waitRule returns the rule of package capacity that a scenario names.
func waitRule(w file.WaitBudget) capacity.WaitRule {
	if w == file.FullBatch {
		return capacity.FullBatch
	}
	return capacity.NoWait
}
