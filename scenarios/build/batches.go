package build

import (
	"fmt"
	"time"

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
	if d.TimeShare > 0 {
		return serveInTurn(d, m, plan, sizes)
	}
	d.Capacity = plan.Utilization * float64(d.Slots) * sizes.Rate(latency, d.MaxBatch)
	return Gap{of: noGap}
}

// serveInTurn sets the capacity of a deployment that has a share of the time of its GPU. Its
// planned batch is the largest that keeps the objective in a cycle with this share.
func serveInTurn(d *fleet.Deployment, m *fleet.Model, plan *file.Planning, sizes *capacity.RequestSizes) Gap {
	share := float64(d.TimeShare) / fleet.WholeGPU
	allowed := waitRule(plan.Wait).AllowedInTurn(m.Target, share)
	batch := sizes.LargestBatch(d.Latency, allowed)
	if batch == 0 {
		one := sizes.Takes(d.Latency, 1)
		return Gap{of: tooSlow, took: one, who: "a batch of one", Why: fmt.Sprintf("with %.4g %% of the time of a GPU, a batch of one takes %s, and the objective with the wait rule %s allows %s",
			share*100, wording.Brief(one), plan.Wait, wording.Brief(allowed))}
	}
	d.Others = time.Duration(float64(sizes.Takes(d.Latency, batch)) * (1/share - 1))
	d.Slots, d.Capacity = 1, plan.Utilization*share*sizes.Rate(d.Latency, batch)
	return Gap{of: noGap}
}

// waitRule returns the rule of package capacity that a scenario names.
func waitRule(w file.WaitBudget) capacity.WaitRule {
	if w == file.FullBatch {
		return capacity.FullBatch
	}
	return capacity.NoWait
}
